package rooms_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	. "github.com/tickstock/tickcast/rooms"
)

// detected is a pattern as it comes from the producer, with the priority that its confidence gives it.
func detected(pattern, symbol, tier string, confidence float64) Event {
	return Event{
		Name:     "tier_pattern",
		Audience: Audience{Namespace: "/", Topic: tiers},
		Traits: Traits{
			Pattern: pattern, Symbol: symbol, Tier: tier,
			Confidence: confidence, HasConfidence: true, Priority: PriorityAt(confidence),
		},
		Payload: []byte(`{"type":"tier_pattern"}`),
	}
}

func usersOf(names ...string) []Room {
	rooms := make([]Room, len(names))
	for i, name := range names {
		rooms[i] = UserRoom(name)
	}
	return rooms
}

var _ = Describe("Four traders with different wishes", func() {
	var (
		out      *recorder
		router   *Router
		trader1  Filter
		deliver  func(Event, ...string)
		patterns = []Event{
			detected("BreakoutBO", "AAPL", "daily", 0.85),
			detected("TrendReversal", "TSLA", "combo", 0.92),
			detected("BreakoutBO", "GOOGL", "intraday", 0.78),
			detected("SurgePattern", "META", "combo", 0.94),
		}
	)
	BeforeEach(func() {
		out = &recorder{}
		router = New(out, Limits{})
		trader1 = Filter{
			Patterns: []string{"BreakoutBO", "TrendReversal"}, Symbols: []string{"AAPL", "TSLA"},
			Tiers: []string{"daily"}, ConfidenceMin: 0.8, PriorityMin: Medium,
		}
		subscribe(router, "trader_1", trader1)
		subscribe(router, "trader_2", Filter{
			Patterns: []string{"BreakoutBO"}, Symbols: []string{"AAPL", "GOOGL", "MSFT"},
			Tiers: []string{"intraday", "daily"}, ConfidenceMin: 0.7, PriorityMin: Medium,
		})
		subscribe(router, "analyst_1", Filter{
			Patterns: []string{"TrendReversal", "SurgePattern"}, Symbols: []string{"TSLA", "META"},
			Tiers: []string{"combo"}, ConfidenceMin: 0.9, PriorityMin: Medium,
		})
		subscribe(router, "portfolio_mgr", Filter{
			Patterns: []string{"BreakoutBO", "TrendReversal", "SurgePattern"}, Symbols: []string{"AAPL", "TSLA", "GOOGL", "MSFT", "META"},
			Tiers: []string{"daily", "intraday", "combo"}, ConfidenceMin: 0.6, PriorityMin: Medium,
		})
		deliver = func(e Event, users ...string) {
			GinkgoHelper()
			before := len(out.sent)
			Expect(router.Route(e)).To(Equal(len(users)))
			Expect(out.sent).To(HaveLen(before + 1))
			Expect(out.sent[before].event).To(Equal("tier_pattern"))
			Expect(out.sent[before].to).To(ConsistOf(usersOf(users...)))
		}
	})

	It("get 3, 2, 2 and 2 deliveries of four patterns, each pattern emitted once", func() {
		deliver(patterns[0], "trader_1", "trader_2", "portfolio_mgr")
		deliver(patterns[1], "analyst_1", "portfolio_mgr")
		deliver(patterns[2], "trader_2", "portfolio_mgr")
		deliver(patterns[3], "analyst_1", "portfolio_mgr")
		Expect(router.Stats().Delivered).To(BeEquivalentTo(9))
		Expect(router.Stats().Matched).To(BeEquivalentTo(4))
		Expect(router.Stats().Subscriptions).To(Equal(map[Topic]int{tiers: 4}))
	})

	It("get 3, 3, 2 and 2 once trader_1 takes combo too", func() {
		trader1.Tiers = append(trader1.Tiers, "combo")
		subscribe(router, "trader_1", trader1)
		deliver(patterns[0], "trader_1", "trader_2", "portfolio_mgr")
		deliver(patterns[1], "trader_1", "analyst_1", "portfolio_mgr")
		deliver(patterns[2], "trader_2", "portfolio_mgr")
		deliver(patterns[3], "analyst_1", "portfolio_mgr")
		Expect(router.Stats().Delivered).To(BeEquivalentTo(10))
		Expect(router.Stats().Subscriptions).To(Equal(map[Topic]int{tiers: 4}))
	})
})

