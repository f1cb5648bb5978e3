package rooms_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	. "github.com/tickstock/tickcast/rooms"
)

var _ = Describe("The limit of a subscription", func() {
	var router *Router
	BeforeEach(func() { router = New(&recorder{}, Limits{}) })

	put := func(id string, f Filter) {
		GinkgoHelper()
		Expect(router.Subscribe(Subscription{Room: "user_7", Topic: tiers, ID: id, Filter: f})).To(Succeed())
	}
	// send routes n events at one moment and returns how many got through.
	send := func(n int, received time.Time) (passed int) {
		for range n {
			passed += router.Route(ranked(tiers, Critical, received))
		}
		return passed
	}

	It("lets that many pass in any 60 minutes, and counts the others", func() {
		put("a", Filter{MaxPerHour: 3})
		Expect(send(2, noon)).To(Equal(2))
		Expect(send(2, noon.Add(30*time.Minute))).To(Equal(1))
		Expect(send(1, noon.Add(time.Hour))).To(BeZero())
		Expect(send(9, noon.Add(time.Hour+1))).To(Equal(2))
		Expect(send(9, noon.Add(91*time.Minute))).To(Equal(1))
		Expect(router.Stats().HourLimited).To(BeEquivalentTo(1 + 1 + 7 + 8))
	})

	It("is not used up by what the filter turns away", func() {
		put("a", Filter{MaxPerHour: 1, Symbols: []string{"AAPL"}})
		e := ranked(tiers, High, noon)
		e.Traits.Symbol = "TSLA"
		Expect(router.Route(e)).To(BeZero())
		Expect(send(2, noon)).To(Equal(1))
		Expect(router.Stats().HourLimited).To(BeEquivalentTo(1))
	})

	It("is not used up by what goes to other rooms only", func() {
		put("a", Filter{MaxPerHour: 1})
		e := ranked(tiers, High, noon)
		e.Audience.Rooms = []Room{"user_8"}
		Expect(router.Route(e)).To(BeZero())
		Expect(send(2, noon)).To(Equal(1))
	})

	It("is told apart from that of a room which the event is not for", func() {
		for _, room := range []Room{"user_7", "user_8", "user_9"} {
			Expect(router.Subscribe(Subscription{Room: room, Topic: tiers, Filter: Filter{MaxPerHour: 1}})).To(Succeed())
		}
		e := ranked(tiers, High, noon)
		e.Audience.Rooms = []Room{"user_9"}
		Expect(router.Route(e)).To(Equal(1))
		Expect(router.Route(e)).To(BeZero())
		Expect(send(1, noon)).To(Equal(2))
	})

	It("does not hold back what another subscription of the room lets pass", func() {
		put("a", Filter{MaxPerHour: 1})
		put("b", Filter{MaxPerHour: 3})
		Expect(send(5, noon)).To(Equal(3), "those that both let pass count for both")
		put("c", Filter{})
		Expect(send(5, noon)).To(Equal(5))
	})

	It("keeps its count when the subscription is replaced", func() {
		put("a", Filter{MaxPerHour: 2})
		Expect(send(2, noon)).To(Equal(2))
		put("a", Filter{MaxPerHour: 2, ConfidenceMin: 0.5})
		Expect(send(1, noon)).To(BeZero())
	})

	It("keeps its count when other subscriptions go", func() {
		for i := range 20 {
			Expect(router.Subscribe(Subscription{Room: Room(fmt.Sprint(i)), Topic: tiers, Filter: Filter{Symbols: []string{"X"}}})).To(Succeed())
		}
		put("a", Filter{MaxPerHour: 2})
		put("b", Filter{MaxPerHour: 1})
		Expect(send(3, noon)).To(Equal(2))
		for i := range 20 {
			router.Forget(Room(fmt.Sprint(i)))
		}
		Expect(send(1, noon)).To(BeZero())
	})

	DescribeTable("begins anew",
		func(between func()) {
			put("a", Filter{MaxPerHour: 2})
			Expect(send(3, noon)).To(Equal(2))
			between()
			Expect(send(9, noon)).To(BeNumerically(">", 0))
		},
		Entry("with another limit", func() { put("a", Filter{MaxPerHour: 3}) }),
		Entry("when it was given up in between", func() { put("a", Filter{}); put("a", Filter{MaxPerHour: 2}) }),
		Entry("when the subscription was removed in between", func() { router.Forget("user_7"); put("a", Filter{MaxPerHour: 2}) }),
	)

	It("and that of the user do not use up each other", func() {
		router = New(&recorder{}, Limits{PerSecond: 10})
		Expect(router.Subscribe(Subscription{Room: "user_7", Topic: PatternAlerts})).To(Succeed())
		put("a", Filter{MaxPerHour: 15})
		for range 20 { // ten of them are too many for a second
			router.Route(ranked(tiers, Low, noon))
		}
		for range 20 {
			router.Route(ranked(tiers, Low, noon.Add(2*time.Second)))
		}
		Expect(router.Stats()).To(And(HaveField("RateLimited", BeEquivalentTo(10)), HaveField("HourLimited", BeEquivalentTo(15))))
		for range 5 { // what the hour held back is not of this second
			Expect(router.Route(ranked(PatternAlerts, Low, noon.Add(2*time.Second)))).To(Equal(1))
		}
	})

	It("is told where the filter is", func() {
		put("a", Filter{MaxPerHour: 7, MarketHours: true, PriorityMin: Low})
		Expect(router.Subscriptions("user_7")[0].Filter).To(Equal(Filter{MaxPerHour: 7, MarketHours: true, PriorityMin: Low}))
	})
})

