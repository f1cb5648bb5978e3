package rooms

import (
	"bytes"
	"encoding/binary"
	"iter"
	"math"
	"sync/atomic"
)

// confidenceLevels divides 0..1; a page's minimum is usually a multiple of 0.05.
const confidenceLevels = 20

// topicIndex holds the subscriptions of one topic in slots, the lowest first, so that the sets stay
// dense. It is read without a lock: a slot is in all its sets before it is born, and until nobody
// looks at it any more.
type topicIndex struct {
	// Set once, then read only.
	topic Topic
	// Read without a lock.
	slots  pages
	places atomic.Uint32 // above all that rooms have
	lists  [dimensions]dimension
	// Slots whose minimum is at most this, so that an event finds all it reaches in one set.
	confidence [confidenceLevels + 1]set
	priority   [priorities]set
	anytime    set // slots that do not mind a closed market
	everyone   set
	choosy     struct{ confidence, priority, hours atomic.Int32 } // how many slots have such a minimum at all
	limited    atomic.Int32                                       // how many have a limit by the hour
	// Guarded by the index's mu.
	rooms roster
	taken numbers // places
	n     int     // subscriptions
	key   []byte  // reused
}

const none = math.MaxUint32

// marketHours is a bit of the byte behind that number; those below it are the priority.
const marketHours = 1 << 3

// add writes s into a slot, which is not born yet. If it replaces one, what that has counted remains.
func (t *topicIndex) add(s Subscription, replaced uint32) uint32 {
	var counted *window
	if replaced != none {
		counted = t.slots.at(replaced).hour()
	}
	i := t.slots.take()
	at := t.slots.at(i)
	at.room, at.confidence = s.Room, s.Filter.ConfidenceMin
	at.key, at.rare = t.encode(s.Filter), t.rarely(s, counted)
	t.link(i)
	t.mark(i)
	return i
}

// find returns the slot, or none.
func (t *topicIndex) find(room Room, id string) uint32 {
	for i := range t.of(room) {
		if t.id(t.slots.at(i)) == id {
			return i
		}
	}
	return none
}

// of yields the room's slots.
func (t *topicIndex) of(room Room) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i := t.rooms.first(&t.slots, room); i != none; {
			next := t.slots.at(i).next
			if !yield(i) {
				return
			}
			i = next
		}
	}
}

// link puts slot i behind the first of its room, or as that.
func (t *topicIndex) link(i uint32) {
	t.n++
	at := t.slots.at(i)
	first := t.rooms.first(&t.slots, at.room)
	if first == none {
		at.next, at.place = none, t.taken.take()
		t.places.Store(t.taken.end())
		t.rooms.add(&t.slots, i)
		return
	}
	leader := t.slots.at(first)
	at.next, at.place, leader.next = leader.next, leader.place, i
}

// unlink reports whether slot i was the last of its room.
func (t *topicIndex) unlink(i uint32) (last bool) {
	t.n--
	at := t.slots.at(i)
	if first := t.rooms.first(&t.slots, at.room); first != i {
		t.slots.at(t.before(i, first)).next = at.next
		return false
	}
	t.rooms.remove(&t.slots, i)
	if at.next != none {
		t.rooms.add(&t.slots, at.next)
	}
	return at.next == none
}

// before returns the slot whose next is i, looking from j.
func (t *topicIndex) before(i, j uint32) uint32 {
	for t.slots.at(j).next != i {
		j = t.slots.at(j).next
	}
	return j
}

// vacate gives the slot back, and the place of its room.
func (t *topicIndex) vacate(d departed) {
	if d.last {
		t.taken.free(t.slots.at(d.slot).place)
		t.places.Store(t.taken.end())
	}
	t.slots.free(d.slot)
}

func (t *topicIndex) encode(f Filter) string {
	head := byte(f.PriorityMin)
	if f.MarketHours {
		head |= marketHours
	}
	key := append(binary.AppendUvarint(t.key[:0], uint64(f.cost().values)), head)
	for d, list := range f.lists() {
		key = t.lists[d].encode(key, list)
	}
	t.key = key[:0]
	return string(bytes.TrimRight(key, "\x00"))
}

func (t *topicIndex) decode(at *slot) Filter {
	key := keyReader(at.key)
	f := Filter{ConfidenceMin: at.confidence}
	_, f.PriorityMin, f.MarketHours = key.head()
	if hour := at.hour(); hour != nil {
		f.MaxPerHour = hour.most
	}
	f.Patterns = t.lists[0].decode(&key)
	f.Symbols = t.lists[1].decode(&key)
	f.Tiers = t.lists[2].decode(&key)
	f.Regimes = t.lists[3].decode(&key)
	return f
}

// mark enters slot i in the sets, so that matching finds it. What it is choosy about is counted
// before and until it is in them: who reads zero need not look there.
func (t *topicIndex) mark(i uint32) {
	at := t.slots.at(i)
	key := keyReader(at.key)
	_, least, onlyOpen := key.head()
	t.count(at, 1)
	for p := least; p <= Critical; p++ {
		t.priority[p].add(i)
	}
	if !onlyOpen {
		t.anytime.add(i)
	}
	for d := range t.lists {
		t.lists[d].mark(i, &key)
	}
	for l := level(at.confidence); l <= confidenceLevels; l++ {
		t.confidence[l].add(i)
	}
	t.everyone.add(i)
}

// unmark undoes mark.
func (t *topicIndex) unmark(i uint32) {
	at := t.slots.at(i)
	key := keyReader(at.key)
	_, least, onlyOpen := key.head()
	for p := least; p <= Critical; p++ {
		t.priority[p].remove(i)
	}
	if !onlyOpen {
		t.anytime.remove(i)
	}
	for d := range t.lists {
		t.lists[d].unmark(i, &key)
	}
	for l := level(at.confidence); l <= confidenceLevels; l++ {
		t.confidence[l].remove(i)
	}
	t.everyone.remove(i)
	t.count(at, -1)
}

func (t *topicIndex) count(at *slot, by int32) {
	key := keyReader(at.key)
	_, least, onlyOpen := key.head()
	for _, c := range [...]struct {
		counter *atomic.Int32
		choosy  bool
	}{
		{&t.choosy.confidence, at.confidence > 0},
		{&t.choosy.priority, least > 0},
		{&t.choosy.hours, onlyOpen},
		{&t.limited, at.hour() != nil},
	} {
		if c.choosy {
			c.counter.Add(by)
		}
	}
}

// level never falls while confidence grows, so comparing levels never misses a slot. What is no number is no minimum.
func level(confidence float64) int {
	if !(confidence > 0) {
		return 0
	}
	return int(math.Ceil(min(confidence, 1) * confidenceLevels))
}
