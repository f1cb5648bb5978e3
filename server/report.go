package server

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/engineio"
	"github.com/tickstock/tickcast/server/sio"
)

// A report is the whole of health. Times are epoch seconds, counters since the start.
type report struct {
	Service       string                   `json:"service"`
	Status        string                   `json:"status"`
	Message       string                   `json:"message"`
	Timestamp     float64                  `json:"timestamp"`
	Reasons       []string                 `json:"reasons"`
	Version       string                   `json:"version"`
	StartedAt     float64                  `json:"started_at"`
	UptimeSeconds float64                  `json:"uptime_seconds"`
	Connections   connectionReport         `json:"connections"`
	Users         int                      `json:"users"` // distinct, without anonymous ones
	Instances     int                      `json:"instances"`
	Cluster       clusterReport            `json:"cluster"`
	Subscriptions subscriptionReport       `json:"subscriptions"`
	Auth          authReport               `json:"auth"`
	Redis         redisReport              `json:"redis"`
	Upstream      *upstreamReport          `json:"upstream"` // null = no application stands behind us
	Channels      map[string]channelReport `json:"channels"`
	Counters      counterReport            `json:"counters"`
	Latency       map[string]latencyReport `json:"latency"`
	Subscriber    subscriberReport         `json:"subscriber"`
	Stats         statistics               `json:"stats"`
	Targets       performanceTargets       `json:"performance_targets"`
}

// serviceName is what tools of the Flask application look for.
const serviceName = "universal_websocket_manager"

type connectionReport struct {
	Total      int            `json:"total"` // one may carry sockets in several namespaces
	Transports map[string]int `json:"transports"`
	Protocols  map[string]int `json:"protocols"`
	Sockets    map[string]int `json:"sockets"` // by namespace
}

type subscriptionReport struct {
	Total  int                 `json:"total"`
	Topics map[rooms.Topic]int `json:"topics"`
}

type redisReport struct {
	State       string   `json:"state"`
	Hearing     bool     `json:"hearing"`
	Since       *float64 `json:"since"`
	Reason      string   `json:"reason,omitempty"`
	Embedded    bool     `json:"embedded"`
	Producer    string   `json:"producer,omitempty"`
	LastBeat    *float64 `json:"last_beat"` // of the producer
	Losses      uint64   `json:"losses"`
	LastProbeMS *float64 `json:"last_probe_ms"`

	Backlog backlogReport `json:"backlog"`
}

type backlogReport struct {
	Enabled bool   `json:"enabled"`
	Kept    uint64 `json:"kept"`
	Failed  uint64 `json:"failed"`
	Waiting uint64 `json:"waiting"`
	Filled  uint64 `json:"filled"`
	Gaps    uint64 `json:"gaps"`
	Newest  string `json:"newest"`
}

type channelReport struct {
	Received  uint64            `json:"received"`
	LastEvent *float64          `json:"last_event"`
	Rejected  map[string]uint64 `json:"rejected"`
}

// latencyReport speaks of everything since the start, and is precise to its buckets.
type latencyReport struct {
	P50 float64 `json:"p50_ms"`
	P95 float64 `json:"p95_ms"`
	P99 float64 `json:"p99_ms"`
}

// report asks everyone, once.
func (s *Server) report() report {
	redis, io, routed, now := s.redis(), s.sockets.io.Stats(), s.sockets.router.Stats(), time.Now()
	counters := s.reportCounters(io, routed)
	stats := s.reportStatistics(io, routed, counters)
	status, reasons := s.judge(redis, stats, now)
	cluster := s.reportCluster()
	return report{
		Service:       serviceName,
		Message:       cmp.Or(strings.Join(reasons, "; "), allWell),
		Timestamp:     epoch(now),
		Status:        status,
		Reasons:       reasons,
		Version:       s.version,
		StartedAt:     epoch(s.started),
		UptimeSeconds: now.Sub(s.started).Seconds(),
		Connections:   reportConnections(io),
		Users:         s.sockets.users.Counts().Users,
		Instances:     cluster.Instances,
		Cluster:       cluster,
		Subscriptions: reportSubscriptions(routed),
		Auth:          reportAuth(s.sockets.callback()),
		Redis:         reportRedis(redis),
		Upstream:      s.upstream.report(),
		Channels:      reportChannels(redis),
		Counters:      counters,
		Latency: map[string]latencyReport{
			"match":    reportLatency(routed.Matching),   // finding the rooms of an event
			"handover": reportLatency(routed.Handover),   // from Redis into every outbox
			"write":    reportLatency(s.sockets.written), // from the outbox to the network
		},
		Subscriber: reportSubscriber(redis, s.started, now),
		Stats:      stats,
		Targets:    targets(),
	}
}

func reportConnections(io sio.Stats) connectionReport {
	r := connectionReport{Transports: map[string]int{}, Protocols: map[string]int{}, Sockets: map[string]int{}}
	for _, kind := range engineio.Kinds {
		sessions := io.Engine.Sessions[kind]
		r.Total += sessions
		r.Transports[kind.Transport] += sessions
		r.Protocols[strconv.Itoa(kind.Protocol)] += sessions
	}
	for name, namespace := range io.Namespaces {
		r.Sockets[name] = namespace.Sockets
	}
	return r
}

func reportSubscriptions(routed rooms.Stats) subscriptionReport {
	r := subscriptionReport{Topics: map[rooms.Topic]int{rooms.Patterns: 0}}
	for topic, n := range routed.Subscriptions {
		r.Topics[topic] = n
		r.Total += n
	}
	return r
}

func reportRedis(redis RedisState) redisReport {
	r := redisReport{
		State:    redis.State,
		Hearing:  redis.Hearing,
		Since:    epochOrNull(redis.Since),
		Reason:   redis.Reason,
		Embedded: redis.Embedded,
		Producer: redis.Producer,
		LastBeat: epochOrNull(redis.LastBeat),
		Losses:   redis.Losses,
		Backlog:  backlogReport(redis.Backlog),
	}
	if redis.LastProbe > 0 {
		probe := milliseconds(redis.LastProbe)
		r.LastProbeMS = &probe
	}
	return r
}

func reportChannels(redis RedisState) map[string]channelReport {
	channels := make(map[string]channelReport, len(redis.Channels))
	for _, name := range slices.Sorted(maps.Keys(redis.Channels)) {
		channel := redis.Channels[name]
		rejected := channel.Rejected
		if rejected == nil {
			rejected = map[string]uint64{} // {} to a reader, not null
		}
		channels[name] = channelReport{channel.Received, epochOrNull(channel.LastEvent), rejected}
	}
	return channels
}

func reportLatency(of interface {
	Quantile(q float64) time.Duration
}) latencyReport {
	return latencyReport{
		P50: milliseconds(of.Quantile(0.50)),
		P95: milliseconds(of.Quantile(0.95)),
		P99: milliseconds(of.Quantile(0.99)),
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
