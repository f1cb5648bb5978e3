package server_test

import (
	"net/http/httptest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/rs/zerolog"
	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/server"
)

var _ = Describe("The status of subscriptions", func() {
	It("is told to a user's new socket, right after it is confirmed", func() {
		s := startSite(nil, byCookie)
		b := enterBrowser(s.url, "Cookie", "user=7")
		b.ask("subscribe", keys{"subscription_type": "tier_patterns", "subscription_id": "a"})
		b.ask("subscribe", keys{"subscription_type": "tier_patterns", "subscription_id": "b"})
		b.ask("subscribe", keys{"subscription_type": "backtest"})
		b.ask("subscribe", keys{"channels": []any{"indicators"}})

		second := enterBrowser(s.url, "Cookie", "user=7")
		Expect(like([]byte(`{"active_subscriptions":["backtest","tier_patterns"],"room":"user_7","timestamp":"$number"}`),
			[]byte(second.next("subscription_status").payload()))).To(Succeed())
		second.expectNothing()
		b.expectNothing()
	})

	It("is not told to who has subscribed to nothing", func() {
		s := startSite(nil, byCookie)
		first := enterBrowser(s.url, "Cookie", "user=7")
		first.ask("subscribe_tier_patterns", keys{"tier": "daily"})
		enterBrowser(s.url, "Cookie", "user=7").expectNothing()
		enterBrowser(s.url).expectNothing()
	})

	It("is told when a user returns, whose subscriptions were kept", func() {
		s := startSite(nil, byCookie)
		b := enterBrowser(s.url, "Cookie", "user=7")
		b.ask("subscribe", keys{"subscription_type": "system_health"})
		b.close()
		Eventually(func() int { return s.health().Users }).Should(BeZero())
		Expect(s.health().Subscriptions.Topics["system_health"]).To(Equal(1))
		Expect(enterBrowser(s.url, "Cookie", "user=7").next("subscription_status").payload()).To(ContainSubstring(`["system_health"]`))
	})

	It("is of nothing any more when a user returns too late", func() {
		noLeaks()
		s := &site{sockets: server.NewSockets(limits(), config.Subscriptions{Keep: time.Millisecond}, server.Sources{Identify: byCookie}, zerolog.Nop())}
		s.run()
		front := httptest.NewServer(s.sockets)
		DeferCleanup(front.Close)
		b := enterBrowser(front.URL, "Cookie", "user=7")
		b.ask("subscribe", keys{"subscription_type": "system_health"})
		b.close()
		Eventually(func() int { return len(s.sockets.Router().Subscriptions("user_7")) }).WithTimeout(10 * time.Second).Should(BeZero())
		enterBrowser(front.URL, "Cookie", "user=7").expectNothing()
	})
})
