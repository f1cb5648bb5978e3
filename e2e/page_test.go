package e2e_test

import (
	"context"
	"fmt"
	"io"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/chromium"
)

var _ = Describe("The page in Chromium", func() {
	var s *stage
	var page *chromium.Page

	run := func(expression string) any {
		value, err := page.Run(context.Background(), expression)
		if err != nil {
			return err.Error()
		}
		return value
	}
	state := func() any { return run(`document.querySelector('#connection').dataset.state`) }
	rows := func() any {
		return run(`[...document.querySelectorAll('#alerts [data-testid=alert]')].map(r => r.dataset.symbol + ' ' + r.dataset.pattern)`)
	}

	open := func(query string) {
		GinkgoHelper()
		s = openStage()
		var err error
		page, err = chromium.Open(context.Background(), s.tickcast.URL("/"+query), io.Discard) // it complains of the desktop that is not there
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(page.Close)
		Eventually(state).Should(Equal("connected"), "without the built page in web/dist nothing connects")
	}

	It("shows an alert that is published in Redis, at once and as text", func() {
		open("")
		s.publish(patterns, `{"source":"TickStockPL","data":{"pattern":"Cup & <b>Handle</b>","symbol":"AAPL","confidence":0.92,"tier":"daily","current_price":231.4}}`)
		Eventually(rows).Should(ConsistOf("AAPL Cup & <b>Handle</b>"))
		Expect(run(`document.querySelector('#alerts').innerText`)).To(And(
			ContainSubstring("Cup & <b>Handle</b>"), ContainSubstring("231.4"), ContainSubstring("92"), ContainSubstring("daily")))
		visible := `(() => { const b = document.querySelector('[data-testid=alert]').getBoundingClientRect(); return b.width > 0 && b.height > 0 })()`
		Expect(run(visible)).To(BeTrue())
	})

	It("upgrades to websocket", func() {
		open("")
		Eventually(run).WithArguments(`document.querySelector('#connection').dataset.transport`).Should(Equal("websocket"))
	})

	DescribeTable("shows what the filter lets through, and only that", func(query string) {
		open(query)
		run(`document.querySelector('#filter-input').value = 'Doji, Hammer'; document.querySelector('#filter').requestSubmit()`)
		Eventually(run).WithArguments(`document.querySelector('#filter-confirmed').dataset.patterns`).Should(MatchJSON(`["Doji","Hammer"]`))
		for i := range 5 {
			s.alert("Engulfing", fmt.Sprintf("NO%d", i))
		}
		s.alert("Doji", "YES")
		Eventually(rows).Should(ConsistOf("YES Doji"))
		run(`document.querySelector('#filter-clear').click()`)
		Eventually(run).WithArguments(`document.querySelector('#filter-confirmed').dataset.patterns`).Should(MatchJSON(`[]`))
		s.alert("Engulfing", "NOW")
		Eventually(rows).Should(HaveExactElements("NOW Engulfing", "YES Doji"))
	},
		Entry("after an upgrade", ""),
		Entry("over websocket", "?transport=websocket"),
		Entry("over polling", "?transport=polling"),
	)

	It("comes back after a restart, with its filter, and shows new alerts", func() {
		open("")
		run(`document.querySelector('#filter-input').value = 'Doji'; document.querySelector('#filter').requestSubmit()`)
		Eventually(run).WithArguments(`document.querySelector('#filter').dataset.state`).Should(Equal("confirmed"))
		s.stop(s.tickcast.Process())
		Eventually(state).Should(Equal("reconnecting"))
		s.start()
		Eventually(state).Should(Equal("connected"))
		Eventually(run).WithArguments(`document.querySelector('#reconnects').innerText`).Should(Equal("1"))
		Eventually(s.health).Should(HaveField("Redis.Hearing", BeTrue()))
		Eventually(run).WithArguments(`document.querySelector('#filter').dataset.state`).Should(Equal("confirmed"))
		s.alert("Hammer", "NO")
		s.alert("Doji", "AFTER")
		Eventually(rows).Should(ConsistOf("AFTER Doji"))
	})

	It("shows a backtest's progress and the system's health", func() {
		open("")
		s.publish("tickstock.events.backtesting.progress", `{"job_id":"backtest_1","progress":0.45,"current_symbol":"AAPL","status":"running"}`)
		s.publish("tickstock.health.status", `{"overall_status":"degraded"}`)
		Eventually(run).WithArguments(`document.querySelector('#jobs').innerText`).Should(ContainSubstring("backtest_1"))
		Eventually(run).WithArguments(`document.querySelector('#health-badge').dataset.status`).Should(Equal("degraded"))
	})

	It("throws nothing while all that passes", func() {
		open("")
		run(`window.thrown = []; addEventListener('error', e => thrown.push(e.message)); addEventListener('unhandledrejection', e => thrown.push(String(e.reason)))`)
		for i := range 300 {
			s.alert("Doji", fmt.Sprintf("S%d", i))
		}
		Eventually(run).WithArguments(`document.querySelector('#count-alerts').innerText`).Should(Equal("300"))
		Expect(run(`thrown`)).To(BeEmpty())
	})
})
