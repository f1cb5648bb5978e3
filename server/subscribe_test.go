package server_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
)

var _ = Describe("A subscription of the universal API", func() {
	var s *site
	var b *browser

	BeforeEach(func() {
		s = startSite(nil, byCookie)
		b = enterBrowser(s.url, "Cookie", "user=7")
	})

	subscribe := func(request keys) string {
		GinkgoHelper()
		ack := b.ask("subscribe", request)
		Expect(ack).To(ContainSubstring(`"status":"ok"`))
		return ack
	}

	DescribeTable("brings events of its type to all sockets of the user, and to nobody else",
		func(topic rooms.Topic) {
			second, other := enterBrowser(s.url, "Cookie", "user=7"), enterBrowser(s.url, "Cookie", "user=8")
			Expect(subscribe(keys{"subscription_type": string(topic), "user_id": "8"})).To(ContainSubstring(`"room":"user_7"`))
			Expect(s.send(topic, rooms.Traits{})).To(Equal(2))
			b.next(string(topic))
			second.next(string(topic))
			other.expectNothing()
		},
		Entry(nil, rooms.TierPatterns), Entry(nil, rooms.PatternAlerts), Entry(nil, rooms.MarketInsights),
		Entry(nil, rooms.Backtests), Entry(nil, rooms.SystemHealth),
	)

	It("belongs to the socket of somebody who is nobody in particular", func() {
		stranger, other := enterBrowser(s.url), enterBrowser(s.url)
		Expect(stranger.ask("subscribe", keys{"subscription_type": "backtest"})).To(ContainSubstring(`"room":"` + stranger.id + `"`))
		Expect(s.send(rooms.Backtests, rooms.Traits{})).To(Equal(1))
		stranger.next("backtest")
		other.expectNothing()
	})

	DescribeTable("keeps to its filters",
		func(filters keys, wanted int) {
			subscribe(keys{"subscription_type": "tier_patterns", "filters": filters})
			traits := breakout("daily")
			traits.Regime = "bull"
			Expect(s.send(rooms.TierPatterns, traits)).To(Equal(wanted))
		},
		Entry("which are none", keys{}, 1),
		Entry("of all kinds", keys{"pattern_types": []any{"BreakoutBO"}, "symbols": []any{"AAPL"}, "tiers": []any{"daily"}, "market_regimes": []any{"bull"}, "confidence_min": 0.75, "priority_min": "medium"}, 1),
		Entry("of patterns", keys{"pattern_types": []any{"Doji"}}, 0),
		Entry("of symbols", keys{"symbols": []any{"aapl"}}, 0),
		Entry("of tiers", keys{"tiers": []any{"combo"}}, 0),
		Entry("of regimes", keys{"market_regimes": []any{"bear", "neutral"}}, 0),
		Entry("of confidence", keys{"confidence_min": 0.7501}, 0),
		Entry("of priority", keys{"priority_min": "HIGH"}, 0),
	)

	It("is replaced under the same id, and stands beside those of others", func() {
		subscribe(keys{"subscription_type": "tier_patterns", "subscription_id": "a", "filters": keys{"symbols": []any{"AAPL"}}})
		subscribe(keys{"subscription_type": "tier_patterns", "subscription_id": "a", "filters": keys{"symbols": []any{"TSLA"}}})
		Expect(s.send(rooms.TierPatterns, breakout("daily"))).To(BeZero())
		subscribe(keys{"subscription_type": "tier_patterns", "subscription_id": "b", "filters": keys{"symbols": []any{"AAPL"}}})
		Expect(s.send(rooms.TierPatterns, breakout("daily"))).To(Equal(1))
	})

	It("survives a refused one", func() {
		subscribe(keys{"subscription_type": "tier_patterns"})
		refusal(b.ask("subscribe", keys{"subscription_type": "tier_patterns", "filters": keys{"symbols": []any{7}}}))
		Expect(s.send(rooms.TierPatterns, breakout("daily"))).To(Equal(1))
	})

	It("takes a preset for its type and filters, and changes it by those beside it", func() {
		Expect(subscribe(keys{"preset": "high_confidence"})).To(MatchJSON(`{"status":"ok","subscription_type":"tier_patterns","subscription_id":"tier_patterns","room":"user_7",
			"filters":{"tiers":["daily","intraday","combo"],"confidence_min":0.8,"priority_min":"high"}}`))
		Expect(subscribe(keys{"preset": "high_confidence", "filters": keys{"tiers": []any{}, "confidence_min": 0.95}})).To(ContainSubstring(
			`"filters":{"confidence_min":0.95,"priority_min":"high"}`))
	})

	It("knows every preset", func() {
		for _, preset := range []string{"daily", "high_confidence", "specific_pattern", "intraday_scalping", "swing", "risk"} {
			subscribe(keys{"preset": preset, "subscription_id": preset})
		}
		Expect(s.health().Subscriptions.Topics["tier_patterns"]).To(Equal(6))
	})

	DescribeTable("is refused",
		func(request any, field, message string) {
			found, why := refusal(b.ask("subscribe", request))
			Expect(found).To(Equal(field))
			Expect(why).To(ContainSubstring(message))
			Expect(s.health().Subscriptions.Total).To(Equal(1))
		},
		Entry("without a type", keys{"filters": keys{}}, "subscription_type", "must be one of"),
		Entry("for null", nil, "subscription_type", "must be one of"),
		Entry("for text", "tier_patterns", "argument", "must be an object"),
		Entry("for a list", []any{"tier_patterns"}, "argument", "must be an object"),
		Entry("for a type that is a page's", keys{"subscription_type": "patterns"}, "subscription_type", "must be one of"),
		Entry("for a type that is no text", keys{"subscription_type": []any{"backtest"}}, "subscription_type", "must be text"),
		Entry("for an id that is no text", keys{"subscription_type": "backtest", "subscription_id": 7}, "subscription_id", "must be text"),
		Entry("for an overlong id", keys{"subscription_type": "backtest", "subscription_id": fmt.Sprintf("%065d", 7)}, "subscription_id", "longer than 64"),
		Entry("for filters that are a list", keys{"subscription_type": "backtest", "filters": []any{}}, "filters", "must be an object"),
		Entry("for a preset that does not exist", keys{"preset": "yearly"}, "preset", "must be one of"),
		Entry("for a filter beside the filters", keys{"subscription_type": "tier_patterns", "symbols": []any{"AAPL"}}, "symbols", "inside of filters"),
		Entry("for filters under another name", keys{"subscription_type": "tier_patterns", "filter": keys{"symbols": []any{"AAPL"}}}, "filter", "inside of filters"),
	)

	It("is refused beyond what a filter can take", func() {
		field, message := refusal(b.ask("subscribe", keys{"subscription_type": "backtest", "filters": keys{"symbols": []any{strings.Repeat("A", 600_000)}}}))
		Expect(field).To(Equal("argument"))
		Expect(message).To(ContainSubstring("524288 bytes"))
	})

	It("may hold the largest filter, written as long as can be", func() {
		escaped := json.RawMessage(`"` + strings.Repeat(`\u00e4`, 64) + `"`)
		Expect(subscribe(keys{"subscription_type": "backtest", "filters": keys{"symbols": slices.Repeat([]json.RawMessage{escaped}, rooms.MaxValues)}})).NotTo(BeEmpty())
	})

	It("is refused beyond as many as a user may hold", func() {
		second := enterBrowser(s.url, "Cookie", "user=7") // one socket alone would be too quick
		for i := range rooms.MaxSubscriptions {
			asks := b
			if i%2 == 0 {
				asks = second
			}
			Expect(asks.ask("subscribe", keys{"subscription_type": "backtest", "subscription_id": fmt.Sprint(i)})).To(ContainSubstring(`"ok"`))
		}
		field, message := refusal(b.ask("subscribe", keys{"subscription_type": "backtest", "subscription_id": "one more"}))
		Expect(field).To(Equal("subscription_id"))
		Expect(message).To(ContainSubstring("more than 50"))
	})

	It("ends by type and id, by type, by id, or with all", func() {
		for _, topic := range []string{"tier_patterns", "backtest", "system_health"} {
			subscribe(keys{"subscription_type": topic})
			subscribe(keys{"subscription_type": topic, "subscription_id": "x"})
		}
		Expect(b.ask("unsubscribe", keys{"subscription_type": "tier_patterns", "subscription_id": "x"})).To(MatchJSON(`{"status":"ok","removed":1}`))
		Expect(b.ask("unsubscribe", keys{"subscription_type": "tier_patterns"})).To(MatchJSON(`{"status":"ok","removed":1}`))
		Expect(b.ask("unsubscribe", keys{"subscription_id": "x"})).To(MatchJSON(`{"status":"ok","removed":2}`))
		Expect(b.ask("unsubscribe", keys{})).To(MatchJSON(`{"status":"ok","removed":2}`))
		Expect(b.ask("unsubscribe")).To(MatchJSON(`{"status":"ok","removed":0}`))
		Expect(s.health().Subscriptions.Total).To(Equal(1))
	})

	It("does not end with what a page asked for on its own socket", func() {
		stranger := enterBrowser(s.url)
		stranger.ask("subscribe_tier_patterns", keys{"tier": "daily"})
		stranger.ask("subscribe", keys{"channels": []any{"indicators"}})
		Expect(stranger.ask("unsubscribe")).To(MatchJSON(`{"status":"ok","removed":0}`))
		Expect(s.send(rooms.TierColumns, breakout("daily"))).To(Equal(1))
		Expect(s.send(rooms.Flow, rooms.Traits{Tier: "indicators"})).To(Equal(1))
	})

	It("is listed for every socket of the user, with its filters, and for nobody else", func() {
		second, other := enterBrowser(s.url, "Cookie", "user=7"), enterBrowser(s.url, "Cookie", "user=8")
		subscribe(keys{"subscription_type": "tier_patterns", "subscription_id": "x", "filters": keys{"symbols": []any{"AAPL"}, "confidence_min": 0.7, "priority_min": "high"}})
		subscribe(keys{"subscription_type": "backtest"})
		b.ask("subscribe_tier_patterns", keys{"tier": "daily"})
		Expect(second.ask("get_subscriptions", keys{"user_id": "8"})).To(MatchJSON(`{"status":"ok","room":"user_7","subscriptions":[
			{"subscription_type":"backtest","subscription_id":"backtest","filters":{}},
			{"subscription_type":"tier_patterns","subscription_id":"x","filters":{"symbols":["AAPL"],"confidence_min":0.7,"priority_min":"high"}}]}`))
		Expect(other.ask("get_subscriptions")).To(MatchJSON(`{"status":"ok","room":"user_8","subscriptions":[]}`))
	})
})
