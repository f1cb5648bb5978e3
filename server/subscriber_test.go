package server_test

import (
	"encoding/json"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/server"
)

// subscriber is how well health says that we hear the producer.
type subscriber struct {
	Status, Message string
	Stats           map[string]any
	Online          bool    `json:"tickstock_pl_online"`
	LastCheck       float64 `json:"last_check"`
}

func (s *site) subscriber() subscriber {
	GinkgoHelper()
	var body struct{ Subscriber subscriber }
	Expect(json.Unmarshal([]byte(s.ask("GET", "/api/websocket/health").body), &body)).To(Succeed())
	return body.Subscriber
}

var _ = Describe("The subscriber's health", func() {
	lastHeard := func(ago time.Duration) map[string]server.ChannelState {
		return map[string]server.ChannelState{"a": {LastEvent: time.Now().Add(-ago)}, "b": {}, "c": {LastEvent: time.Now().Add(-time.Hour)}}
	}
	const (
		offline = "TickStockPL producer appears offline - using fallback detection"
		silent  = "No events received in last 5 minutes"
		well    = "Service operating normally"
	)

	DescribeTable("is the first of its troubles; health warns of what is amiss now",
		func(redis server.RedisState, status, message, overall string) {
			s := startSite(nil, nil)
			s.redis.Store(&redis)
			Expect(s.subscriber()).To(And(HaveField("Status", status), HaveField("Message", message)))
			Expect(s.health().Status).To(Equal(overall))
		},
		Entry("all is well", server.RedisState{Hearing: true, Producer: "online"}, "healthy", well, "healthy"),
		Entry("nobody could ask for the producer", server.RedisState{Hearing: true, Producer: "unknown"}, "healthy", well, "healthy"),
		Entry("Redis is away", server.RedisState{Losses: 9, Producer: "offline"}, "error", "Subscriber service not running", "degraded"),
		Entry("five losses are few", server.RedisState{Hearing: true, Losses: 5}, "healthy", well, "healthy"),
		Entry("six losses are many, even if past", server.RedisState{Hearing: true, Losses: 6}, "degraded", "Multiple connection errors (6)", "healthy"),
		Entry("losses come before the producer", server.RedisState{Hearing: true, Losses: 6, Producer: "offline"}, "degraded", "Multiple connection errors (6)", "warning"),
		Entry("the producer is offline", server.RedisState{Hearing: true, Producer: "offline"}, "warning", offline, "warning"),
		Entry("the producer comes before silence", server.RedisState{Hearing: true, Producer: "offline", Channels: lastHeard(time.Hour)}, "warning", offline, "warning"),
		Entry("nothing came for five minutes", server.RedisState{Hearing: true, Producer: "online", Channels: lastHeard(301 * time.Second)}, "warning", silent, "warning"),
		Entry("the last event of any channel counts", server.RedisState{Hearing: true, Channels: lastHeard(200 * time.Second)}, "healthy", well, "healthy"),
		Entry("nothing ever came", server.RedisState{Hearing: true, Channels: map[string]server.ChannelState{"a": {}}}, "healthy", well, "healthy"),
	)

	It("counts over all channels", func() {
		s := startSite(nil, nil)
		at := time.Unix(1758902400, 250e6)
		s.redis.Store(&server.RedisState{
			Hearing: true, Losses: 2, Producer: "online", LastBeat: at,
			Channels: map[string]server.ChannelState{
				"tickstock.health.status":   {Received: 1, Events: 1},
				"tickstock.events.patterns": {Received: 9, Dropped: 1, Events: 12, LastEvent: at, Rejected: map[string]uint64{"not_json": 1, "probe": 2, "missing_symbol": 30}},
				"other":                     {Received: 1, Dropped: 1, Rejected: map[string]uint64{"unknown_channel": 1}},
			},
		})
		found := s.subscriber()
		Expect(found.Online).To(BeTrue())
		Expect(found.LastCheck).To(BeNumerically("~", float64(time.Now().Unix()), 60))
		Expect(found.Stats).To(And(
			HaveKeyWithValue("events_received", 11.0), HaveKeyWithValue("events_processed", 9.0),
			HaveKeyWithValue("events_forwarded", 13.0), HaveKeyWithValue("events_dropped", 2.0),
			HaveKeyWithValue("connection_errors", 2.0), HaveKeyWithValue("last_event_time", 1758902400.25),
			HaveKeyWithValue("is_running", true), HaveKey("runtime_seconds"), HaveKeyWithValue("events_per_second", BeNumerically(">", 0)),
			HaveKeyWithValue("subscribed_channels", []any{"tickstock.events.patterns", "tickstock.health.status"}),
		))
	})

	It("is subscribed to nothing while Redis is away", func() {
		s := startSite(nil, nil)
		s.redis.Store(&server.RedisState{Channels: map[string]server.ChannelState{"a": {}}})
		Expect(s.subscriber().Stats).To(And(
			HaveKeyWithValue("subscribed_channels", []any{}), HaveKeyWithValue("is_running", false), HaveKeyWithValue("last_event_time", BeNil())))
	})
})
