package rooms_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	. "github.com/tickstock/tickcast/rooms"
)

// scan is the plain truth that the index has to equal: every subscription is asked.
type scan []Subscription

func sameName(a, b Subscription) bool { return a.Room == b.Room && a.Topic == b.Topic && a.ID == b.ID }

func (all *scan) put(s Subscription) {
	all.remove(func(x Subscription) bool { return sameName(x, s) })
	*all = append(*all, s)
}

func (all *scan) remove(drop func(Subscription) bool) int {
	before := len(*all)
	*all = slices.DeleteFunc(*all, drop)
	return before - len(*all)
}

func (all scan) match(topic Topic, e Traits) []Room {
	var found []Room
	for _, s := range all {
		if s.Topic == topic && s.Filter.Match(e) {
			found = append(found, s.Room)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func (all scan) counts() map[Topic]int {
	counts := map[Topic]int{}
	for _, s := range all {
		counts[s.Topic]++
	}
	return counts
}

// world draws names from small or large sets, in several cases, some of them missing.
type world struct {
	*rand.Rand
	rooms, values int
}

func (w world) room() Room   { return Room(fmt.Sprint("room", w.IntN(w.rooms))) }
func (w world) topic() Topic { return []Topic{Patterns, tiers, "flow"}[w.IntN(3)] }

func (w world) value() string {
	i := w.IntN(w.values)
	return []string{fmt.Sprintf("SYM%d", i), fmt.Sprintf("sym%d", i), fmt.Sprintf("Sym%d", i), ""}[min(w.IntN(20), 3)%4]
}

func (w world) list() []string {
	switch w.IntN(4) {
	case 0:
		return nil
	case 1:
		return []string{}
	}
	list := make([]string, 1+w.IntN(6))
	for i := range list {
		list[i] = w.value()
	}
	return list
}

func (w world) confidence() float64 {
	switch w.IntN(3) {
	case 0:
		return float64(w.IntN(21)) / 20
	case 1:
		return w.Float64()
	}
	return []float64{0, math.SmallestNonzeroFloat64, 0.1 + 0.2, 1, math.Nextafter(0.85, 1), math.Nextafter(0.85, 0)}[w.IntN(6)]
}

func (w world) subscription() Subscription {
	s := Subscription{Room: w.room(), Topic: w.topic(), ID: []string{"", "a", "A", "b"}[w.IntN(4)]}
	if w.IntN(5) > 0 { // one in five accepts everything
		s.Filter = Filter{Patterns: w.list(), Symbols: w.list(), Tiers: w.list(), Regimes: w.list(), PriorityMin: Priority(w.IntN(5)), MarketHours: w.IntN(3) == 0}
	}
	if w.IntN(2) == 0 {
		s.Filter.ConfidenceMin = w.confidence()
	}
	if w.IntN(3) == 0 {
		s.Filter.MaxPerHour = 1 + w.IntN(4)
	}
	return s
}

func (w world) traits() Traits {
	t := Traits{Priority: Priority(w.IntN(6)), Closed: w.IntN(3) == 0}
	for _, value := range []*string{&t.Pattern, &t.Symbol, &t.Tier, &t.Regime} {
		if w.IntN(3) > 0 {
			*value = w.value()
		}
	}
	if t.HasConfidence = w.IntN(3) > 0; t.HasConfidence {
		t.Confidence = w.confidence()
		if w.IntN(10) == 0 {
			t.Confidence = []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 2}[w.IntN(5)]
		}
	}
	return t
}

var _ = Describe("Index under random use", func() {
	DescribeTable("equals a plain scan",
		func(rooms, values, steps int) {
			w := world{rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), uint64(rooms))), rooms, values}
			index, all := NewIndex(), scan{}
			for step := range steps {
				growing := step%(steps/2) < steps/3 // then shrinking, twice
				for range 1 + w.IntN(6) {
					change(w, index, &all, growing)
				}
				topic, e := w.topic(), w.traits()
				found := slices.Sorted(slices.Values(index.Match(topic, e, nil)))
				if want := all.match(topic, e); !slices.Equal(found, want) {
					Fail(fmt.Sprintf("step %d: %s %+v: found %v, want %v", step, topic, e, found, want))
				}
			}
			Expect(index.Counts()).To(Equal(all.counts()))
			for _, s := range all {
				Expect(index.Remove(s.Room, s.Topic, s.ID)).To(Equal(1))
			}
			Expect(index.Counts()).To(BeEmpty())
		},
		Entry("with a few rooms that change all the time", 6, 3, 3_000),
		Entry("with some rooms and some values", 60, 12, 2_000),
		Entry("with many rooms and few values, so that sets are dense", 600, 2, 1_200),
		Entry("with many rooms and many values, so that sets are sparse", 600, 400, 1_200),
	)
})

var _ = Describe("Index of a large crowd", func() {
	It("equals a plain scan for events that many or hardly any want", func() {
		m := newMarket(uint64(GinkgoRandomSeed()), 24, 3_000)
		index, all := NewIndex(), scan{}
		for user := range 6_000 {
			s := m.subscription(user)
			s.Filter.Symbols = append(s.Filter.Symbols, m.symbols[user%2_000]) // nobody takes all
			s.Filter.MarketHours = user%5 == 0
			Expect(index.Put(s)).To(Succeed())
			all = append(all, s)
		}
		for i := range 200 {
			e := m.event()
			if i%4 == 0 {
				e.Symbol = ""
			}
			e.Closed = i%3 == 0
			Expect(slices.Sorted(slices.Values(index.Match(tiers, e, nil)))).To(Equal(all.match(tiers, e)))
		}
	})
})

// change does the same to both.
func change(w world, index *Index, all *scan, growing bool) {
	s := w.subscription()
	dice := w.IntN(100)
	if growing {
		dice /= 4
	}
	switch {
	case dice < 20 || len(*all) == 0:
		Expect(index.Put(s)).To(Succeed())
		all.put(s)
	case dice < 60:
		s = (*all)[w.IntN(len(*all))]
		all.remove(func(x Subscription) bool { return sameName(x, s) })
		Expect(index.Remove(s.Room, s.Topic, s.ID)).To(Equal(1))
	case dice < 80:
		Expect(index.RemoveTopic(s.Room, s.Topic)).
			To(Equal(all.remove(func(x Subscription) bool { return x.Room == s.Room && x.Topic == s.Topic })))
	default:
		Expect(index.RemoveRoom(s.Room)).To(Equal(all.remove(func(x Subscription) bool { return x.Room == s.Room })))
	}
}
