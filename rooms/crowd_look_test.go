package rooms

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"weak"
)

func crowdEvent(i int) Traits {
	return Traits{Pattern: "Doji", Symbol: fmt.Sprint(i), Confidence: 0.7, HasConfidence: true, Priority: High, Closed: true}
}

// seen is what a look shows of everybody: who wants which events.
func seen(t *testing.T, l look, personal bool) map[Room]uint16 {
	found := map[Room]uint16{}
	for i := range crowdEvents {
		for _, topic := range []Topic{"busy", "now and then"} {
			e, to := crowdEvent(i), interest{personal: personal}
			l.match(topic, &e, &to)
			for _, room := range to.rooms {
				if found[room]>>i&1 == 1 {
					t.Errorf("%s is found twice", room)
				}
				found[room] |= 1 << i
			}
		}
	}
	return found
}

// watch looks once and holds what it sees against what everybody says before and after.
func watch(t *testing.T, x *Index, all []*wisher, dice *rand.Rand) {
	before := make([]uint64, len(all))
	for i, w := range all {
		before[i] = w.state.Load()
	}
	l := x.look()
	found := seen(t, l, dice.IntN(2) == 0)
	for i, w := range all {
		want, known := wants(before[i])
		switch got := found[w.room]; {
		case w.always&^got != 0:
			t.Errorf("%s: found for %b, always wants %b", w.room, got, w.always)
		case w.flips && got != 0x00ff && got != 0xff00:
			t.Errorf("%s: found for %b, neither the old nor the new", w.room, got)
		case known && w.state.Load() == before[i] && got != want:
			t.Errorf("%s: found for %b, wants %b", w.room, got, want)
		}
	}
	if dice.IntN(4) == 0 && !maps.Equal(found, seen(t, l, true)) {
		t.Error("the same look shows something else a while later")
	}
	l.end()
}

// ask wants to know by which filters they accept an event, as for one that names whom it is for.
func ask(t *testing.T, x *Index, all []*wisher, i int) {
	e, to := crowdEvent(i), interest{personal: true}
	x.match("busy", &e, &to)
	claims := to.claims
	for n, room := range to.rooms {
		var own []claim
		own, claims = claimsOf(n, claims)
		w := all[slices.IndexFunc(all, func(w *wisher) bool { return w.room == room })]
		by, still := x.accepting(room, "busy", e, own)
		if w.always>>i&1 == 1 && !still || still && !by.Match(e) {
			t.Errorf("%s: %v, %+v is why it wants %d", room, still, by, i)
		}
	}
}

func TestNobodyLooksAtHalfAChange(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	dice := func(n int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(n))) }
	x := NewIndex()
	all := newCrowd(t, x, dice(0))
	var writers, readers sync.WaitGroup
	var over atomic.Bool
	for n := range crowdWriters {
		own, dice := all[n*crowdEach:][:crowdEach], dice(1+n)
		writers.Go(func() {
			for n := 0; !over.Load(); n++ {
				if w := own[dice.IntN(len(own))]; !w.still {
					w.change(func() { w.turn(t, x, dice, n%(8*crowdEach) > 6*crowdEach) })
				}
			}
		})
	}
	for n := range crowdReaders {
		dice := dice(-1 - n)
		readers.Go(func() {
			for range crowdLooks {
				watch(t, x, all, dice)
				ask(t, x, all, dice.IntN(crowdEvents))
			}
		})
	}
	readers.Wait()
	over.Store(true)
	writers.Wait()
	watch(t, x, all, dice(0))
	nothingRemains(t, x, all)
}

func nothingRemains(t *testing.T, x *Index, all []*wisher) {
	busy := x.all()["busy"]
	for _, w := range all {
		if removed := x.RemoveRoom(w.room); removed != len(w.held) {
			t.Errorf("%s: removed %d, held %d", w.room, removed, len(w.held))
		}
	}
	if s, counts := x.Stats(), x.Counts(); s != (IndexStats{}) || len(counts) > 0 {
		t.Errorf("everything is removed, but not %+v, %v", s, counts)
	}
	if waiting := len(x.aside.older) + len(x.aside.newer); waiting > 0 {
		t.Errorf("%d still wait for nobody", waiting)
	}
	for _, n := range []int32{busy.choosy.confidence.Load(), busy.choosy.priority.Load(), busy.choosy.hours.Load(), busy.limited.Load(), int32(busy.everyone.len())} {
		if n != 0 {
			t.Errorf("%d slots are still counted", n)
		}
	}
	memory := weak.Make(busy)
	if runtime.GC(); memory.Value() != nil {
		t.Error("the topic is empty, but takes memory")
	}
	runtime.KeepAlive(x)
}
