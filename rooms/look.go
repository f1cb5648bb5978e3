package rooms

// look is the index as it is at one moment. What changes meanwhile is not in it. Nobody waits for
// its end, but what is removed meanwhile takes memory until then.
type look struct {
	index   *Index
	phase   uint64
	version uint64
	topics  map[Topic]*topicIndex
}

// look begins one; it must be ended.
func (x *Index) look() look {
	phase := x.aside.readers.enter()
	return look{x, phase, x.version.Load(), x.all()} // in this order: what dies from here on waits for us
}

func (l look) end() { l.index.aside.readers.leave(l.phase) }

// match appends the rooms that hold a subscription under the topic which accepts e.
func (l look) match(topic Topic, e *Traits, to *interest) {
	w := l.index.workspaces.take()
	defer l.index.workspaces.keep(w)
	if t := l.topics[topic]; t != nil {
		t.match(e, l.version, w, to)
	}
}

// Match appends to dst each room once that holds a subscription under the topic which accepts e.
func (x *Index) Match(topic Topic, e Traits, dst []Room) []Room {
	to := interest{rooms: dst}
	x.match(topic, &e, &to)
	return to.rooms
}

func (x *Index) match(topic Topic, e *Traits, to *interest) {
	l := x.look()
	defer l.end()
	l.match(topic, e, to)
}

// accepting is the filter of the room's first subscription under the topic, by id, of those whose
// claims these are; of any that accepts e if they have been replaced meanwhile.
func (x *Index) accepting(room Room, topic Topic, e Traits, claims []claim) (by Filter, found bool) {
	by, found = x.claimed(room, topic, claims)
	if found && by.Match(e) {
		return by, true
	}
	x.mu.Lock() // hardly ever: that very room has just changed its mind
	defer x.mu.Unlock()
	if t := x.all()[topic]; t != nil {
		for i := range t.of(room) {
			if by = t.decode(t.slots.at(i)); by.Match(e) {
				return by, true
			}
		}
	}
	return Filter{}, false
}

func (x *Index) claimed(room Room, topic Topic, claims []claim) (by Filter, found bool) {
	l := x.look()
	defer l.end()
	t := l.topics[topic]
	if t == nil {
		return Filter{}, false
	}
	first := t.claimed(room, l.version, claims)
	if first == nil {
		return Filter{}, false
	}
	return t.decode(first), true
}
