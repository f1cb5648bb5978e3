package server_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
)

var _ = Describe("Pattern alerts", func() {
	var s *site

	BeforeEach(func() { s = startSite(nil, byCookie) })

	reached := func() int { return s.send(rooms.PatternAlerts, breakout("daily")) }

	It("are for the user of the session, on every socket, and not for the one that is named", func() {
		b, second := enterBrowser(s.url, "Cookie", "user=7"), enterBrowser(s.url, "Cookie", "user=7")
		named := enterBrowser(s.url, "Cookie", "user=8")
		b.emit("subscribe_pattern_alerts", keys{"user_id": "8", "room": "user_8", "preferences": keys{}})
		Expect(b.next("subscription_status").payload()).To(ContainSubstring(`"room":"user_7"`))
		Expect(reached()).To(Equal(2))
		b.next("pattern_alerts")
		second.next("pattern_alerts")
		named.expectNothing()
	})

	It("are for the socket of somebody who is nobody in particular", func() {
		b, other := enterBrowser(s.url), enterBrowser(s.url)
		b.emit("subscribe_pattern_alerts")
		Expect(b.next("subscription_status").payload()).To(ContainSubstring(`"room":"` + b.id + `"`))
		Expect(reached()).To(Equal(1))
		b.next("pattern_alerts")
		other.expectNothing()
	})

	DescribeTable("go by preferences",
		func(request any, wanted int) {
			b := enterBrowser(s.url, "Cookie", "user=7")
			b.emit("subscribe_pattern_alerts", request)
			b.next("subscription_status")
			Expect(reached()).To(Equal(wanted))
		},
		Entry("that are the usual ones if there are none", keys{}, 1),
		Entry("in percent that are reached", keys{"preferences": keys{"confidence": 75}}, 1),
		Entry("in percent that are not", keys{"preferences": keys{"confidence_threshold": 76}}, 0),
		Entry("of symbols", keys{"preferences": keys{"symbols": []any{"TSLA"}}}, 0),
		Entry("of a priority", keys{"preferences": keys{"priority": "HIGH"}}, 0),
	)

	It("usually begin at medium priority and a confidence of 0.6", func() {
		b := enterBrowser(s.url, "Cookie", "user=7")
		b.ask("subscribe_pattern_alerts")
		low := breakout("daily")
		low.Priority = rooms.Low
		Expect(s.send(rooms.PatternAlerts, low)).To(BeZero())
		unsure := breakout("daily")
		unsure.Confidence = 0.59
		Expect(s.send(rooms.PatternAlerts, unsure)).To(BeZero())
	})

	It("end on all pages of the user, but for those of the universal API", func() {
		b, second := enterBrowser(s.url, "Cookie", "user=7"), enterBrowser(s.url, "Cookie", "user=7")
		b.ask("subscribe_pattern_alerts")
		b.ask("subscribe", keys{"subscription_type": "pattern_alerts", "subscription_id": "mine", "filters": keys{"symbols": []any{"TSLA"}}})
		Expect(second.ask("unsubscribe_pattern_alerts")).To(MatchJSON(`{"status":"ok","removed":1}`))
		Expect(reached()).To(BeZero())
		Expect(s.health().Subscriptions.Topics["pattern_alerts"]).To(Equal(1))
	})
})
