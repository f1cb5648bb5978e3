package server_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
)

var _ = Describe("What a user subscribes to", func() {
	var (
		kept         *shelf
		here, beyond *site
	)
	BeforeEach(func() {
		noLeaks()
		kept = newShelf()
		here, beyond = kept.site(nil, nil, usual()), kept.site(nil, nil, usual())
	})
	asUser := func(s *site, user string) *browser {
		GinkgoHelper()
		return enterBrowser(s.url, "Cookie", "user="+user)
	}
	subscribe := func(b *browser, id string, filters keys) {
		GinkgoHelper()
		Expect(b.ask("subscribe", keys{"subscription_type": "tier_patterns", "subscription_id": id, "filters": filters})).To(ContainSubstring(`"ok"`))
	}
	reached := func(s *site) func() int {
		return func() int { return s.send(rooms.TierPatterns, breakout("daily")) }
	}
	wish := func(user, id string, symbols ...string) rooms.Subscription {
		return rooms.Subscription{Room: rooms.UserRoom(user), Topic: rooms.TierPatterns, ID: id, Filter: rooms.Filter{Symbols: symbols}}
	}

	It("holds on another instance, from the first event on", func() {
		subscribe(asUser(here, "7"), "a", keys{"symbols": []any{"AAPL"}})
		b := asUser(beyond, "7")
		Expect(reached(beyond)()).To(Equal(1))
		b.next("subscription_status")
		b.next("tier_patterns")
	})

	It("is kept before it is acknowledged, and removed before that is", func() {
		b := asUser(here, "7")
		subscribe(b, "a", nil)
		Expect(kept.ids("7")()).To(Equal([]string{"a"}))
		b.ask("subscribe_pattern_alerts", keys{})
		Expect(kept.ids("7")()).To(Equal([]string{"a", "pattern_alerts"}))
		Expect(b.ask("unsubscribe_pattern_alerts", keys{})).To(ContainSubstring(`"removed":1`))
		Expect(kept.ids("7")()).To(Equal([]string{"a"}))
		Expect(b.ask("unsubscribe", keys{})).To(ContainSubstring(`"removed":1`))
		Expect(kept.ids("7")()).To(BeEmpty())
	})

	It("follows what is changed elsewhere", func() {
		mine := asUser(here, "7")
		asUser(beyond, "7")
		subscribe(mine, "a", keys{"symbols": []any{"TSLA"}})
		subscribe(mine, "b", keys{"symbols": []any{"AAPL"}})
		Eventually(reached(beyond)).Should(Equal(1))
		subscribe(mine, "b", keys{"symbols": []any{"TSLA"}})
		Eventually(reached(beyond)).Should(BeZero())
		subscribe(mine, "a", keys{})
		Eventually(reached(beyond)).Should(Equal(1))
		mine.ask("unsubscribe", keys{})
		Eventually(reached(beyond)).Should(BeZero())
		Expect(beyond.sockets.Router().Subscriptions("user_7")).To(BeEmpty())
	})

	It("goes on counting its limit by the hour, whatever else is changed elsewhere", func() {
		limited := wish("7", "a")
		limited.Filter.MaxPerHour = 2
		kept.put("7", limited)
		asUser(beyond, "7")
		Expect(reached(beyond)()).To(Equal(1))
		other := asUser(here, "7")
		other.next("subscription_status")
		subscribe(other, "b", keys{"symbols": []any{"TSLA"}})
		Eventually(func() []rooms.Subscription { return beyond.sockets.Router().Subscriptions("user_7") }).Should(HaveLen(2))
		Expect(reached(beyond)()).To(Equal(1))
		Expect(reached(beyond)()).To(BeZero())
	})

	It("is one user's and nobody else's, nor that of somebody who is nobody in particular", func() {
		subscribe(asUser(here, "7"), "a", nil)
		subscribe(enterBrowser(here.url), "b", nil)
		for _, user := range []string{"8", "7:x", ""} {
			asUser(beyond, user)
		}
		Expect(reached(beyond)()).To(BeZero())
		Expect(kept.kept).To(HaveLen(1))
	})

	It("of a page alone is not kept", func() {
		b := asUser(here, "7")
		b.ask("subscribe_tier_patterns", keys{"tier": "daily"})
		b.ask("subscribe", keys{"channels": []any{"indicators"}})
		Expect(kept.ids("7")()).To(BeEmpty())
	})

	It("is skipped where it is too much, and the rest holds", func() {
		var all []rooms.Subscription
		for _, id := range many(rooms.MaxSubscriptions + 5) {
			all = append(all, wish("7", id))
		}
		kept.put("7", all...)
		asUser(here, "7")
		Expect(here.sockets.Router().Subscriptions("user_7")).To(HaveLen(rooms.MaxSubscriptions))
	})

	It("holds here while it cannot be kept, and is acknowledged all the same", func() {
		kept.goAway(true)
		b := asUser(here, "7")
		subscribe(b, "a", nil)
		Expect(reached(here)()).To(Equal(1))
		b.next("tier_patterns")
	})

	It("is loaded as soon as it can be, if it could not when the user came", func() {
		kept.put("7", wish("7", "a"))
		kept.goAway(true)
		asUser(here, "7")
		Expect(reached(here)()).To(BeZero())
		kept.goAway(false)
		Eventually(reached(here)).WithTimeout(patience).Should(Equal(1))
	})

	It("is kept again of those who are here, if it was lost", func() {
		subscribe(asUser(here, "7"), "a", nil)
		kept.lose()
		here.sockets.UsersMissed()
		Eventually(kept.ids("7")).Should(Equal([]string{"a"}))
		Expect(reached(here)()).To(Equal(1))
		kept.lose()
		here.sockets.UserUnknown("7")
		Expect(kept.ids("7")()).To(Equal([]string{"a"}))
	})

	It("is loaded of all who are here, when something may have gone unheard", func() {
		asUser(here, "7")
		asUser(here, "8")
		kept.put("7", wish("7", "a"))
		kept.put("8", wish("8", "a"))
		kept.put("9", wish("9", "a"))
		here.sockets.UsersMissed()
		Eventually(reached(here)).Should(Equal(2))
		Expect(here.sockets.Router().Subscriptions("user_9")).To(BeEmpty())
	})

	It("is not loaded of those who are not here", func() {
		kept.put("7", wish("7", "a"))
		here.sockets.UserChanged("7")
		asUser(here, "8")
		Expect(here.sockets.Router().Subscriptions("user_7")).To(BeEmpty())
	})

	It("is what was changed elsewhere while the user was away, not what was left here", func() {
		b := asUser(here, "7")
		subscribe(b, "old", nil)
		b.close()
		Eventually(func() int { return here.sockets.Router().Route(alert("Doji")) }).Should(BeZero())
		kept.put("7", wish("7", "new", "TSLA"))
		asUser(here, "7")
		Expect(reached(here)()).To(BeZero())
	})
})

