package e2e_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// The pages in e2e/pages read events as the application's own pages do, and break where those break.
var _ = Describe("The application's pages, each with its client, in Chromium", func() {
	var s *stage
	BeforeEach(func() { s = openStage("FLASK_SECRET_KEY="+secretKey, "ADMIN_USERS=1") })

	alert := func(fields string) {
		GinkgoHelper()
		s.publish(patterns, `{"source":"TickStockPL","timestamp":1758902400.25,`+fields+`}`)
	}

	It("show alerts with numeric prices in the index page's table (3.1.0)", func() {
		t := openTab(s, "index", "")
		alert(`"data":{"symbol":"TSLA","pattern":"Doji","confidence":0.92,"current_price":412.3,"price_change":1.2,"volume":1200000,"indicators":{"relative_strength":1.1}}`)
		alert(`"symbol":"AAPL","pattern":"BreakoutBO","confidence":0.85,"price":"n/a","tier":"daily"`)
		Eventually(t.text).WithArguments("patterns").Should(And(
			MatchRegexp(`TSLA\s+Doji\s+92%\s+412\.30\s+1\.20\s+1\.10\s+1,200,000`),
			MatchRegexp(`AAPL\s+BreakoutBO\s+85%\s+0\.00\s+0\.00\s+-\s+-`)))
		t.wellBehaved()
	})

	It("show a streaming session, its health, batches and alerts (3.1.0)", func() {
		t := openTab(s, "index", "")
		s.publish("tickstock:streaming:session_started", `{"data":{"session_id":"5f1c0a52-7a0e","symbol_universe_key":"etf","trigger_type":"market_open"}}`)
		Eventually(t.text).WithArguments("session").Should(Equal("5f1c0a52"))
		Eventually(t.text).WithArguments("universe").Should(Equal("etf"))
		s.publish("tickstock:streaming:health", `{}`)
		s.publish("tickstock:streaming:health", `{"health_status":"warning","active_symbols":7,"metrics":{"ticks_per_second":12.5},"issues":["slow feed"]}`)
		Eventually(t.text).WithArguments("health").Should(Equal("WARNING"))
		Eventually(t.text).WithArguments("tps").Should(Equal("12.5"))
		Eventually(t.text).WithArguments("issues").Should(Equal("slow feed"))
		for i := range 50 {
			s.publish("tickstock:patterns:streaming", fmt.Sprintf(`{"detection":{"pattern":"Doji","symbol":"S%d","confidence":0.5}}`, i))
		}
		s.publish("tickstock:indicators:streaming", `{"calculation":{"indicator":"RSI","symbol":"TSLA","value":29.4}}`)
		s.publish("tickstock:alerts:indicators", `{"alert":{"alert_type":"RSI_OVERSOLD","symbol":"TSLA"}}`)
		s.publish("tickstock:alerts:critical", `{"type":"critical_alert","alert":{"type":"db_down","message":"database unreachable"}}`)
		Eventually(t.text).WithArguments("pattern-count").Should(Equal("50"))
		Eventually(t.text).WithArguments("stream-patterns").Should(And(ContainSubstring("S0 Doji 50"), ContainSubstring("S49 Doji 50")))
		Eventually(t.text).WithArguments("stream-indicators").Should(Equal("TSLA RSI 29.4"))
		Eventually(t.text).WithArguments("stream-alerts").Should(Equal("RSI OVERSOLD TSLA db_down: database unreachable"))
		s.publish("tickstock:streaming:session_stopped", `{"data":{"session_id":"5f1c0a52-7a0e","reason":"market_close"}}`)
		Eventually(t.text).WithArguments("session").Should(Equal("stopped"))
		t.wellBehaved()
	})

	It("fill the tier dashboard's columns, and nothing makes it throw (3.1.0)", func() {
		t := openTab(s, "tiers", "")
		Eventually(t.text).WithArguments("round-trip").Should(MatchRegexp(`^\d+$`)) // its subscriptions came before
		alert(`"symbol":"AAPL","pattern":"BreakoutBO","confidence":0.85,"tier":"daily"`)
		alert(`"symbol":"TSLA","pattern":"Doji","confidence":0.95,"tier":"intraday"`)
		alert(`"symbol":"LOW","pattern":"Doji","confidence":0.3,"tier":"combo"`)
		alert(`"symbol":"META","pattern":"SurgePattern","confidence":0.7,"tier":"combo"`)
		Eventually(t.text).WithArguments("combo").Should(Equal("META SurgePattern 70% MEDIUM 2025-09-26"))
		Expect(t.text("daily")).To(Equal("AAPL BreakoutBO 85% HIGH 2025-09-26"))
		Expect(t.text("intraday")).To(Equal("TSLA Doji 95% CRITICAL 2025-09-26"))
		Expect(t.text("latency")).To(MatchRegexp(`^\d+$`))
		t.wellBehaved()
	})

	It("follow a backtest to its completion, and show the health badge (3.1.0)", func() {
		t := openTab(s, "backtest", "")
		Eventually(t.text).WithArguments("beat").ShouldNot(BeEmpty())
		Expect(t.text("filter")).To(Equal("2"))
		s.publish("tickstock.events.backtesting.progress", `{"job_id":"backtest_1","progress":0.45,"current_symbol":"AAPL","status":"running"}`)
		Eventually(t.text).WithArguments("percent").Should(Equal("45%"))
		s.publish("tickstock.events.backtesting.progress", `{"job_id":"backtest_1","progress":1,"current_symbol":"MSFT"}`)
		s.publish("tickstock.events.backtesting.results", `{"job_id":"backtest_1","results":{"win_rate":0.61,"roi":0.184,"sharpe_ratio":1.42,"max_drawdown":-0.08}}`)
		Eventually(t.text).WithArguments("outcome").Should(Equal("success"))
		Expect(t.text("percent")).To(Equal("100%"))
		Expect(t.text("results")).To(Equal("61.0 18.4 1.42 -8.0"))
		s.publish("tickstock.health.status", `{"test":"permission_check"}`)
		s.publish("tickstock.health.status", `{"overall_status":"healthy"}`)
		Eventually(t.text).WithArguments("badge").Should(Equal("HEALTHY"))
		alert(`"data":{"data":{"symbol":"AMD","pattern":"Doji","confidence":0.8}}`)
		Eventually(t.text).WithArguments("alert").Should(Equal("Doji AMD 80"))
		t.wellBehaved()
	})

	It("show on /tickstockpl the alerts above the page's percentage, and nothing else (4.0.1)", func() {
		t := openTab(s, "alerts", "")
		alert(`"symbol":"WEAK","pattern":"Doji","confidence":0.65`)
		alert(`"symbol":"OTHER","pattern":"Hammer","confidence":0.99`)
		s.publish("tickstock.health.status", `{"overall_status":"healthy"}`)
		alert(`"symbol":"AAPL","pattern":"BreakoutBO","confidence":0.92`)
		Eventually(t.text).WithArguments("alerts").Should(Equal("AAPL BreakoutBO 92"))
		Expect(t.run("[...new Set(seen)]")).To(HaveExactElements("pattern_alert"))
		t.wellBehaved()
	})

	It("show an administrator the market's connections (4.5.4)", func() {
		t := openTab(s, "monitor", sessionOf("1"))
		Eventually(t.text).WithArguments("connection_3").Should(MatchRegexp(`CONNECTION.* disconnected`))
		s.publish("tickstock:market:ticks", `{"type":"market_tick","symbol":"AAPL","price":231.5,"volume":1200,"timestamp":1758902400.25,"connection_id":"connection_2"}`)
		Eventually(t.text).WithArguments("ticks").Should(ContainSubstring("connection_2 AAPL 231.50 2025-09-26"))
		t.run("sockets[0].emit('request_metrics')")
		Eventually(t.text).WithArguments("connection_2").Should(MatchRegexp(`connected 1 \d+\.\d`))
		t.wellBehaved()
	})

	It("tell others why they may not see them (4.5.4)", func() {
		t := showTab(s, "monitor", sessionOf("7"))
		Eventually(t.text).WithArguments("refused").ShouldNot(BeEmpty())
		s.publish("tickstock:market:ticks", `{"type":"market_tick","symbol":"AAPL","price":231.5,"volume":1200,"timestamp":1758902400.25}`)
		t.wellBehaved()
		Expect(t.text("ticks")).To(BeEmpty())
	})

	It("fill the columns of the pattern flow (4.7.2)", func() {
		t := openTab(s, "flow", "")
		Eventually(func() int { return s.health().Subscriptions.Topics["flow"] }).Should(Equal(1))
		alert(`"symbol":"AAPL","pattern":"BreakoutBO","confidence":0.85,"tier":"daily"`)
		alert(`"symbol":"TSLA","pattern":"Doji","confidence":0.9,"tier":"combo"`)
		alert(`"symbol":"MSFT","pattern":"Hammer","confidence":0.6,"timeframe":"1h","tier":"hourly"`)
		s.publish("tickstock:indicators:streaming", `{"calculation":{"indicator":"RSI","symbol":"NVDA","value":29.4,"timestamp":1758902400.25}}`)
		Eventually(t.text).WithArguments("indicators").Should(Equal("NVDA RSI 0 2025-09-26"))
		Expect(t.text("daily")).To(Equal("AAPL BreakoutBO 85 2025-09-26"))
		Expect(t.text("daily_intraday")).To(Equal("TSLA Doji 90 2025-09-26"))
		Expect(t.text("hourly")).To(Equal("MSFT Hammer 60 2025-09-26"))
		t.wellBehaved()
	})

	It("show alerts with the oldest client (2.2.0)", func() {
		t := openTab(s, "activity", sessionOf("7"))
		alert(`"symbol":"AAPL","pattern":"Doji","confidence":0.85`)
		Eventually(t.text).WithArguments("activity").Should(Equal("AAPL Doji"))
		Expect(t.run("confirmed")).To(HaveExactElements("7"))
		t.wellBehaved()
	})
})
