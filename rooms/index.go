package rooms

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// Index finds the rooms whose subscriptions accept an event. It is safe for concurrent use:
// matching takes no lock, so it never waits for putting and removing, whatever they do.
type Index struct {
	// Safe for anyone.
	workspaces spare[workspace]
	topics     atomic.Pointer[map[Topic]*topicIndex] // replaced, never changed; no topic is empty
	version    atomic.Uint64                         // counts the changes; each takes effect at once with it
	// For those who read: safe for anyone. The rest is guarded by mu.
	aside aside
	// Taken by all that changes the index.
	mu sync.Mutex
}

// NewIndex returns an empty index.
func NewIndex() *Index {
	x := &Index{workspaces: newSpare[workspace]()}
	x.topics.Store(&map[Topic]*topicIndex{})
	return x
}

// all is the topics that hold anything.
func (x *Index) all() map[Topic]*topicIndex { return *x.topics.Load() }

// Put adds s, or replaces the subscription of the same room, topic and id.
// It trusts that s is valid; the only refusal is ErrTooMany.
func (x *Index) Put(s Subscription) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.afford(s); err != nil {
		return err
	}
	t := x.all()[s.Topic]
	if t == nil {
		t = &topicIndex{topic: s.Topic}
		topics := maps.Clone(x.all())
		topics[s.Topic] = t
		x.topics.Store(&topics)
	}
	replaced := t.find(s.Room, s.ID)
	added := t.add(s, replaced)
	t.slots.at(added).born.Store(x.next())
	if replaced != none {
		x.end(t, replaced)
	}
	x.commit()
	return nil
}

// next is the version that is being made.
func (x *Index) next() uint64 { return x.version.Load() + 1 }

// end lets the subscription of slot i die with the next version.
func (x *Index) end(t *topicIndex, i uint32) {
	t.slots.at(i).died.Store(x.next())
	x.aside.put(departed{topic: t, slot: i, last: t.unlink(i)})
}

// commit makes the next version valid, all of it at once.
func (x *Index) commit() {
	x.version.Store(x.next())
	x.aside.tidy()
}

// Remove removes one subscription and reports how many that were.
func (x *Index) Remove(room Room, topic Topic, id string) (removed int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if t := x.all()[topic]; t != nil {
		if i := t.find(room, id); i != none {
			x.end(t, i)
			removed = 1
		}
		x.letGo(t)
	}
	return removed
}

// RemoveTopic removes what the room holds under the topic and reports how many that were.
func (x *Index) RemoveTopic(room Room, topic Topic) (removed int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if t := x.all()[topic]; t != nil {
		removed = x.endAll(t, room)
		x.letGo(t)
	}
	return removed
}

// RemoveRoom removes all that the room holds and reports how many that were.
func (x *Index) RemoveRoom(room Room) (removed int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	var left []*topicIndex
	for _, t := range x.all() {
		n := x.endAll(t, room)
		if removed += n; n > 0 {
			left = append(left, t)
		}
	}
	x.letGo(left...)
	return removed
}

func (x *Index) endAll(t *topicIndex, room Room) (removed int) {
	for i := range t.of(room) {
		x.end(t, i)
		removed++
	}
	return removed
}

// letGo commits what was removed from these topics, and forgets those that have become empty.
func (x *Index) letGo(from ...*topicIndex) {
	for _, t := range from {
		if t.n == 0 {
			topics := maps.Clone(x.all())
			delete(topics, t.topic)
			x.topics.Store(&topics)
		}
	}
	x.commit()
}

// Subscriptions lists what the room holds, by topic and id.
func (x *Index) Subscriptions(room Room) []Subscription {
	x.mu.Lock()
	defer x.mu.Unlock()
	var held []Subscription
	for topic, t := range x.all() {
		for i := range t.of(room) {
			at := t.slots.at(i)
			held = append(held, Subscription{Room: room, Topic: topic, ID: t.id(at), Filter: t.decode(at).sorted()})
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
	x.mu.Lock()
	defer x.mu.Unlock()
	x.aside.tidy() // or what was removed while somebody looked would count until the next change
	var s IndexStats
	for _, t := range x.all() {
		s.Subscriptions += t.n
		for d, named := range []*int{&s.Patterns, &s.Symbols, &s.Tiers, &s.Regimes} {
			*named += t.lists[d].byName.n
		}
	}
	return s
}

// Counts returns the number of subscriptions of each topic that has any.
func (x *Index) Counts() map[Topic]int {
	x.mu.Lock()
	defer x.mu.Unlock()
	counts := make(map[Topic]int, len(x.all()))
	for topic, t := range x.all() {
		counts[topic] = t.n
	}
	return counts
}
