package rooms_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	. "github.com/tickstock/tickcast/rooms"
)

var _ = Describe("The budget of a room", func() {
	var index *Index
	BeforeEach(func() { index = NewIndex() })

	topics := []Topic{TierPatterns, PatternAlerts, MarketInsights, Backtests}
	// nth names the n-th subscription of a room, spread over the topics.
	nth := func(room Room, n int, f Filter) Subscription {
		return Subscription{Room: room, Topic: topics[n%len(topics)], ID: fmt.Sprint(n), Filter: f}
	}
	fill := func(room Room, n int, f Filter) {
		GinkgoHelper()
		for i := range n {
			Expect(index.Put(nth(room, i, f))).To(Succeed())
		}
	}
	values := func(n int) Filter {
		var f Filter
		for i := range n {
			list := []*[]string{&f.Patterns, &f.Symbols, &f.Tiers, &f.Regimes}[i%4]
			*list = append(*list, fmt.Sprint(i))
		}
		return f
	}

	// Each entry uses the budget up: so many subscriptions of this filter, then one that is too much.
	for _, c := range []struct {
		of   string
		n    int
		held Filter
		more Filter
		says string
	}{
		{"subscriptions", MaxRoomSubscriptions, Filter{}, Filter{}, "more than 200 in all"},
		{"values of all lists", 5, values(1_000), values(1), "would name 5001 values, at most 5000"},
		{"events to remember", 2, Filter{MaxPerHour: 10_000}, Filter{MaxPerHour: 1}, "max_events_per_hour would add up to 20001, at most 20000"},
	} {
		Context("for "+c.of, func() {
			more := func(room Room) error {
				return index.Put(Subscription{Room: room, Topic: SystemHealth, ID: "more", Filter: c.more})
			}
			BeforeEach(func() { fill("user_7", c.n, c.held) })

			It("is one over all topics, and its error says which", func() {
				Expect(more("user_7")).To(And(MatchError(ErrTooMany), MatchError(ContainSubstring(c.says))))
				Expect(index.Subscriptions("user_7")).To(HaveLen(c.n))
			})

			It("is no other room's", func() {
				fill("user_8", c.n, c.held)
				Expect(more("user_9")).To(Succeed())
			})

			It("lets a subscription be replaced by its like", func() {
				for range 3 {
					fill("user_7", c.n, c.held)
				}
				Expect(more("user_7")).To(MatchError(ErrTooMany))
			})

			DescribeTable("is given back by what is removed",
				func(remove func()) {
					remove()
					Expect(more("user_7")).To(Succeed())
				},
				Entry("alone", func() { index.Remove("user_7", topics[0], "0") }),
				Entry("with its topic", func() { index.RemoveTopic("user_7", topics[1]) }),
				Entry("with its room", func() { index.RemoveRoom("user_7") }),
			)
		})
	}

	It("is given back by a filter that asks for less", func() {
		fill("user_7", 2, Filter{MaxPerHour: 10_000})
		Expect(index.Put(nth("user_7", 1, Filter{MaxPerHour: 9_000}))).To(Succeed())
		Expect(index.Put(nth("user_7", 2, Filter{MaxPerHour: 1_000}))).To(Succeed())
		Expect(index.Put(nth("user_7", 3, Filter{MaxPerHour: 1}))).To(MatchError(ErrTooMany))
	})

	It("keeps a subscription that is to be replaced by one that is too much", func() {
		fill("user_7", 5, values(1_000))
		Expect(index.Put(nth("user_7", 4, values(900)))).To(Succeed())
		Expect(index.Put(nth("user_7", 5, values(100)))).To(Succeed())
		Expect(index.Put(nth("user_7", 4, values(901)))).To(MatchError(ErrTooMany))
		held := index.Subscriptions("user_7")
		Expect(held).To(HaveLen(6))
		Expect(held).To(ContainElement(And(HaveField("ID", "4"), HaveField("Filter.Patterns", HaveLen(225)))))
	})

	It("refuses through the router too", func() {
		router := New(nowhere{}, Limits{})
		for i := range 2 {
			Expect(router.Subscribe(nth("sid", i, Filter{MaxPerHour: MaxHourLimit}))).To(Succeed())
		}
		Expect(router.Subscribe(nth("sid", 2, Filter{MaxPerHour: 1}))).To(MatchError(ErrTooMany))
	})
})
