package server_test

import (
	"encoding/json"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
)

// healthBody is what operators read of health.
type healthBody struct {
	Status        string
	Reasons       []string
	Version       string
	StartedAt     float64 `json:"started_at"`
	UptimeSeconds float64 `json:"uptime_seconds"`
	Connections   struct {
		Total      int
		Transports map[string]int
		Protocols  map[string]int
		Sockets    map[string]int
	}
	Users         int
	Subscriptions struct {
		Total  int
		Topics map[string]int
	}
	Auth  struct{ Callback, Reason string }
	Redis struct {
		State       string
		Hearing     bool
		Since       *float64
		Reason      string
		Embedded    bool
		Losses      int
		LastProbeMS *float64 `json:"last_probe_ms"`
		Backlog     json.RawMessage
	}
	Upstream *struct {
		Reachable *bool
		Since     *float64
		Reason    string
		Requests  map[string]int
	}
	Channels map[string]struct {
		Received  int
		LastEvent *float64 `json:"last_event"`
		Rejected  map[string]int
	}
	Counters struct {
		EventsIn           map[string]int `json:"events_in"`
		EventsOut          map[string]int `json:"events_out"`
		SubscriptionErrors int            `json:"subscription_errors"`
		UnknownEvents      int            `json:"unknown_events"`
		EventsRefused      int            `json:"events_refused"`
		Routed             int
		Unmatched          int
		Delivered          int
		BroadcastErrors    int            `json:"broadcast_errors"`
		ConnectionErrors   int            `json:"connection_errors"`
		RequestsRefused    map[string]int `json:"requests_refused"`
		SocketsRefused     int            `json:"sockets_refused"`
		Identities         map[string]int
		Cuts               map[string]int
		Recoveries         map[string]int
		Unkept             int
		Disconnects        map[string]int
		SlowCloses         int `json:"slow_closes"`
		Panics             map[string]int
	}
	Latency map[string]struct {
		P50 float64 `json:"p50_ms"`
		P95 float64 `json:"p95_ms"`
		P99 float64 `json:"p99_ms"`
	}
}

func (s *site) health() healthBody {
	GinkgoHelper()
	var body healthBody
	Expect(json.Unmarshal([]byte(s.ask("GET", "/api/websocket/health").body), &body)).To(Succeed())
	return body
}

