package rooms_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	. "github.com/tickstock/tickcast/rooms"
)

var noon = time.Date(2026, 1, 6, 17, 0, 0, 0, time.UTC) // a Tuesday in New York

// ranked is an event that everybody takes who filters nothing.
func ranked(topic Topic, p Priority, received time.Time) Event {
	return Event{
		Name: "tier_pattern", Received: received,
		Audience: Audience{Namespace: "/", Topic: topic},
		Traits:   Traits{Symbol: "AAPL", Priority: p}, Payload: []byte("{}"),
	}
}

var _ = Describe("The limit of a user", func() {
	var router *Router
	BeforeEach(func() { router = New(&recorder{}, Limits{PerSecond: 100}) })

	// burst sends n events within half a second and returns how many got through.
	burst := func(topic Topic, p Priority, n int, from time.Time) (passed int) {
		GinkgoHelper()
		for i := range n {
			passed += router.Route(ranked(topic, p, from.Add(time.Duration(i)*time.Second/2/time.Duration(n))))
		}
		return passed
	}

	DescribeTable("in a second",
		func(users, events, pass, limited int) {
			for user := range users {
				subscribe(router, fmt.Sprint(user), Filter{})
			}
			Expect(burst(tiers, Medium, events, noon)).To(Equal(pass))
			Expect(router.Stats().RateLimited).To(BeEquivalentTo(limited))
		},
		Entry("lets 100 of a burst of 150 pass", 1, 150, 100, 50),
		Entry("lets 100 of 120 pass and counts 20", 1, 120, 100, 20),
		Entry("is none that five users with 80 each reach", 5, 80, 400, 0),
		Entry("is each user's own", 3, 110, 300, 30),
	)

	It("slides: a second is any second", func() {
		subscribe(router, "7", Filter{})
		Expect(burst(tiers, Low, 100, noon)).To(Equal(100))
		Expect(burst(tiers, Low, 1, noon.Add(time.Second))).To(BeZero(), "the first is exactly a second old")
		Expect(burst(tiers, Low, 1, noon.Add(time.Second+time.Nanosecond))).To(Equal(1))
		Expect(burst(tiers, Low, 1, noon.Add(time.Second+time.Nanosecond))).To(BeZero())
		Expect(burst(tiers, Low, 150, noon.Add(3*time.Second))).To(Equal(100))
	})

	It("goes on counting while quiet users are forgotten", func() {
		subscribe(router, "7", Filter{})
		passed := 0
		for i := range 100 { // for a minute
			for range 100 {
				passed += router.Route(ranked(tiers, Low, noon.Add(time.Duration(i)*600*time.Millisecond)))
			}
		}
		Expect(passed).To(Equal(50 * 100))
	})

	DescribeTable("never holds back what is urgent",
		func(p Priority) {
			subscribe(router, "7", Filter{})
			Expect(burst(tiers, Low, 70, noon)).To(Equal(70))
			Expect(burst(tiers, p, 400, noon)).To(Equal(400))
			Expect(burst(tiers, Low, 1, noon)).To(BeZero(), "the urgent ones count")
			Expect(burst(tiers, Low, 1, noon.Add(2*time.Second))).To(Equal(1))
		},
		Entry("because it is high", High),
		Entry("because it is critical", Critical),
	)

	It("holds back what has no priority", func() {
		subscribe(router, "7", Filter{})
		Expect(burst(tiers, 0, 120, noon)).To(Equal(100))
	})

	It("is one for all topics of the universal subscriptions", func() {
		for _, topic := range []Topic{TierPatterns, PatternAlerts, MarketInsights, Backtests, SystemHealth} {
			Expect(router.Subscribe(Subscription{Room: "user_7", Topic: topic})).To(Succeed())
			Expect(burst(topic, Low, 20, noon)).To(Equal(20))
		}
		Expect(burst(SystemHealth, Low, 1, noon)).To(BeZero())
	})

	It("takes no notice of what pages subscribe to, of broadcasts and of named rooms", func() {
		Expect(router.Subscribe(Subscription{Room: "user_7", Topic: TierColumns})).To(Succeed())
		Expect(burst(TierColumns, Low, 150, noon)).To(Equal(150))
		Expect(burst("", Low, 150, noon)).To(Equal(1500), "ten in the namespace")
		e := ranked("", Low, noon)
		e.Audience.Rooms = []Room{"user_7"}
		for range 150 {
			Expect(router.Route(e)).To(Equal(1))
		}
		Expect(router.Stats().RateLimited).To(BeZero())
	})

	It("is none if it is 0", func() {
		router = New(&recorder{}, Limits{})
		subscribe(router, "7", Filter{})
		Expect(burst(tiers, Low, 500, noon)).To(Equal(500))
	})

	It("goes by the clock for an event that does not say when it came", func() {
		subscribe(router, "7", Filter{})
		Expect(burst(tiers, Low, 99, time.Now())).To(Equal(99))
		Expect(router.Route(ranked(tiers, Low, time.Time{}))).To(Equal(1))
		Expect(router.Route(ranked(tiers, Low, time.Time{}))).To(BeZero())
	})

	It("forgets users that are quiet", func() {
		for user := range 500 {
			subscribe(router, fmt.Sprint(user), Filter{Symbols: []string{fmt.Sprint(user)}})
			e := ranked(tiers, Low, noon.Add(time.Duration(user)*time.Second))
			e.Traits.Symbol = fmt.Sprint(user)
			Expect(router.Route(e)).To(Equal(1))
		}
		Expect(router.Remembered()).To(BeNumerically("<", 25))
	})

	It("allocates nothing to hold", func() {
		router = New(nowhere{}, Limits{PerSecond: 10, Market: newYork()})
		for user := range 200 {
			subscribe(router, fmt.Sprint(user), Filter{})
		}
		e := ranked(tiers, High, noon)
		for range 10 {
			router.Route(e)
		}
		Expect(testingAllocs(func() { router.Route(e) })).To(BeZero())
	})
})

var _ = Describe("Market hours", func() {
	It("are kept for the filters that ask for them", func() {
		router := New(&recorder{}, Limits{Market: newYork()})
		subscribe(router, "always", Filter{})
		subscribe(router, "hours", Filter{MarketHours: true})
		Expect(router.Route(ranked(tiers, High, at("2026-01-06T15:59:59-05:00")))).To(Equal(2))
		Expect(router.Route(ranked(tiers, High, at("2026-01-06T16:00:00-05:00")))).To(Equal(1))
		Expect(router.Route(ranked(tiers, Critical, at("2026-01-10T12:00:00-05:00")))).To(Equal(1))
	})

	It("are not what an event says", func() {
		router := New(&recorder{}, Limits{Market: newYork()})
		subscribe(router, "hours", Filter{MarketHours: true})
		e := ranked(tiers, High, noon)
		e.Traits.Closed = true
		Expect(router.Route(e)).To(Equal(1))
	})
})