var _ = Describe("The fixed flows", func() {
	var (
		out    *recorder
		router *Router
	)
	BeforeEach(func() {
		out = &recorder{}
		router = New(out, Limits{})
	})

	It("deliver one pattern to the one user who wants it", func() {
		subscribe(router, "user1", Filter{Patterns: []string{"BreakoutBO"}, Symbols: []string{"AAPL"}, Tiers: []string{"daily"}, ConfidenceMin: 0.8})
		Expect(router.Route(detected("BreakoutBO", "AAPL", "daily", 0.85))).To(Equal(1))
	})

	It("rank a pattern of 0.87 high and send it to the user's room", func() {
		subscribe(router, "workflow_user", Filter{PriorityMin: High})
		e := detected("BreakoutBO", "AAPL", "daily", 0.87)
		Expect(e.Traits.Priority.String()).To(Equal("high"))
		Expect(router.Route(e)).To(Equal(1))
		Expect(out.sent[0].to).To(Equal([]Room{"user_workflow_user"}))
	})

	It("deliver to the two of three users whose filters fit", func() {
		subscribe(router, "user1", Filter{Patterns: []string{"BreakoutBO"}, Symbols: []string{"AAPL", "TSLA"}, Tiers: []string{"daily"}, ConfidenceMin: 0.8})
		subscribe(router, "user2", Filter{Patterns: []string{"BreakoutBO", "TrendReversal"}, Symbols: []string{"AAPL"}, Tiers: []string{"daily", "intraday"}, ConfidenceMin: 0.7})
		subscribe(router, "user3", Filter{Patterns: []string{"TrendReversal"}, ConfidenceMin: 0.6})
		Expect(router.Route(detected("BreakoutBO", "AAPL", "daily", 0.85))).To(Equal(2))
		Expect(out.sent[0].to).To(ConsistOf(usersOf("user1", "user2")))
	})

	It("separate 500 narrow from 200 broad filters", func() {
		for i := range 500 {
			subscribe(router, fmt.Sprint("narrow", i), Filter{Patterns: []string{"BreakoutBO"}, Symbols: []string{"AAPL"}, Tiers: []string{"daily"}, ConfidenceMin: 0.95})
		}
		for i := range 200 {
			subscribe(router, fmt.Sprint("broad", i), Filter{ConfidenceMin: 0.1})
		}
		Expect(router.Route(detected("BreakoutBO", "AAPL", "daily", 0.94))).To(Equal(200))
		Expect(router.Route(detected("BreakoutBO", "AAPL", "daily", 0.95))).To(Equal(700))
		Expect(router.Route(detected("BreakoutBO", "AAPL", "daily", 0.05))).To(BeZero())
	})

	It("subscribe 500 users one by one or from ten sides at once", func() {
		done := make(chan error, 500)
		for thread := range 10 {
			go func() {
				for i := range 50 {
					user := thread*50 + i
					done <- router.Subscribe(Subscription{Room: UserRoom(fmt.Sprint(user)), Topic: tiers, Filter: Filter{ConfidenceMin: 0.6 + float64(user%4)/10}})
				}
			}()
		}
		for range 500 {
			Expect(<-done).To(Succeed())
		}
		Expect(router.Stats().Subscriptions).To(Equal(map[Topic]int{tiers: 500}))
		Expect(router.Route(detected("BreakoutBO", "AAPL", "daily", 0.8))).To(Equal(375))
	})
})
