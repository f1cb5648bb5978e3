package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
)

var _ = Describe("Integration: compliance", func() {
	var s *stage
	var user *trader
	BeforeEach(func() {
		s = openStage("FLASK_SECRET_KEY="+secretKey, "ADMIN_USERS=1", "LOG_LEVEL=info")
		user = s.login("7")
	})

	It("acknowledges what was asked for with what is in force", func() {
		Expect(user.answer("subscribe", keys{"subscription_type": "tier_patterns", "subscription_id": "mine", "filters": keys{
			"pattern_types": list{"Doji"}, "symbols": list{"AAPL"}, "tiers": list{"daily"}, "market_regimes": list{"bull"}, "confidence_min": 0.7,
			"priority_min": "Medium", "max_events_per_hour": 25, "market_hours_only": true,
		}})).To(MatchJSON(`[{"status":"ok","subscription_type":"tier_patterns","subscription_id":"mine","room":"user_7","filters":{
			"pattern_types":["Doji"],"symbols":["AAPL"],"tiers":["daily"],"market_regimes":["bull"],"confidence_min":0.7,
			"priority_min":"medium","max_events_per_hour":25,"market_hours_only":true}}]`))
		Expect(user.answer("subscribe", keys{"subscription_type": "backtest"})).To(MatchJSON(
			`[{"status":"ok","subscription_type":"backtest","subscription_id":"backtest","room":"user_7","filters":{}}]`))
		Expect(user.answer("unsubscribe", keys{"subscription_id": "mine"})).To(MatchJSON(`[{"status":"ok","removed":1}]`))
		Expect(user.answer("get_subscriptions", nil)).To(MatchJSON(
			`[{"status":"ok","room":"user_7","subscriptions":[{"subscription_type":"backtest","subscription_id":"backtest","filters":{}}]}]`))
	})

	It("refuses what is malformed, names the field, and changes nothing", func() {
		user.hold("tier_patterns", "", keys{"symbols": list{"AAPL"}})
		before := user.answer("get_subscriptions", nil)
		for _, c := range []struct{ field, request string }{
			{"argument", `"tier_patterns"`},
			{"subscription_type", `{}`},
			{"subscription_type", `{"subscription_type":"everything"}`},
			{"subscription_id", `{"subscription_type":"backtest","subscription_id":7}`},
			{"preset", `{"preset":"yearly"}`},
			{"symbols", `{"subscription_type":"tier_patterns","symbols":["AAPL"]}`},
			{"filters", `{"subscription_type":"tier_patterns","filters":[]}`},
			{"filters.symbol", `{"subscription_type":"tier_patterns","filters":{"symbol":["AAPL"]}}`},
			{"filters.symbols", `{"subscription_type":"tier_patterns","filters":{"symbols":"AAPL"}}`},
			{"filters.symbols[1]", `{"subscription_type":"tier_patterns","filters":{"symbols":["AAPL",null]}}`},
			{"filters.pattern_types[0]", `{"subscription_type":"tier_patterns","filters":{"pattern_types":["\u0000"]}}`},
			{"filters.market_regimes[0]", `{"subscription_type":"market_insights","filters":{"market_regimes":["BULLISH"]}}`},
			{"filters.confidence_min", `{"subscription_type":"tier_patterns","filters":{"confidence_min":70}}`},
			{"filters.confidence_min", `{"subscription_type":"tier_patterns","filters":{"confidence_min":"0.7"}}`},
			{"filters.priority_min", `{"subscription_type":"tier_patterns","filters":{"priority_min":"urgent"}}`},
			{"filters.max_events_per_hour", `{"subscription_type":"tier_patterns","filters":{"max_events_per_hour":-1}}`},
			{"filters.max_events_per_hour", `{"subscription_type":"tier_patterns","filters":{"max_events_per_hour":1.5}}`},
			{"filters.market_hours_only", `{"subscription_type":"tier_patterns","filters":{"market_hours_only":"yes"}}`},
		} {
			Expect(user.ask("subscribe", json.RawMessage(c.request))).To(And(HaveKeyWithValue("status", "error"),
				HaveKeyWithValue("field", c.field), HaveKeyWithValue("message", Not(BeEmpty()))), c.request)
		}
		Expect(user.answer("get_subscriptions", nil)).To(Equal(before))
	})

	It("knows the presets by name, and lets filters beside one change it", func() {
		for preset, filters := range map[string]string{
			"daily":             `{"tiers":["daily"],"confidence_min":0.7}`,
			"high_confidence":   `{"tiers":["daily","intraday","combo"],"confidence_min":0.8,"priority_min":"high"}`,
			"specific_pattern":  `{"confidence_min":0.6}`,
			"intraday_scalping": `{"pattern_types":["ScalpingBO","MomentumSurge","QuickReversal"],"tiers":["intraday"],"confidence_min":0.75,"priority_min":"high","max_events_per_hour":200,"market_hours_only":true}`,
			"swing":             `{"pattern_types":["TrendReversal","BreakoutBO","SupportBreak","SurgePattern"],"tiers":["daily","combo"],"confidence_min":0.7,"max_events_per_hour":25}`,
			"risk":              `{"pattern_types":["SurgeDetection","VolatilitySpike","LiquidityDrop"],"confidence_min":0.6,"priority_min":"high","max_events_per_hour":100}`,
		} {
			Expect(user.answer("subscribe", keys{"preset": preset})).To(MatchJSON(
				`[{"status":"ok","subscription_type":"tier_patterns","subscription_id":"tier_patterns","room":"user_7","filters":` + filters + `}]`))
		}
		Expect(user.ask("subscribe", keys{"preset": "daily", "filters": keys{"confidence_min": 0.95}})).To(
			HaveKeyWithValue("filters", And(HaveKeyWithValue("confidence_min", 0.95), HaveKeyWithValue("tiers", ConsistOf("daily")))))
		s.pattern("below", "Doji", "AAPL", "daily", 0.9)
		s.pattern("above", "Doji", "AAPL", "daily", 0.95)
		s.settle(user)
		Expect(user.ids()).To(Equal(list{"above"}))
	})

	It("replaces a subscription under its name: the former filter is forgotten", func() {
		user.hold("tier_patterns", "a", keys{"symbols": list{"AAPL"}, "tiers": list{"daily"}})
		user.hold("tier_patterns", "a", keys{"symbols": list{"TSLA"}})
		Expect(user.ask("get_subscriptions", nil)).To(HaveKeyWithValue("subscriptions", ConsistOf(
			HaveKeyWithValue("filters", Equal(map[string]any{"symbols": []any{"TSLA"}})))))
		s.pattern("former", "Doji", "AAPL", "daily", 0.9)
		s.pattern("present", "Doji", "TSLA", "combo", 0.9)
		s.settle(user)
		Expect(user.ids()).To(Equal(list{"present"}))
	})

	It("lets a user hold fifty of a type and not one more, and still sends each event once", func() {
		for i := range 50 {
			user.hold("tier_patterns", fmt.Sprint(i), keys{"symbols": list{"AAPL", fmt.Sprint("S", i)}})
		}
		tab := s.login("7") // each socket may ask for fifty at once
		Expect(tab.ask("subscribe", keys{"subscription_type": "tier_patterns", "subscription_id": "one more"})).To(And(
			HaveKeyWithValue("status", "error"), HaveKeyWithValue("field", "subscription_id"), HaveKeyWithValue("message", ContainSubstring("50"))))
		tab.hold("tier_patterns", "7", keys{"symbols": list{"AAPL", "TSLA"}})
		tab.hold("pattern_alerts", "", keys{"symbols": list{"TSLA"}})
		s.pattern("all", "Doji", "AAPL", "daily", 0.9)
		s.pattern("new", "Doji", "TSLA", "daily", 0.9)
		s.pattern("old", "Doji", "S7", "daily", 0.9)
		s.settle(user, tab)
		Expect(user.ids()).To(Equal(list{"all", "new"}))
		Expect(tab.ids()).To(Equal(list{"all", "new"}))
	})

	It("takes the user from the session, never from what a page says", func() {
		other := s.login("8")
		Expect(user.ask("subscribe", keys{"subscription_type": "tier_patterns", "user_id": "8", "room": "user_8"})).To(HaveKeyWithValue("room", "user_7"))
		Expect(user.ask("subscribe_pattern_alerts", keys{"user_id": "8", "preferences": keys{}})).To(HaveKeyWithValue("room", "user_7"))
		s.pattern("mine", "Doji", "AAPL", "daily", 0.9)
		s.settle(user, other)
		Expect(user.news()).To(Equal(list{"pattern_alert", "tier_pattern", "tier_pattern_alert_daily"}))
		Expect(other.news()).To(Equal(list{"pattern_alert"}))
	})

	It("answers no page with an error event, whatever its payload", func() {
		for _, event := range []string{
			"subscribe_tier_patterns", "unsubscribe_tier_patterns", "subscribe_pattern_alerts", "unsubscribe_pattern_alerts", "unsubscribe_patterns",
			"subscribe", "unsubscribe", "get_subscriptions", "heartbeat", "test_connection", "subscribe_watchlist",
			"subscribe_market_movers", "unsubscribe_market_movers", "an_event_that_is_none",
		} {
			page := s.visit()
			Expect(page.client.Emit(event)).To(Succeed())
			for _, payload := range []string{`null`, `7`, `"text"`, `[]`, `[[{}]]`, `{}`, `{"tier":7,"filters":[],"channels":{},"preferences":"x","symbols":{"a":1}}`,
				`{"tier":"daily","filters":{"symbols":[null],"confidence":"x"},"preferences":{"symbols":7},"channels":"x","subscription_type":{}}`} {
				Expect(page.client.Emit(event, json.RawMessage(payload), "one more")).To(Succeed())
			}
			Expect(page.ask("get_subscriptions", nil)).To(HaveKeyWithValue("status", "ok")) // all before it is handled
			Expect(page.inbox.Events("error")).To(BeEmpty(), event)
			page.client.Close()
		}
		Expect(s.gauge("tickcast_panics_total")).To(BeZero())
	})

	It("refuses a namespace with an object that says why, and goes on in the others", func() {
		Expect(user.client.Send("0/admin-ws,")).To(Succeed())
		Expect(user.client.Send("0/nowhere,")).To(Succeed())
		Expect(user.ask("get_subscriptions", nil)).To(HaveKeyWithValue("status", "ok"))
		for namespace, why := range map[string]string{"/nowhere": "Invalid namespace", "/admin-ws": "admin rights needed"} {
			for _, cookie := range []string{"", sessionOf("7"), sessionOf("1") + "x"} {
				_, err := client.Dial(context.Background(), client.Options{Address: s.tickcast.Address(), Transport: client.WebSocket, Namespace: namespace, Cookie: cookie})
				Expect(err).To(MatchError(HaveSuffix(`4` + namespace + `,{"message":"` + why + `"}`)))
			}
		}
		_, inbox := s.enter(client.Options{Namespace: "/admin-ws", Cookie: sessionOf("1")})
		Eventually(inbox.Events).WithArguments("connection_status_update").Should(HaveLen(1))
	})

	It("brings pattern alerts to /tickstockpl and nothing else, whatever the page asks for", func() {
		c, inbox := s.enter(client.Options{Namespace: "/tickstockpl", Cookie: sessionOf("7")})
		for _, event := range []string{"subscribe", "subscribe_tier_patterns", "subscribe_pattern_alerts", "subscribe_watchlist", "subscribe_patterns", "heartbeat"} {
			Expect(c.Emit(event, keys{"subscription_type": "tier_patterns", "tier": "daily", "symbols": list{"AAPL"}, "patterns": list{"Doji"}})).To(Succeed())
		}
		Eventually(s.metric).WithArguments(`tickcast_events_in_total{event="other"}`).Should(Equal(6.0))
		user.hold("tier_patterns", "", nil) // the same user, on another page
		for _, published := range contractCases(bridgeCases) {
			s.publish(published.Channel, published.message())
		}
		s.settle(user)
		s.pattern("last", "Hammer", "LAST", "daily", 0.85)
		Eventually(symbols).WithArguments(inbox).Should(ContainElement("LAST"))
		Expect(inbox.Events()).To(HaveEach(HaveField("Name", "pattern_alert")))
		Expect(user.ids()).NotTo(BeEmpty())
	})
})
