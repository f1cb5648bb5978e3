package server_test

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
)

func (s *site) stats() (stats map[string]any) {
	GinkgoHelper()
	Expect(json.Unmarshal([]byte(s.ask("GET", "/api/websocket/stats").body), &stats)).To(Succeed())
	return stats
}

// toEveryone is an event that took as long to get to us.
func toEveryone(name string, took time.Duration) rooms.Event {
	return rooms.Event{
		Name: name, Received: time.Now().Add(-took), Audience: rooms.Audience{Namespace: "/"}, Payload: []byte(`1`),
	}
}

var _ = Describe("Statistics", func() {
	It("are flat, and of the names that tools know", func() {
		stats := startSite(nil, nil).stats()
		for _, name := range strings.Fields(`
			total_users total_subscriptions active_subscriptions events_broadcast events_delivered avg_broadcast_latency_ms
			avg_filtering_latency_ms index_lookup_count index_avg_lookup_ms total_indexes broadcast_events_delivered
			broadcast_avg_latency_ms broadcast_rate_limited routing_total_events routing_avg_time_ms routing_errors
			active_connections total_connections subscription_errors broadcast_errors connection_errors runtime_seconds
			uptime_hours last_updated messages_sent unique_users tier_subscriptions patterns_broadcast market_updates_sent
			alerts_generated critical_alerts filtering_latency_p50_ms filtering_latency_p95_ms filtering_latency_p99_ms
			broadcast_latency_p50_ms broadcast_latency_p95_ms broadcast_latency_p99_ms broadcast_hour_limited
			events_rate_limited disconnections start_time`) {
			Expect(stats).To(HaveKeyWithValue(name, BeNumerically(">=", 0)))
		}
		Expect(stats).To(HaveKeyWithValue("index_performance_status", "good"))
		Expect(stats["index_sizes"]).To(And(HaveKey("pattern_type"), HaveKey("symbol"), HaveKey("tier"), HaveKey("market_regime")))
		Expect(stats["last_updated"]).To(BeNumerically("~", float64(time.Now().Unix()), 60))
	})

	It("tell what is gathered into streaming batches", func() {
		s := startSite(nil, nil)
		redis := hearing()
		redis.Buffer = server.BufferState{Enabled: true, Interval: 250 * time.Millisecond, Patterns: 3, Indicators: 4, Buffered: 9, Deduplicated: 1, Flushed: 2, Cycles: 5}
		s.redis.Store(&redis)
		Expect(s.stats()["streaming_buffer"]).To(Equal(map[string]any{
			"enabled": true, "buffer_interval_ms": 250.0, "events_buffered": 9.0, "events_flushed": 2.0, "events_deduplicated": 1.0,
			"flush_cycles": 5.0, "current_pattern_buffer": 3.0, "current_indicator_buffer": 4.0,
		}))
	})

	It("count users, subscriptions and what they got", func() {
		s := startSite(nil, byCookie)
		b := enterBrowser(s.url, "Cookie", "user=7")
		enterBrowser(s.url, "Cookie", "user=7")
		b.emit("subscribe_tickers", map[string]any{"tickers": []string{"AAPL"}})
		b.next("subscription_updated")
		Expect(s.sockets.Router().Subscribe(rooms.Subscription{Room: rooms.UserRoom("7"), Topic: rooms.TierPatterns})).To(Succeed())
		s.sockets.Router().Route(alert("Doji"))
		s.sockets.Router().Route(news(rooms.Tickers, "MSFT"))
		Expect(s.stats()).To(And(
			HaveKeyWithValue("total_users", 1.0), HaveKeyWithValue("unique_users", 1.0),
			HaveKeyWithValue("total_subscriptions", 4.0), HaveKeyWithValue("active_subscriptions", 4.0),
			HaveKeyWithValue("subscription_breakdown", map[string]any{"patterns": 2.0, "tickers": 1.0, "tier_patterns": 1.0}),
			HaveKeyWithValue("tier_subscriptions", 1.0),
			HaveKeyWithValue("active_connections", 2.0), HaveKeyWithValue("total_connections", 2.0),
			HaveKeyWithValue("routing_total_events", 2.0),
			HaveKeyWithValue("events_broadcast", 1.0), HaveKeyWithValue("events_delivered", 2.0),
			HaveKeyWithValue("messages_sent", 5.0), // two of them alerts
			HaveKeyWithValue("index_lookup_count", 2.0),
		))
	})

	It("count patterns, alerts and market news once, however many sockets got them, and not if none did", func() {
		s := startSite(nil, nil)
		for _, name := range []string{"tier_pattern", "market_state_update"} {
			s.sockets.Router().Route(toEveryone(name, 0))
		}
		Expect(s.sockets.Router().Subscribe(rooms.Subscription{Room: rooms.UserRoom("away"), Topic: rooms.TierPatterns})).To(Succeed())
		s.sockets.Router().Route(rooms.Event{
			Name: "tier_pattern", Audience: rooms.Audience{Namespace: "/", Topic: rooms.TierPatterns}, Payload: []byte(`1`),
		})
		enterBrowser(s.url)
		enterBrowser(s.url)
		for _, name := range []string{
			"tier_pattern", "tier_pattern", "market_state_update", "critical_alert", "tier_pattern_alert_daily", "tier_pattern_alert_combo",
		} {
			s.sockets.Router().Route(toEveryone(name, 0))
		}
		Expect(s.stats()).To(And(
			HaveKeyWithValue("patterns_broadcast", 2.0), HaveKeyWithValue("market_updates_sent", 1.0),
			HaveKeyWithValue("alerts_generated", 2.0), HaveKeyWithValue("critical_alerts", 1.0),
			HaveKeyWithValue("events_broadcast", 6.0), HaveKeyWithValue("routing_total_events", 9.0),
		))
	})

	It("tell true means beside the quantiles", func() {
		s := startSite(nil, nil)
		enterBrowser(s.url)
		for range 3 {
			s.sockets.Router().Route(toEveryone("quick", 0))
		}
		s.sockets.Router().Route(toEveryone("slow", 40*time.Second))
		stats := s.stats()
		Expect(stats["avg_broadcast_latency_ms"]).To(BeNumerically(">=", 10_000))
		Expect(stats["broadcast_latency_p50_ms"]).To(BeNumerically("<", 10_000))
		Expect(stats["broadcast_latency_p95_ms"]).To(BeNumerically(">=", 40_000))
		Expect(stats["broadcast_latency_p99_ms"]).To(BeNumerically(">=", 40_000))
	})

	It("are part of health, beside the targets", func() {
		var body struct {
			Service, Message string
			Timestamp        float64
			Stats            map[string]any
			Targets          map[string]any `json:"performance_targets"`
		}
		s := startSite(nil, nil)
		Expect(json.Unmarshal([]byte(s.ask("GET", "/api/websocket/health").body), &body)).To(Succeed())
		Expect(body.Service).To(Equal("universal_websocket_manager"))
		Expect(body.Message).To(Equal("Service operating normally"))
		Expect(body.Timestamp).To(BeNumerically("~", float64(time.Now().Unix()), 60))
		Expect(body.Targets).To(Equal(map[string]any{
			"filtering_target_ms": 5.0, "broadcast_target_ms": 100.0, "target_concurrent_users": 500.0,
		}))
		stats := s.stats()
		Expect(body.Stats).To(HaveLen(len(stats)))
		for name := range stats {
			Expect(body.Stats).To(HaveKey(name))
		}
	})
})

