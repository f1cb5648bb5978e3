package rooms

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"time"
)

// confidenceLevels divides 0..1; a page's minimum is usually a multiple of 0.05.
const confidenceLevels = 20

// topicIndex holds the subscriptions of one topic in slots 0..n-1: when one is
// removed the last takes its place, so that the sets stay dense and memory returns.
type topicIndex struct {
	slots pages[slot]
	rooms table[Room, uint32] // the first slot of each room
	lists [dimensions]dimension
	// Slots whose minimum is at most this, so that an event finds all it reaches in one set.
	confidence [confidenceLevels + 1]set
	priority   [priorities]set
	anytime    set    // slots that do not mind a closed market
	limited    uint32 // how many slots have a limit by the hour
	// Reused by put.
	key []byte
}

// slot is one subscription: what its filter lists is in its key, and in the sets.
type slot struct {
	// Read for each slot that is found, so they stand together.
	room       Room
	confidence float64 // checked on the way out: the levels only prune
	first      uint32  // the room's first slot: stands for the room while matching
	next       uint32  // the room's next slot, or none

	hour *window // nil = without limit; the limiter reads and counts
	id   string
	key  string // how many values, priority and market hours, then the four lists by the numbers of their values
}

const none = math.MaxUint32

// marketHours is a bit of the byte behind that number; those below it are the priority.
const marketHours = 1 << 3

// put adds or replaces.
func (t *topicIndex) put(s Subscription) {
	i := t.find(s.Room, s.ID)
	if i != none {
		t.unmark(i)
	} else {
		i = t.slots.push()
		*t.slots.at(i) = slot{room: s.Room, id: strings.Clone(s.ID)}
		t.link(i)
	}
	// Only now: unmarking forgets values that nobody names any more.
	at := t.slots.at(i)
	at.key, at.confidence = t.encode(s.Filter), s.Filter.ConfidenceMin
	at.hour = hourOf(s.Filter, at.hour)
	t.mark(i)
}

// hourOf keeps what was counted while the limit remains: a page that comes back does not begin anew.
func hourOf(f Filter, counted *window) *window {
	switch {
	case f.MaxPerHour == 0:
		return nil
	case counted != nil && counted.most == f.MaxPerHour:
		return counted
	}
	return newWindow(f.MaxPerHour, time.Hour)
}

// find returns the slot, or none.
func (t *topicIndex) find(room Room, id string) uint32 {
	i := t.firstOf(room)
	for i != none && t.slots.at(i).id != id {
		i = t.slots.at(i).next
	}
	return i
}

func (t *topicIndex) firstOf(room Room) uint32 {
	if first, ok := t.rooms.get(room); ok {
		return first
	}
	return none
}

// remove empties slot i and moves the last one there.
func (t *topicIndex) remove(i uint32) {
	t.unmark(i)
	t.unlink(i)
	if last := t.slots.n - 1; last != i {
		t.move(last, i)
	}
	t.slots.pop()
}

func (t *topicIndex) removeRoom(room Room) (removed int) {
	for i := t.firstOf(room); i != none; i = t.firstOf(room) {
		t.remove(i)
		removed++
	}
	return removed
}

// move gives the subscription of slot from the empty slot to. It is marked
// there first, or its values could be forgotten on the way.
func (t *topicIndex) move(from, to uint32) {
	moved := t.slots.at(to)
	*moved = *t.slots.at(from)
	t.mark(to)
	t.unmark(from)
	if moved.first == from {
		t.lead(moved.room, to)
		return
	}
	t.slots.at(t.before(from)).next = to
}

// link enters slot i behind its room's first slot, or as that.
func (t *topicIndex) link(i uint32) {
	added := t.slots.at(i)
	first := t.firstOf(added.room)
	if first == none {
		added.next = none
		t.lead(added.room, i)
		return
	}
	leader := t.slots.at(first)
	added.first, added.next, leader.next = first, leader.next, i
}

func (t *topicIndex) unlink(i uint32) {
	gone := t.slots.at(i)
	switch {
	case gone.first != i:
		t.slots.at(t.before(i)).next = gone.next
	case gone.next == none:
		t.rooms.delete(gone.room)
	default:
		t.lead(gone.room, gone.next)
	}
}

// lead makes slot i, and what follows it, the room's.
func (t *topicIndex) lead(room Room, i uint32) {
	t.rooms.set(room, i)
	for j := i; j != none; j = t.slots.at(j).next {
		t.slots.at(j).first = i
	}
}

// before returns the slot whose next is i, which is not the room's first.
func (t *topicIndex) before(i uint32) uint32 {
	j := t.slots.at(i).first
	for t.slots.at(j).next != i {
		j = t.slots.at(j).next
	}
	return j
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
	if at.hour != nil {
		f.MaxPerHour = at.hour.most
	}
	f.Patterns = t.lists[0].decode(&key)
	f.Symbols = t.lists[1].decode(&key)
	f.Tiers = t.lists[2].decode(&key)
	f.Regimes = t.lists[3].decode(&key)
	return f
}

// mark enters slot i in the sets, so that matching finds it.
func (t *topicIndex) mark(i uint32) {
	at := t.slots.at(i)
	key := keyReader(at.key)
	_, least, onlyOpen := key.head()
	for p := least; p <= Critical; p++ {
		t.priority[p].add(i)
	}
	if !onlyOpen {
		t.anytime.add(i)
	}
	if at.hour != nil {
		t.limited++
	}
	for d := range t.lists {
		t.lists[d].mark(i, &key)
	}
	for l := level(at.confidence); l <= confidenceLevels; l++ {
		t.confidence[l].add(i)
	}
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
	if at.hour != nil {
		t.limited--
	}
	for d := range t.lists {
		t.lists[d].unmark(i, &key)
	}
	for l := level(at.confidence); l <= confidenceLevels; l++ {
		t.confidence[l].remove(i)
	}
}

// level never falls while confidence grows, so comparing levels never misses a slot. What is no number is no minimum.
func level(confidence float64) int {
	if !(confidence > 0) {
		return 0
	}
	return int(math.Ceil(min(confidence, 1) * confidenceLevels))
}
