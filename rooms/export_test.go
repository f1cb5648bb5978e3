package rooms

// BreakMatching leaves a subscription behind at which matching panics.
func (r *Router) BreakMatching(topic Topic) {
	if err := r.index.Put(Subscription{Room: "broken", Topic: topic}); err != nil {
		panic(err)
	}
	r.index.topics[topic].slots.pages = nil
}
