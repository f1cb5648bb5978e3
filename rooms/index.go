package rooms

import (
	"cmp"
	"slices"
	"sync"
)

// Index finds the rooms whose subscriptions accept an event. It is safe for
// concurrent use: matching shares a lock that putting and removing hold for microseconds.
type Index struct {
	// Safe for anyone.
	workspaces spare[workspace]
	// Guarded by mu.
	mu     sync.RWMutex
	topics map[Topic]*topicIndex // none is empty
}

// NewIndex returns an empty index.
func NewIndex() *Index {
	return &Index{workspaces: newSpare[workspace](), topics: make(map[Topic]*topicIndex)}
}

// Put adds s, or replaces the subscription of the same room, topic and id.
// It trusts that s is valid; the only refusal is ErrTooMany.
func (x *Index) Put(s Subscription) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.afford(s); err != nil {
		return err
	}
	t := x.topics[s.Topic]
	if t == nil {
		t = new(topicIndex)
		x.topics[s.Topic] = t
	}
	t.put(s)
	return nil
}

// Remove removes one subscription and reports how many that were.
func (x *Index) Remove(room Room, topic Topic, id string) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	t := x.topics[topic]
	if t == nil {
		return 0
	}
	i := t.find(room, id)
	if i == none {
		return 0
	}
	t.remove(i)
	x.letGo(topic)
	return 1
}

// RemoveTopic removes what the room holds under the topic and reports how many that were.
func (x *Index) RemoveTopic(room Room, topic Topic) (removed int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if t := x.topics[topic]; t != nil {
		removed = t.removeRoom(room)
		x.letGo(topic)
	}
	return removed
}

// RemoveRoom removes all that the room holds and reports how many that were.
func (x *Index) RemoveRoom(room Room) (removed int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for topic, t := range x.topics {
		removed += t.removeRoom(room)
		x.letGo(topic)
	}
	return removed
}

// letGo forgets a topic that has become empty, and its memory with it.
func (x *Index) letGo(topic Topic) {
	if x.topics[topic].slots.n == 0 {
		delete(x.topics, topic)
	}
}

// Match appends to dst each room once that holds a subscription under the topic which accepts e.
func (x *Index) Match(topic Topic, e Traits, dst []Room) []Room {
	to := interest{rooms: dst}
	x.match(topic, &e, &to)
	return to.rooms
}

func (x *Index) match(topic Topic, e *Traits, to *interest) {
	w := x.workspaces.take()
	defer x.workspaces.keep(w)
	x.mu.RLock()
	defer x.mu.RUnlock()
	if t := x.topics[topic]; t != nil {
		t.match(e, w, to)
	}
}

// accepting is the filter of the room's first subscription under the topic, by id, of those whose
// claims these are; of any that accepts e if they have moved meanwhile.
func (x *Index) accepting(room Room, topic Topic, e Traits, claims []claim) (by Filter, found bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	t := x.topics[topic]
	if t == nil {
		return Filter{}, false
	}
	first := t.claimed(room, claims)
	if first != nil {
		by = t.decode(first)
	}
	if first != nil && by.Match(e) {
		return by, true
	}
	for i := t.firstOf(room); i != none; i = t.slots.at(i).next {
		if by = t.decode(t.slots.at(i)); by.Match(e) {
			return by, true
		}
	}
	return Filter{}, false
}

// Subscriptions lists what the room holds, by topic and id.
func (x *Index) Subscriptions(room Room) []Subscription {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var held []Subscription
	for topic, t := range x.topics {
		for i := t.firstOf(room); i != none; i = t.slots.at(i).next {
			at := t.slots.at(i)
			held = append(held, Subscription{Room: room, Topic: topic, ID: at.id, Filter: t.decode(at).sorted()})
		}
	}
	slices.SortFunc(held, func(a, b Subscription) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.ID, b.ID))
	})
	return held
}

// IndexStats is how large the index is. What is named under several topics counts under each.
type IndexStats struct {
	Subscriptions int
	Patterns      int // different values that filters name, and so on
	Symbols       int
	Tiers         int
	Regimes       int
}

// Stats returns the index's size.
func (x *Index) Stats() IndexStats {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var s IndexStats
	for _, t := range x.topics {
		s.Subscriptions += int(t.slots.n)
		for d, named := range []*int{&s.Patterns, &s.Symbols, &s.Tiers, &s.Regimes} {
			*named += t.lists[d].numbers.len()
		}
	}
	return s
}

// Counts returns the number of subscriptions of each topic that has any.
func (x *Index) Counts() map[Topic]int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	counts := make(map[Topic]int, len(x.topics))
	for topic, t := range x.topics {
		counts[topic] = int(t.slots.n)
	}
	return counts
}
