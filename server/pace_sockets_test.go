package server_test

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/server"
)

// flood is more than any pace allows, faster than time could bring anything back.
const flood = 400

// overPace is how an acknowledgement says so.
const overPace = `{"status":"error","field":"rate","message":"too many requests, try again in a second"}`

var _ = Describe("A socket that churns its subscriptions", func() {
	var s *site
	var b *browser

	BeforeEach(func() {
		s = startSite(nil, nil)
		b = enterBrowser(s.url)
	})

	// exhaust goes on until the socket is over its pace, and says how often it was not.
	exhaust := func(event string, request any) (served int) {
		GinkgoHelper()
		for ; served < flood; served++ {
			if strings.Contains(b.ask(event, request), overPace) {
				return served
			}
		}
		Fail("never over its pace")
		return served
	}

	It("is refused by rate, and still served otherwise", func() {
		exhaust("get_subscriptions", keys{})
		b.emit("heartbeat")
		b.next("heartbeat_ack")
		Expect(s.health().Counters.EventsRefused).To(BeEquivalentTo(1))
		Expect(s.health().Counters.EventsOut).NotTo(HaveKey("error"))
	})

	It("does not slow down another one", func() {
		other := enterBrowser(s.url)
		exhaust("get_subscriptions", keys{})
		Expect(other.ask("unsubscribe")).To(ContainSubstring(`"ok"`))
	})

	for _, name := range server.EventsOf("/") {
		if !strings.HasPrefix(name, "unsubscribe") {
			continue
		}
		It("may always let go of them: "+name, func() {
			for n := range flood {
				b.write(fmt.Sprintf(`427["%s",{"symbol":"S%d"}]`, name, n))
				var answer event
				for answer.Name != "ack" {
					Eventually(b.events).Should(Receive(&answer))
				}
				Expect(asJSON(answer.Args)).NotTo(ContainSubstring(overPace))
			}
		})
	}

	It("is told by the error that pages know, if it waits for that", func() {
		for range flood {
			b.emit("subscribe_patterns", keys{"patterns": []any{"Doji"}})
			var e event
			Eventually(b.events).Should(Receive(&e))
			if e.Name == "error" {
				Expect(e.payload()).To(MatchJSON(`{"message":"Subscription failed"}`))
				return
			}
		}
		Fail("never over its pace")
	})
})

var _ = Describe("A socket that asks too much", func() {
	// refusedAfter is how many requests are served before one is refused; each is answered by its acknowledgement alone.
	refusedAfter := func(b *browser, events ...string) (served int) {
		GinkgoHelper()
		for ; served < flood; served++ {
			b.write(`427["` + events[served%len(events)] + `",{"symbol":"AAPL","job_id":"backtest_1"}]`)
			answer := b.nextOf("ack", "tickstockpl_chart_data_response")
			if answer.Name != "ack" {
				answer = b.next("ack")
			}
			if strings.Contains(answer.payload(), overPace) {
				return served
			}
		}
		Fail("never refused")
		return served
	}

	It("of backtests is refused by rate, whatever it asks of them", func() {
		jobs := newDesk()
		jobs.asked = make(chan string, flood)
		b := enterBrowser(startSiteWith(nil, server.Sources{Jobs: jobs}).url)
		Expect(refusedAfter(b, "submit_backtest", "get_backtests", "cancel_backtest")).To(BeNumerically("~", 15, 5))
		Expect(b.ask("get_subscriptions")).To(ContainSubstring(`"ok"`), "its subscriptions have a pace of their own")
	})

	It("for charts gets no more of them", func() {
		b := enterBrowser(startSiteWith(nil, server.Sources{Charts: latest(`["TIMEFRAME"]`)}).url)
		Expect(refusedAfter(b, "request_tickstockpl_chart_data")).To(BeNumerically(">=", 50))
		b.expectNothing()
	})
})