var _ = Describe("Health", func() {
	deaf := server.RedisState{State: "connecting", Reason: "connection refused", Losses: 2}

	DescribeTable("tells how we are",
		func(redis server.RedisState, draining bool, status string, code, readyCode int, reasons []string) {
			s := startSite(nil, nil)
			s.redis.Store(&redis)
			if draining {
				s.server.SetDraining()
			}
			Expect(s.ask("GET", "/api/websocket/health").status).To(Equal(code))
			body := s.health()
			Expect(body.Status).To(Equal(status))
			Expect(body.Reasons).To(Equal(reasons))

			ready := s.ask("GET", "/readyz")
			Expect(ready.status).To(Equal(readyCode))
			Expect(ready.body).To(MatchJSON(asJSON(map[string]any{"ready": readyCode == 200, "reasons": reasons})))
			Expect(s.ask("GET", "/healthz").status).To(Equal(http.StatusOK), "the process lives in any case")
		},
		Entry("healthy while Redis is heard", hearing(), false, "healthy", 200, 200, []string{}),
		Entry("degraded but serving, and not ready, while Redis is not heard",
			deaf, false, "degraded", 200, 503, []string{"redis is connecting: connection refused"}),
		Entry("degraded without a reason given",
			server.RedisState{State: "starting"}, false, "degraded", 200, 503, []string{"redis is starting"}),
		Entry("draining once it is told to", hearing(), true, "draining", 503, 503, []string{"the server is shutting down"}),
		Entry("draining with all reasons",
			deaf, true, "draining", 503, 503, []string{"redis is connecting: connection refused", "the server is shutting down"}),
	)

	It("describes the connections, users and subscriptions of this moment", func() {
		s := startSite(nil, byCookie)
		first := enterBrowser(s.url, "Cookie", "user=7")
		enterBrowser(s.url, "Cookie", "user=7")
		enterBrowser(s.url)
		body := s.health()
		Expect(body.Version).To(Equal("1.2.3"))
		Expect(body.StartedAt).To(BeNumerically("~", float64(time.Now().Unix()), 60))
		Expect(body.UptimeSeconds).To(BeNumerically(">=", 0))
		Expect(body.Connections.Total).To(Equal(3))
		Expect(body.Connections.Transports).To(Equal(map[string]int{"websocket": 3, "polling": 0}))
		Expect(body.Connections.Protocols).To(Equal(map[string]int{"3": 0, "4": 3}))
		Expect(body.Connections.Sockets).To(Equal(map[string]int{"/": 3, "/tickstockpl": 0, "/admin-ws": 0}))
		Expect(body.Users).To(Equal(1))
		Expect(body.Subscriptions.Total).To(Equal(3))
		Expect(body.Subscriptions.Topics).To(Equal(map[string]int{"patterns": 3}))

		first.close()
		Eventually(func() int { return s.health().Subscriptions.Total }).Should(Equal(2))
		body = s.health()
		Expect(body.Users).To(Equal(1), "the other tab is still here")
		Expect(body.Connections.Total).To(Equal(2))
		Expect(body.Counters.Disconnects).To(HaveKeyWithValue("transport close", 1))
	})

	It("describes Redis and its channels", func() {
		s := startSite(nil, nil)
		at := time.Unix(1758902400, 250e6)
		s.redis.Store(&server.RedisState{
			State: "subscribed", Hearing: true, Since: at, Embedded: true, Losses: 3, LastProbe: 1500 * time.Microsecond,
			Backlog: server.BacklogState{Enabled: true, Kept: 9, Failed: 2, Waiting: 1, Filled: 4, Gaps: 1, Newest: "12-3"},
			Channels: map[string]server.ChannelState{
				"tickstock.events.patterns": {Received: 9, LastEvent: at, Rejected: map[string]uint64{"not_json": 1}},
				"tickstock.health.status":   {},
			},
		})
		body := s.health()
		Expect(body.Redis.State).To(Equal("subscribed"))
		Expect(body.Redis.Since).To(HaveValue(Equal(1758902400.25)))
		Expect(body.Redis.Embedded).To(BeTrue())
		Expect(body.Redis.Losses).To(Equal(3))
		Expect(body.Redis.LastProbeMS).To(HaveValue(Equal(1.5)))
		Expect(body.Redis.Backlog).To(MatchJSON(`{"enabled":true,"kept":9,"failed":2,"waiting":1,"filled":4,"gaps":1,"newest":"12-3"}`))
		patterns := body.Channels["tickstock.events.patterns"]
		Expect(patterns.Received).To(Equal(9))
		Expect(patterns.LastEvent).To(HaveValue(Equal(1758902400.25)))
		Expect(patterns.Rejected).To(Equal(map[string]int{"not_json": 1}))
		quiet := body.Channels["tickstock.health.status"]
		Expect(quiet.LastEvent).To(BeNil())
		Expect(quiet.Rejected).To(Equal(map[string]int{}))
	})

	It("counts what went through, and how long it took", func() {
		s := startSite(nil, nil)
		b := enterBrowser(s.url)
		b.emit("heartbeat")
		b.next("heartbeat_ack")
		b.emit("subscribe_patterns", nil)
		b.next("error")
		s.sockets.Router().Route(alert("Doji"))
		b.next("pattern_alert")
		s.sockets.Router().Route(rooms.Event{Name: "broken", Audience: rooms.Audience{Namespace: "/"}, Payload: []byte(`{"NaN":NaN}`)})
		s.ask("GET", "/socket.io/?EIO=2&transport=polling")

		body := s.health()
		Expect(body.Counters.EventsIn).To(SatisfyAll(
			HaveKeyWithValue("heartbeat", 1), HaveKeyWithValue("subscribe_patterns", 1), HaveKeyWithValue("unsubscribe_patterns", 0)))
		Expect(body.Counters.EventsOut).To(Equal(map[string]int{
			"connection_confirmed": 1, "heartbeat_ack": 1, "error": 1, "pattern_alert": 1, "broken": 0,
		}))
		Expect(body.Counters.EventsRefused).To(Equal(1))
		Expect(body.Counters.Routed).To(Equal(2))
		Expect(body.Counters.Delivered).To(Equal(1))
		Expect(body.Counters.BroadcastErrors).To(Equal(1))
		Expect(body.Counters.ConnectionErrors).To(Equal(1))
		Expect(body.Latency["match"].P99).To(BeNumerically(">", 0))
		Expect(body.Latency["handover"].P99).To(BeNumerically(">", 0))
		Expect(body.Latency["write"].P99).To(BeNumerically(">", 0))
	})

	It("is of this moment, and says so to caches", func() {
		got := startSite(nil, nil).ask("GET", "/api/websocket/health")
		Expect(got.header.Get("Cache-Control")).To(Equal("no-store"))
		Expect(got.header.Get("Content-Type")).To(Equal("application/json"))
	})
})
