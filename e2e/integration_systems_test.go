package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/driver"
	"github.com/tickstock/tickcast/e2e/internal/process"
)

// beside starts one more tickcast on the same Redis.
func (s *stage) beside(env ...string) *stage {
	GinkgoHelper()
	tickcast, err := process.NewTickcast(tickcastBinary, GinkgoWriter, append([]string{"REDIS_URL=" + s.redis.URL(), "TICKCAST_DRAIN_SPREAD=50ms"}, env...)...)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(tickcast.Kill)
	other := &stage{redis: s.redis, tickcast: tickcast}
	other.start()
	Eventually(other.get).WithArguments("/readyz").Should(haveStatus(http.StatusOK))
	return other
}

// eventIDs are those of the tier_pattern events that a client told of.
func eventIDs(d *driver.Driver) list {
	var ids list
	for _, h := range d.Events("tier_pattern") {
		Expect(h.Args).NotTo(BeEmpty())
		ids = append(ids, strings.Trim(member(h.Args[0], "event_id"), `"`))
	}
	return ids
}

var _ = Describe("Integration: cross-system", func() {
	It("serves from two processes on one Redis, each its own sockets, and nobody gets copies", func() {
		key := "FLASK_SECRET_KEY=" + secretKey
		one := openStage(key)
		two := one.beside(key)
		left, right, page := one.login("7"), two.login("8"), two.visit()
		left.hold("tier_patterns", "", keys{"symbols": list{"AAPL", "TSLA"}})
		right.hold("tier_patterns", "", keys{"symbols": list{"AAPL"}})
		heard, err := one.redis.Publish(context.Background(), patterns, `{"event_id":"both","pattern":"Doji","symbol":"AAPL","confidence":0.9}`)
		Expect(err).NotTo(HaveOccurred())
		Expect(heard).To(Equal(int64(2)), "each process hears each message")
		one.pattern("left", "Doji", "TSLA", "daily", 0.9)
		one.settle(left, right, page)
		Expect(left.ids()).To(Equal(list{"both", "left"}))
		Expect(right.ids()).To(Equal(list{"both"}))
		for _, t := range []*trader{left, right, page} {
			Expect(symbols(t.inbox)).To(Equal(list{"AAPL", "TSLA"}))
			Expect(t.inbox.Events("system_health")).To(HaveLen(1))
		}
		Expect(one.gauge("tickcast_users")).To(Equal(1.0))
		Expect(two.gauge("tickcast_users")).To(Equal(1.0))
	})

	It("goes on with one process when the other is killed, and its browsers are served by that one", func() {
		key := "FLASK_SECRET_KEY=" + secretKey
		one := openStage(key)
		two := one.beside(key)
		stays, goes := one.login("7"), two.login("8")
		stays.hold("tier_patterns", "", nil)
		two.tickcast.Kill()
		Eventually(goes.client.Done()).Should(BeClosed())
		moved := one.login("8")
		moved.hold("tier_patterns", "", keys{"symbols": list{"TSLA"}})
		one.pattern("a", "Doji", "AAPL", "daily", 0.9)
		one.pattern("b", "Doji", "TSLA", "daily", 0.9)
		one.settle(stays, moved)
		Expect(stays.ids()).To(Equal(list{"a", "b"}))
		Expect(moved.ids()).To(Equal(list{"b"}))
	})

	told := list{"tier_pattern", "subscription_status", "error"}
	for name, start := range map[string]func(driver.Setup) *driver.Driver{
		"socket.io-client 4.8.4": func(setup driver.Setup) *driver.Driver { setup.Version = "4.8.4"; return javascript(setup) },
		"socket.io-client 2.2.0": func(setup driver.Setup) *driver.Driver { setup.Version = "2.2.0"; return javascript(setup) },
		"python-socketio":        python,
	} {
		It(fmt.Sprintf("lets %s subscribe, with its callback, and get what it asked for", name), func() {
			s := openStage()
			d := start(driver.Setup{URL: "http://" + s.tickcast.Address(), Transports: []string{"polling", "websocket"}, Events: told})
			Expect(d.Emit(1, "subscribe", keys{"preset": "daily", "filters": keys{"symbols": list{"AAPL"}}})).To(Succeed())
			Eventually(d.Told).WithArguments("ack").Should(HaveLen(1))
			Expect(d.Told("ack")[0].Args).To(matchArgs(fmt.Sprintf(`{"status":"ok","subscription_type":"tier_patterns","subscription_id":"tier_patterns",
				"room":%q,"filters":{"symbols":["AAPL"],"tiers":["daily"],"confidence_min":0.7}}`, d.Told("connect")[0].ID)))
			s.pattern("other", "Doji", "TSLA", "daily", 0.9)
			s.pattern("weak", "Doji", "AAPL", "daily", 0.6)
			s.pattern("wanted", "Doji", "AAPL", "daily", 0.7)
			Eventually(eventIDs).WithArguments(d).Should(Equal(list{"wanted"}))

			Expect(d.Emit(2, "subscribe", keys{"preset": "daily", "filters": keys{"symbol": "AAPL"}})).To(Succeed())
			Eventually(d.Told).WithArguments("ack").Should(HaveLen(2))
			Expect(member(d.Told("ack")[1].Args[0], "field")).To(Equal(`"filters.symbol"`))
			Expect(d.Emit(3, "unsubscribe")).To(Succeed())
			Eventually(d.Told).WithArguments("ack").Should(HaveLen(3))
			Expect(d.Told("ack")[2].Args).To(matchArgs(`{"status":"ok","removed":1}`))
			s.pattern("late", "Doji", "AAPL", "daily", 0.9)
			Expect(d.Emit(4, "get_subscriptions", keys{})).To(Succeed())
			Eventually(d.Told).WithArguments("ack").Should(HaveLen(4))
			Expect(eventIDs(d)).To(Equal(list{"wanted"}))
			Expect(d.Events("error")).To(BeEmpty())
		})
	}

	It("says whether the producer is there, and serves in either case", func() {
		s := newStage()
		s.startRedis()
		Expect(s.redis.Client().Del(context.Background(), "tickstock:producer:heartbeat").Err()).To(Succeed())
		s.start()
		Eventually(s.get).WithArguments("/readyz").Should(haveStatus(http.StatusOK))
		Eventually(s.health).Should(And(HaveField("Status", "warning"), HaveField("Reasons", ConsistOf(ContainSubstring("TickStockPL producer appears offline")))))
		page := s.visit()
		s.alert("Doji", "AAPL")
		Eventually(symbols).WithArguments(page.inbox).Should(Equal(list{"AAPL"}))
		s.beat()
		Eventually(s.health).Should(And(HaveField("Status", "healthy"), HaveField("Reasons", BeEmpty()))) // asked every ten seconds
	})
})