// ledger is the plain truth about limits: every subscription and every room with all that it got.
type ledger struct {
	perSecond   int
	all         scan
	got         map[string][]time.Time // by subscription or room
	rate, hours uint64
}

func (l *ledger) count(name string, span time.Duration, now time.Time) (n int) {
	for _, t := range l.got[name] {
		if now.Sub(t) <= span {
			n++
		}
	}
	return n
}

func nameOf(s Subscription) string { return fmt.Sprint(s.Room, "|", s.Topic, "|", s.ID) }

func (l *ledger) put(s Subscription) {
	same := func(x Subscription) bool { return sameName(x, s) && x.Filter.MaxPerHour == s.Filter.MaxPerHour }
	if !slices.ContainsFunc(l.all, same) {
		delete(l.got, nameOf(s))
	}
	l.all.put(s)
}

// route returns the rooms that get the event.
func (l *ledger) route(e Event) (to []Room) {
	for _, room := range l.all.match(e.Audience.Topic, e.Traits) {
		universal := e.Audience.Topic == TierPatterns
		if universal && e.Traits.Priority < High && l.count(string(room), time.Second, e.Received) >= l.perSecond {
			l.rate++
			continue
		}
		passes := false
		for _, s := range l.all {
			if s.Room != room || s.Topic != e.Audience.Topic || !s.Filter.Match(e.Traits) {
				continue
			}
			if s.Filter.MaxPerHour == 0 || l.count(nameOf(s), time.Hour, e.Received) < s.Filter.MaxPerHour {
				passes = true
				l.got[nameOf(s)] = append(l.got[nameOf(s)], e.Received)
			}
		}
		if !passes {
			l.hours++
			continue
		}
		to = append(to, room)
		if universal {
			l.got[string(room)] = append(l.got[string(room)], e.Received)
		}
	}
	return to
}

var _ = Describe("Limits under random use", func() {
	It("equal a plain ledger", func() {
		w := world{rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 5)), 8, 2}
		out := &recorder{}
		router, plain := New(out, Limits{PerSecond: 2}), &ledger{perSecond: 2, got: map[string][]time.Time{}}
		now := noon
		for step := range 6_000 {
			switch s := w.subscription(); w.IntN(12) {
			case 0:
				Expect(router.Subscribe(s)).To(Succeed())
				plain.put(s)
			case 1:
				router.Unsubscribe(s.Room, s.Topic, s.ID)
				plain.all.remove(func(x Subscription) bool { return sameName(x, s) })
				delete(plain.got, nameOf(s))
			}
			if w.IntN(3) == 0 {
				now = now.Add([]time.Duration{time.Millisecond, time.Second / 2, time.Second, time.Minute, 12 * time.Minute}[w.IntN(5)])
			}
			e := Event{Received: now, Audience: Audience{Namespace: "/", Topic: w.topic()}, Traits: w.traits()}
			e.Traits.Closed = false // no market, no hours
			out.sent = nil
			router.Route(e)
			var got []Room
			for _, sent := range out.sent {
				got = append(got, sent.to...)
			}
			slices.Sort(got)
			if want := plain.route(e); !slices.Equal(got, want) {
				Fail(fmt.Sprintf("step %d: %+v: got %v, want %v", step, e, got, want))
			}
		}
		s := router.Stats()
		Expect([]uint64{s.RateLimited, s.HourLimited}).To(Equal([]uint64{plain.rate, plain.hours}))
		Expect(s.RateLimited).NotTo(BeZero())
		Expect(s.HourLimited).NotTo(BeZero())
	})
})
