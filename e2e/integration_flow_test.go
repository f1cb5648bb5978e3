package e2e_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
)

var _ = Describe("Integration: message flow", func() {
	var s *stage
	BeforeEach(func() { s = openStage("FLASK_SECRET_KEY="+secretKey, "LOG_LEVEL=info") })

	It("leads a pattern to its user with its priority, and then to the user's alert", func() {
		user := s.login("workflow_user")
		user.hold("tier_patterns", "", keys{"pattern_types": list{"BreakoutBO"}, "symbols": list{"AAPL"}, "tiers": list{"daily"}, "confidence_min": 0.8})
		user.hold("pattern_alerts", "", keys{"priority_min": "high"})
		s.pattern("workflow_1", "BreakoutBO", "AAPL", "daily", 0.87)
		s.settle(user)
		Expect(user.news()).To(Equal(list{"pattern_alert", "tier_pattern", "tier_pattern_alert_daily"}))
		Expect(user.only("tier_pattern")).To(And(HaveKeyWithValue("priority", "high"), HaveKeyWithValue("tags", ConsistOf("high_confidence")),
			HaveKeyWithValue("delivery_metadata", HaveKeyWithValue("user_count", 1.0))))
		Expect(user.only("tier_pattern_alert_daily")).To(And(HaveKeyWithValue("alert_id", "alert_workflow_user_workflow_1"),
			HaveKeyWithValue("user_id", "workflow_user"), HaveKeyWithValue("priority", "HIGH"), HaveKeyWithValue("matched_filters", ConsistOf("priority_min"))))
	})

	It("reaches of three users the two whose filters accept the event", func() {
		wants := func(patterns, symbols, tiers list, confidence float64) keys {
			return keys{"pattern_types": patterns, "symbols": symbols, "tiers": tiers, "confidence_min": confidence}
		}
		users := []*trader{s.login("user1"), s.login("user2"), s.login("user3")}
		users[0].hold("tier_patterns", "", wants(list{"BreakoutBO"}, list{"AAPL", "TSLA"}, list{"daily"}, 0.8))
		users[1].hold("tier_patterns", "", wants(list{"BreakoutBO", "TrendReversal"}, list{"AAPL"}, list{"daily", "intraday"}, 0.7))
		users[2].hold("tier_patterns", "", wants(list{"TrendReversal"}, list{"AAPL", "TSLA"}, list{"daily", "combo"}, 0.6))
		s.publish(patterns, `{"event_id":"both","pattern":"BreakoutBO","symbol":"AAPL","tier":"daily","confidence":0.85,"priority":"HIGH"}`)
		s.settle(users...)
		for i, expected := range []list{{"both"}, {"both"}, {}} {
			Expect(users[i].ids()).To(Equal(expected), users[i].user)
		}
		Expect(users[0].only("tier_pattern")).To(HaveKeyWithValue("delivery_metadata", HaveKeyWithValue("user_count", 2.0)))
	})

	It("makes of one message what each page needs, and no page gets more", func() {
		page, columns, flow, watcher := s.visit(), s.visit(), s.visit(), s.visit()
		user, warned := s.login("7"), s.login("8")
		_, inbox := s.enter(client.Options{Namespace: "/tickstockpl"})
		Expect(columns.ask("subscribe_tier_patterns", keys{"tier": "daily"})).To(HaveKeyWithValue("status", "ok"))
		Expect(flow.ask("subscribe", keys{"channels": list{"patterns.daily", "indicators"}})).To(HaveKeyWithValue("status", "ok"))
		Expect(watcher.ask("subscribe_watchlist", keys{"symbols": list{"AAPL"}})).To(HaveKeyWithValue("types", ContainElement("pattern_alert")))
		user.hold("tier_patterns", "", nil)
		warned.hold("pattern_alerts", "", nil)
		s.pattern("one", "Doji", "AAPL", "daily", 0.85)
		s.settle(page, columns, flow, watcher, user, warned)
		for t, own := range map[*trader]string{
			columns: "tier_pattern_daily", flow: "pattern_detected", watcher: "tickstockpl_pattern_alert", user: "tier_pattern", warned: "tier_pattern_alert_daily",
		} {
			Expect(t.news()).To(Equal(list{"pattern_alert", own}))
		}
		Expect(page.news()).To(Equal(list{"pattern_alert"}))
		Eventually((&trader{inbox: inbox}).news).Should(Equal(list{"pattern_alert"}))
	})

	It("takes a batch apart: each of its patterns goes to those who asked for it", func() {
		first, second := s.login("7"), s.login("8")
		first.hold("tier_patterns", "", keys{"symbols": list{"AAPL"}})
		second.hold("tier_patterns", "", keys{"symbols": list{"TSLA", "META"}, "priority_min": "high"})
		s.publish(patterns, `{"type":"patterns_batch","count":4,"patterns":[
			{"event_id":"a","pattern":"Doji","symbol":"AAPL","confidence":0.7},{"detection":{"event_id":"b","pattern_name":"Doji","symbol":"TSLA","confidence":0.8}},
			{"event_id":"c","pattern":"Doji","symbol":"META","confidence":0.79},{"event_id":"d","pattern_type":"Doji","ticker":"META","confidence":0.95}]}`)
		s.settle(first, second)
		Expect(first.ids()).To(Equal(list{"a"}))
		Expect(second.ids()).To(Equal(list{"b", "d"}))
		Expect(symbols(first.inbox)).To(Equal(list{"AAPL", "TSLA", "META", "META"}))
	})

	It("ranks a pattern by its confidence where the producer does not", func() {
		user := s.login("7")
		user.hold("tier_patterns", "", nil)
		for i, confidence := range []float64{0.9, 0.899, 0.8, 0.799, 0.6, 0.599, 0} {
			s.pattern(fmt.Sprint(i), "Doji", "AAPL", "combo", confidence)
		}
		s.publish(patterns, `{"pattern":"Doji","symbol":"AAPL","tier":"daily","confidence":0.2,"priority":"CRITICAL"}`)
		s.settle(user)
		Expect(user.members("tier_pattern", "priority")).To(Equal([]any{"critical", "high", "high", "medium", "medium", "low", "low", "critical"}))
		Expect(user.members("tier_pattern", "tags")).To(HaveExactElements(ConsistOf("high_confidence", "multi_timeframe"), HaveLen(2), HaveLen(2),
			ConsistOf("multi_timeframe"), HaveLen(1), HaveLen(1), HaveLen(1), BeEmpty()))
	})

	It("tells of each backtest's progress in its order, and then of its result", func() {
		all := []*trader{s.visit(), s.login("7")}
		var progress, results []any
		for step := range 10 {
			for _, job := range []string{"backtest_1", "backtest_2"} {
				s.publish("tickstock.events.backtesting.progress", fmt.Sprintf(`{"job_id":%q,"progress":0.%d}`, job, step))
				progress = append(progress, float64(step)/10)
			}
		}
		for i, status := range []string{"completed", "failed"} {
			s.publish("tickstock.events.backtesting.results", fmt.Sprintf(`{"job_id":"backtest_%d","status":%q}`, i+1, status))
			results = append(results, status)
		}
		s.settle(all...)
		for _, t := range all {
			Expect(t.members("backtest_progress", "progress")).To(Equal(progress))
			Expect(t.members("backtest_result", "status")).To(Equal(results))
			Expect(t.news()[len(progress):]).To(Equal(list{"backtest_result", "backtest_result"}), "results come last")
		}
	})

	It("tells of the market's state those who asked for its regime", func() {
		bull, rest, sure, nobody := s.login("7"), s.login("8"), s.login("9"), s.login("10")
		bull.hold("market_insights", "", keys{"market_regimes": list{"bull"}})
		rest.hold("market_insights", "", keys{"market_regimes": list{"bear", "neutral", "consolidation"}})
		sure.hold("market_insights", "", keys{"confidence_min": 0.8})
		for _, state := range []string{`"regime":"bull","regime_confidence":0.7`, `"regime":"BEAR","regime_confidence":0.85`, `"regime":"VOLATILE"`, `"regime":"consolidation","regime_confidence":0.8`} {
			s.publish("tickstock.events.market_state", "{"+state+"}")
		}
		s.settle(bull, rest, sure, nobody)
		for t, regimes := range map[*trader][]any{bull: {"bull"}, rest: {"bear", "consolidation"}, sure: {"bear", "consolidation"}, nobody: nil} {
			Expect(t.members("market_state_update", "regime")).To(Equal(regimes), t.user)
		}
	})

	It("brings prices and bars to those who watch the symbol, until they do not", func() {
		prices, bars, nobody := s.visit(), s.visit(), s.visit()
		prices.ask("subscribe_tickstockpl_watchlist", keys{"symbols": list{"AAPL", "TSLA"}})
		bars.ask("subscribe_tickstockpl_watchlist", keys{"symbols": list{"AAPL"}, "subscription_types": list{"ohlcv_update"}})
		market := func() {
			s.publish("tickstock.market.prices", `{"symbol":"AAPL","price":231.5}`)
			s.publish("tickstock.market.prices", `{"symbol":"META","price":700}`)
			s.publish("tickstock.market.ohlcv", `{"symbol":"AAPL","ohlcv":{"open":1,"high":2,"low":1,"close":2,"volume":10}}`)
		}
		market()
		Expect(prices.ask("unsubscribe_tickstockpl_symbol", keys{"symbol": "AAPL"})).To(HaveKeyWithValue("symbol", "AAPL"))
		s.settle(prices, bars, nobody)
		market()
		s.publish("tickstock.market.prices", `{"symbol":"TSLA","price":412.3}`)
		s.settle(prices, bars, nobody)
		Expect(prices.members("tickstockpl_price_update", "price")).To(Equal([]any{231.5, 412.3}))
		Expect(prices.inbox.Events("tickstockpl_ohlcv_update")).To(BeEmpty())
		Expect(bars.members("tickstockpl_ohlcv_update", "symbol")).To(Equal([]any{"AAPL", "AAPL"}))
		Expect(bars.inbox.Events("tickstockpl_price_update")).To(BeEmpty())
		Expect(nobody.news()).To(BeEmpty())
	})
})
