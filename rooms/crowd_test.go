package rooms

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
)

const (
	crowdEvents  = 16 // one bit each of what a wisher wants
	crowdLooks   = 120
	crowdReaders = 3
	crowdWriters = 3
	crowdEach    = 60 // wishers of one writer
)

// wisher is a room that one goroutine changes while others look.
type wisher struct {
	// Set once, then read only.
	room   Room
	topic  Topic
	always uint16 // what each of its filters accepts
	still  bool   // never changes
	flips  bool   // wants either the lower half of the events or the upper
	// Safe for anyone.
	state atomic.Uint64 // how many changes have begun or ended, and below that what it wants
	// Owned by whoever changes it.
	held map[string]uint16 // what each subscription accepts
}

// wants is known only between two changes.
func wants(state uint64) (mask uint16, known bool) { return uint16(state), state>>16%2 == 0 }

// change tells before and after that what it wants is in doubt.
func (w *wisher) change(do func()) {
	began := w.state.Load()>>16 + 1
	w.state.Store(began << 16)
	do()
	var mask uint16
	for _, accepted := range w.held {
		mask |= accepted
	}
	w.state.Store((began+1)<<16 | uint64(mask))
}

// wish is a filter that accepts the events of the mask for some reason, and no other.
func wish(dice *rand.Rand, mask uint16) Filter {
	f := Filter{MarketHours: mask == 0, ConfidenceMin: float64(dice.IntN(2)) / 2, PriorityMin: Priority(dice.IntN(4))}
	for i := range crowdEvents {
		if mask>>i&1 == 1 && mask != 1<<crowdEvents-1 {
			f.Symbols = append(f.Symbols, fmt.Sprint(i))
		}
	}
	if len(f.Symbols) > 0 {
		many := []int{0, 3, 3, 40}[dice.IntN(4)]
		if dice.IntN(50) == 0 {
			many = MaxValues - crowdEvents
		}
		for range many {
			f.Symbols = append(f.Symbols, fmt.Sprintf("other-%d", dice.IntN(5_000)))
		}
	}
	if dice.IntN(2) == 0 {
		f.Patterns = []string{"Doji", fmt.Sprint(dice.IntN(100))}
	}
	if dice.IntN(8) == 0 {
		f.MaxPerHour = 1 + dice.IntN(2)
	}
	return f
}

func (w *wisher) put(t *testing.T, x *Index, dice *rand.Rand, id string, mask uint16) {
	if err := x.Put(Subscription{Room: w.room, Topic: w.topic, ID: id, Filter: wish(dice, mask)}); err != nil {
		t.Error(err)
	}
	w.held[id] = mask
}

// turn changes something about the wisher, of which it always keeps what it always wants.
func (w *wisher) turn(t *testing.T, x *Index, dice *rand.Rand, ebb bool) {
	some := []uint16{0, uint16(dice.Uint32()), uint16(dice.Uint32() & dice.Uint32()), 0xffff}[dice.IntN(4)]
	id, all := []string{"a", "b"}[dice.IntN(2)], w.always == 0
	die := dice.IntN(9)
	if ebb {
		die = 6 + die/3 // whoever can, leaves
	}
	switch {
	case w.flips:
		w.put(t, x, dice, "", ^w.held[""])
	case die < 3:
		w.put(t, x, dice, string(w.topic), w.always|some)
	case die < 6:
		w.put(t, x, dice, id, some)
	case die < 7 && all:
		w.leave(t, func() int { return x.RemoveRoom(w.room) }, slices.Collect(maps.Keys(w.held))...)
	case die < 8 && all:
		w.leave(t, func() int { return x.RemoveTopic(w.room, w.topic) }, slices.Collect(maps.Keys(w.held))...)
	default:
		w.leave(t, func() int { return x.Remove(w.room, w.topic, id) }, id)
	}
}

func (w *wisher) leave(t *testing.T, remove func() int, ids ...string) {
	before := len(w.held)
	for _, id := range ids {
		delete(w.held, id)
	}
	if removed := remove(); removed != before-len(w.held) {
		t.Errorf("%s: removed %d of %d, %d are left", w.room, removed, before, len(w.held))
	}
}

// newCrowd is everybody. A fifth of them each wants the same for good, flips, or always wants something.
func newCrowd(t *testing.T, x *Index, dice *rand.Rand) (all []*wisher) {
	for i := range crowdWriters * crowdEach {
		w := &wisher{room: Room(fmt.Sprint("room", i)), topic: "busy", still: i%5 == 0, flips: i%5 == 1, held: map[string]uint16{}}
		if w.still || i%5 == 2 {
			w.always = 1<<(i%crowdEvents) | uint16(dice.Uint32()&dice.Uint32())
		}
		if i%(2*crowdEach) == 3 {
			w.topic = "now and then" // nobody holds it at times
		}
		w.change(func() {
			switch {
			case w.flips:
				w.put(t, x, dice, "", 0x00ff)
			case w.always != 0:
				w.put(t, x, dice, string(w.topic), w.always)
			}
		})
		all = append(all, w)
	}
	return all
}
