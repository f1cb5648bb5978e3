package rooms

// Remembered is of how many rooms the router knows what they got in the latest second.
func (r *Router) Remembered() int { return len(r.limiter.recent) + len(r.limiter.former) }

// BreakMatching leaves a subscription behind at which matching panics.
func (r *Router) BreakMatching(topic Topic) {
	if err := r.index.Put(Subscription{Room: "broken", Topic: topic}); err != nil {
		panic(err)
	}
	t := r.index.all()[topic]
	t.slots.at(t.find("broken", "")).place = 1 << 20
}
