package server_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
)

// breakout has traits for every filter.
func breakout(tier string) rooms.Traits {
	return rooms.Traits{Pattern: "BreakoutBO", Symbol: "AAPL", Tier: tier, Confidence: 0.75, HasConfidence: true, Priority: rooms.Medium}
}

// send routes an event of the topic, named after it, and says how many sockets it reached.
func (s *site) send(topic rooms.Topic, traits rooms.Traits) int {
	return s.sockets.Router().Route(rooms.Event{
		Name:     string(topic),
		Audience: rooms.Audience{Namespace: "/", Topic: topic},
		Traits:   traits,
		Payload:  []byte(`1`),
	})
}

var _ = Describe("A column of tier patterns", func() {
	var s *site
	var b *browser

	BeforeEach(func() {
		s = startSite(nil, byCookie)
		b = enterBrowser(s.url, "Cookie", "user=7")
	})

	subscribe := func(request keys) {
		GinkgoHelper()
		b.emit("subscribe_tier_patterns", request)
		b.next("subscription_status")
	}
	// reached is for b alone, which has then seen it.
	reached := func(tier string) int {
		GinkgoHelper()
		n := s.send(rooms.TierColumns, breakout(tier))
		for range n {
			b.next("tier_columns")
		}
		return n
	}

	It("gets the patterns of its tier alone, on its socket alone", func() {
		other := enterBrowser(s.url, "Cookie", "user=7")
		subscribe(keys{"tier": "DAILY"})
		Expect(reached("daily")).To(Equal(1))
		Expect(reached("intraday")).To(BeZero())
		other.expectNothing()
	})

	DescribeTable("restricts as the tier dashboard says",
		func(filters keys, wanted int) {
			subscribe(keys{"tier": "daily", "filters": filters, "maxPatterns": 50})
			Expect(reached("daily")).To(Equal(wanted))
		},
		Entry("not at all by empty lists", keys{"symbols": []any{}, "patterns": []any{}}, 1),
		Entry("by its symbols", keys{"symbols": []any{"TSLA"}}, 0),
		Entry("by its patterns", keys{"patterns": []any{"Doji"}}, 0),
		Entry("by what it names", keys{"patterns": []any{"BreakoutBO"}, "symbols": []any{"TSLA", "AAPL"}}, 1),
		Entry("by a confidence that is reached", keys{"confidence": 0.75}, 1),
		Entry("by a confidence that is not", keys{"confidence": "0.76"}, 0),
		Entry("by a priority in capitals that is reached", keys{"priority": "MEDIUM"}, 1),
		Entry("by a priority in capitals that is not", keys{"priority": "HIGH"}, 0),
		Entry("not by tiers beside the tier", keys{"tiers": []any{"combo"}}, 1),
	)

	It("is replaced under the same id", func() {
		subscribe(keys{"tier": "daily", "filters": keys{"symbols": []any{"TSLA"}}})
		subscribe(keys{"tier": "daily"})
		Expect(reached("daily")).To(Equal(1))
		subscribe(keys{"tier": "combo", "subscription_id": "daily"})
		Expect(reached("daily")).To(BeZero())
	})

	It("survives a refused one", func() {
		subscribe(keys{"tier": "daily"})
		b.emit("subscribe_tier_patterns", keys{"tier": "daily", "filters": "none"})
		b.expectNothing()
		Expect(reached("daily")).To(Equal(1))
	})

	It("ends by its id, by its tier, or with all", func() {
		for _, id := range []string{"daily_1", "daily_2", "daily_3"} {
			subscribe(keys{"tier": "daily", "subscription_id": id})
		}
		subscribe(keys{"tier": "combo"})
		subscribe(keys{"tier": "indicators"})
		Expect(b.ask("unsubscribe_tier_patterns", keys{"tier": "daily", "subscription_id": "daily_1"})).To(MatchJSON(`{"status":"ok","removed":1}`))
		Expect(reached("daily")).To(Equal(1))
		Expect(b.ask("unsubscribe_tier_patterns", keys{"tier": "daily"})).To(MatchJSON(`{"status":"ok","removed":2}`))
		Expect(reached("daily")).To(BeZero())
		Expect(reached("combo")).To(Equal(1))
		Expect(b.ask("unsubscribe_tier_patterns")).To(MatchJSON(`{"status":"ok","removed":2}`))
		Expect(s.health().Subscriptions.Topics).NotTo(HaveKey("tier_columns"))
	})

	It("is gone with its socket", func() {
		subscribe(keys{"tier": "daily"})
		b.close()
		Eventually(func() int { return s.health().Subscriptions.Total }).Should(BeZero())
	})

	It("makes the socket one of a dashboard only if it comes from there", func() {
		dashboard := enterBrowser(s.url)
		dashboard.emit("subscribe_tier_patterns", keys{"tier": "nonsense", "maxPatterns": 50})
		dashboard.expectNothing()
		subscribe(keys{"tier": "daily"})
		Expect(s.sockets.Router().Route(rooms.Event{
			Name:     "for_dashboards",
			Audience: rooms.Audience{Namespace: "/", Rooms: []rooms.Room{rooms.Dashboards}},
			Payload:  []byte(`1`),
		})).To(Equal(1))
		dashboard.next("for_dashboards")
	})
})
