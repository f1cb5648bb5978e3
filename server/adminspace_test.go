package server_test

import (
	"fmt"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
)

const adminPrefix = "/admin-ws,"

// enterAdmin is the browser of user 1, who is an admin, past its first event.
func enterAdmin(s *site) *browser {
	GinkgoHelper()
	b := connectTo(adminPrefix, s.url, "Cookie", "user=1")
	b.next("connection_status_update")
	return b
}

// market is a producer's connections to the market, as a spec sets them.
type market struct {
	now   atomic.Pointer[[]server.Feed]
	asked atomic.Int32
}

func (m *market) set(feeds ...server.Feed) { m.now.Store(&feeds) }

func (m *market) Feeds() []server.Feed {
	m.asked.Add(1)
	return *m.now.Load()
}

var _ = Describe("The admins' namespace", func() {
	var m *market
	var s *site

	BeforeEach(func() {
		m = &market{}
		m.set(server.Feed{
			Name: "connection_2", Alive: true, Ticks: 1000, Errors: 2,
			LastTick: time.Unix(1758902400, 250e6), Symbols: []string{"TSLA", "AAPL"},
		}, server.Feed{Name: "connection_9", Alive: true, Ticks: 7})
		s = startSiteWith(nil, server.Sources{Identify: byCookie, Feeds: m})
	})

	It("shows a newcomer a card for each of the three connections, and no others", func() {
		b := connectTo(adminPrefix, s.url, "Cookie", "user=1")
		Expect(b.next("connection_status_update").payload()).To(MatchJSON(`{
			"total_connections": 3, "connected_count": 1, "total_ticks_received": 1000, "total_errors": 2,
			"connections": {
				"connection_1": {"name": "Connection 1", "status": "disconnected", "universe_key": "", "symbols": [],
					"assigned_tickers": 0, "message_count": 0, "error_count": 0, "last_message_time": null},
				"connection_2": {"name": "Connection 2", "status": "connected", "universe_key": "", "symbols": ["AAPL", "TSLA"],
					"assigned_tickers": 2, "message_count": 1000, "error_count": 2, "last_message_time": 1758902400.25},
				"connection_3": {"name": "Connection 3", "status": "disconnected", "universe_key": "", "symbols": [],
					"assigned_tickers": 0, "message_count": 0, "error_count": 0, "last_message_time": null}
			}}`))
	})

	It("tells with each pulse how fast the connections tick, in keys of connections only", func() {
		b := enterAdmin(s)
		at := time.Now().Add(time.Hour)
		s.sockets.Beat(at)
		b.next("metrics_update")
		m.set(server.Feed{Name: "connection_2", Alive: true, Ticks: 1123, Errors: 2})
		s.sockets.Beat(at.Add(5 * time.Second))
		Expect(b.next("metrics_update").payload()).To(MatchJSON(`{
			"connection_1": {"message_count": 0, "messages_per_second": 0, "error_count": 0, "status": "disconnected"},
			"connection_2": {"message_count": 1123, "messages_per_second": 24.6, "error_count": 2, "status": "connected"},
			"connection_3": {"message_count": 0, "messages_per_second": 0, "error_count": 0, "status": "disconnected"}}`))
	})

	DescribeTable("measures no rate that would mislead",
		func(first, pause time.Duration, ticks uint64, rate string) {
			b := enterAdmin(s)
			at := time.Now().Add(time.Hour)
			s.sockets.Beat(at)
			b.next("metrics_update")
			m.set(server.Feed{Name: "connection_2", Ticks: 1100})
			s.sockets.Beat(at.Add(first))
			b.next("metrics_update")
			m.set(server.Feed{Name: "connection_2", Ticks: ticks})
			s.sockets.Beat(at.Add(first + pause))
			Expect(b.next("metrics_update").payload()).To(ContainSubstring(fmt.Sprintf(
				`"connection_2":{"message_count":%d,"messages_per_second":%s,`, ticks, rate)))
		},
		Entry("after a moment the last one stands", 5*time.Second, 10*time.Millisecond, uint64(1101), "20"),
		Entry("after a long time there is none", 5*time.Second, time.Hour, uint64(9999), "0"),
		Entry("a producer that starts again has none", 5*time.Second, 5*time.Second, uint64(3), "0"),
	)

	It("beats by itself", func() {
		b := enterAdmin(s)
		var e event
		Eventually(b.events).WithTimeout(30 * time.Second).Should(Receive(&e))
		Expect(e.Name).To(Equal("metrics_update"))
	})

	It("costs nothing while nobody is there", func() {
		s.sockets.Beat(time.Now())
		Expect(m.asked.Load()).To(BeZero())
	})

	It("has a room for all of its sockets", func() {
		b := enterAdmin(s)
		s.sockets.Router().Route(rooms.Event{
			Name:     "for_admins",
			Audience: rooms.Audience{Namespace: "/admin-ws", Rooms: []rooms.Room{"admin_monitoring"}},
			Payload:  []byte(`1`),
		})
		b.next("for_admins")
	})

	It("counts its sockets as their user's", func() {
		b := enterAdmin(s)
		Expect(s.health().Users).To(Equal(1))
		b.close()
		Eventually(func() int { return s.health().Users }).Should(BeZero())
	})

	It("handles no events of other namespaces", func() {
		b := enterAdmin(s)
		b.emit("subscribe_patterns", map[string]any{"patterns": []string{"Doji"}})
		b.expectNothing()
		Expect(s.health().Subscriptions.Total).To(BeZero())
	})
})

var _ = Describe("The admins' namespace, where nobody knows of connections,", func() {
	It("shows silent cards", func() {
		b := connectTo(adminPrefix, startSite(nil, byCookie).url, "Cookie", "user=1")
		Expect(b.next("connection_status_update").payload()).To(ContainSubstring(`"connected_count":0`))
	})
})