var _ = Describe("Health", func() {
	broken := func(s *site) {
		s.sockets.Router().Route(rooms.Event{Name: "broken", Audience: rooms.Audience{Namespace: "/"}, Payload: []byte(`NaN`)})
	}

	It("warns of slow broadcasts, and stays ready", func() {
		s := startSite(nil, nil)
		s.sockets.Router().Route(toEveryone("slow", time.Second))
		body := s.health()
		Expect(body.Status).To(Equal("warning"))
		Expect(body.Reasons).To(HaveExactElements(MatchRegexp(`^a broadcast takes 1\d+\.\d ms$`)))
		Expect(s.ask("GET", "/readyz").body).To(MatchJSON(`{"ready":true,"reasons":[]}`))
		Expect(s.ask("GET", "/metrics").body).To(ContainSubstring("\ntickcast_ready 1\n"))
	})

	It("is in error after more than ten broadcasts that broke, and stays ready", func() {
		s := startSite(nil, nil)
		enterBrowser(s.url)
		for range 10 {
			broken(s)
		}
		Expect(s.health().Status).To(Equal("healthy"))
		broken(s)
		Expect(s.health()).To(And(HaveField("Status", "error"), HaveField("Reasons", []string{"11 broadcast errors"})))
		Expect(s.ask("GET", "/readyz").status).To(Equal(200))
		Expect(s.ask("GET", "/api/websocket/health").status).To(Equal(200))
	})

	It("names every reason, the worst first", func() {
		s := startSite(nil, nil)
		enterBrowser(s.url)
		for range 11 {
			broken(s)
		}
		s.redis.Store(&server.RedisState{State: "connecting", Producer: "offline"})
		s.server.SetDraining()
		Expect(s.health()).To(And(HaveField("Status", "draining"), HaveField("Reasons", []string{
			"redis is connecting", "the server is shutting down", "11 broadcast errors",
			"TickStockPL producer appears offline - using fallback detection",
		})))
		Expect(s.ask("GET", "/readyz").body).To(MatchJSON(`{"ready":false,"reasons":["redis is connecting","the server is shutting down"]}`))
	})

	It("is no worse for what browsers get wrong", func() {
		s := startSite(nil, nil)
		b := enterBrowser(s.url)
		for range 8 { // fewer requests than would be too many at once
			for _, name := range []string{"subscribe_patterns", "subscribe_tickers", "subscribe_tickstockpl_watchlist", "request_tickstockpl_chart_data"} {
				b.emit(name, "nonsense")
				b.next("error")
			}
			b.emit("subscribe_watchlist", "nonsense")
			b.emit("subscribe_tickers", map[string]any{"tickers": []string{strings.Repeat("x", 65)}})
			b.next("error")
		}
		b.expectNothing()
		Expect(s.health()).To(And(HaveField("Status", "healthy"), HaveField("Counters.EventsRefused", 48), HaveField("Counters.SubscriptionErrors", 0)))
	})

	DescribeTable("tells our failures from bad requests",
		func(err error, ours bool) { Expect(server.Ours(fmt.Errorf("subscribe: %w", err))).To(Equal(ours)) },
		Entry("a filter", rooms.Filter{ConfidenceMin: 2}.Validate(), false),
		Entry("a subscription's id", rooms.Subscription{Room: "a", Topic: rooms.Flow, ID: "\x00"}.Validate(), false),
		Entry("too many of them", rooms.ErrTooMany, false),
		Entry("anything else", io.ErrUnexpectedEOF, true),
	)

	It("is worse for handlers that break", func() {
		s := startSiteWith(nil, server.Sources{Charts: brokenCharts{}})
		b := enterBrowser(s.url)
		for range 11 {
			b.emit("request_tickstockpl_chart_data", map[string]any{"symbol": "AAPL"})
		}
		b.expectNothing()
		Expect(s.health()).To(And(HaveField("Status", "error"), HaveField("Reasons", []string{"11 subscription errors"})))
		Expect(s.ask("GET", "/metrics").body).To(ContainSubstring("\ntickcast_subscription_errors_total 11\n"))
	})
})

type brokenCharts struct{}

func (brokenCharts) Bars(string, string) json.RawMessage { panic("charts are broken") }