var _ = It("What is kept of users is renewed while they are here, moved or not, and when they leave", func() {
	noLeaks()
	kept := newShelf()
	s := kept.site(nil, nil, usual())
	first, second := enterBrowser(s.url, "Cookie", "user=7"), enterBrowser(s.url, "Cookie", "user=8")
	s.sockets.SaveCursors(time.Now())
	Expect(kept.renewals()).To(BeEmpty())
	s.sockets.SaveCursors(time.Now().Add(10 * time.Minute))
	Expect(kept.renewals()).To(ConsistOf("7", "8"))
	first.close()
	Eventually(kept.renewals).Should(Equal([]string{"7"}))
	second.expectNothing()
})

var _ = DescribeTable("A position is newer", func(a, b string) {
	Expect(server.Newer(a, b)).To(BeTrue())
	Expect(server.Newer(b, a)).To(BeFalse())
	Expect(server.Newer(a, a)).To(BeFalse())
},
	Entry("by its time", "10-0", "9-0"), Entry("by its sequence", "9-10", "9-9"), Entry("by its ordinal", "9-0-10", "9-0-9"),
	Entry("with all of a message", "9-0", "9-0-9"), Entry("of the next message", "9-1-0", "9-0"), Entry("than none", "0-0-0", ""),
	Entry("than what is none", "0-0-0", "9"), Entry("than too many numbers", "1-1-1", "9-9-9-9"), Entry("than what is negative", "1-1", "9--9"),
)
