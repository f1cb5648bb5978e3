package server

import (
	"net/http"
	"strings"
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// statistics is one flat object, under the names that the Flask application's tools know. Names of
// theirs that could only be invented here are missing: hit rates of caches (there are none), batches
// (nothing is batched), routing rules, indexes by bucket, and how many patterns were of high priority.
type statistics struct {
	audienceStats
	deliveryStats
	latencyStats
	indexStats
	tierStats
	faultStats
	Streaming      streamingStats `json:"streaming_buffer"`
	StartTime      float64        `json:"start_time"`
	RuntimeSeconds float64        `json:"runtime_seconds"`
	UptimeHours    float64        `json:"uptime_hours"`
	LastUpdated    float64        `json:"last_updated"`
}

// audienceStats are of this moment, but for TotalConnections.
type audienceStats struct {
	TotalUsers            int                 `json:"total_users"`  // logged in and connected
	UniqueUsers           int                 `json:"unique_users"` // the same, as another tool calls them
	TotalSubscriptions    int                 `json:"total_subscriptions"`
	ActiveSubscriptions   int                 `json:"active_subscriptions"` // all are: one that is not is gone
	SubscriptionBreakdown map[rooms.Topic]int `json:"subscription_breakdown"`
	ActiveConnections     int                 `json:"active_connections"`
	TotalConnections      uint64              `json:"total_connections"` // since the start
}

// deliveryStats count since the start.
type deliveryStats struct {
	EventsBroadcast          uint64 `json:"events_broadcast"` // that somebody got
	EventsDelivered          uint64 `json:"events_delivered"` // times sockets
	BroadcastEventsDelivered uint64 `json:"broadcast_events_delivered"`
	BroadcastRateLimited     uint64 `json:"broadcast_rate_limited"`
	BroadcastHourLimited     uint64 `json:"broadcast_hour_limited"`
	RoutingTotalEvents       uint64 `json:"routing_total_events"`
	EventsRateLimited        uint64 `json:"events_rate_limited"` // the same as broadcast_rate_limited, as another tool calls it
	MessagesSent             uint64 `json:"messages_sent"`       // answers to browsers among them
	Disconnections           uint64 `json:"disconnections"`
}

// tierStats count events that reached somebody, by their names.
type tierStats struct {
	TierSubscriptions int    `json:"tier_subscriptions"`
	PatternsBroadcast uint64 `json:"patterns_broadcast"`
	MarketUpdatesSent uint64 `json:"market_updates_sent"`
	AlertsGenerated   uint64 `json:"alerts_generated"`
	CriticalAlerts    uint64 `json:"critical_alerts"` // of the producer
}

// faultStats are ours, but for ConnectionErrors: a browser's bad request is no fault here.
type faultStats struct {
	RoutingErrors      uint64 `json:"routing_errors"`
	SubscriptionErrors uint64 `json:"subscription_errors"`
	BroadcastErrors    uint64 `json:"broadcast_errors"`
	ConnectionErrors   uint64 `json:"connection_errors"`
}

func (s *Server) statistics(w http.ResponseWriter, _ *http.Request) {
	io, routed := s.sockets.io.Stats(), s.sockets.router.Stats()
	writeJSON(w, http.StatusOK, s.reportStatistics(io, routed, s.reportCounters(io, routed)))
}

func (s *Server) reportStatistics(io sio.Stats, routed rooms.Stats, counters counterReport) statistics {
	now := time.Now()
	uptime := now.Sub(s.started)
	return statistics{
		audienceStats: s.audience(io, routed),
		deliveryStats: delivered(io, routed),
		latencyStats:  latenciesOf(routed),
		indexStats:    indexOf(routed),
		tierStats:     tiersOf(routed, s.sockets.sent.counted()),
		faultStats: faultStats{
			RoutingErrors:      routed.Failed,
			SubscriptionErrors: counters.SubscriptionErrors,
			BroadcastErrors:    counters.BroadcastErrors,
			ConnectionErrors:   counters.ConnectionErrors,
		},
		Streaming:      streamingOf(s.redis().Buffer),
		StartTime:      epoch(s.started),
		RuntimeSeconds: rounded(uptime.Seconds(), 1),
		UptimeHours:    rounded(uptime.Hours(), 2),
		LastUpdated:    epoch(now),
	}
}

func (s *Server) audience(io sio.Stats, routed rooms.Stats) audienceStats {
	users, subscriptions := s.sockets.users.Counts().Users, reportSubscriptions(routed)
	return audienceStats{
		TotalUsers:            users,
		UniqueUsers:           users,
		TotalSubscriptions:    subscriptions.Total,
		ActiveSubscriptions:   subscriptions.Total,
		SubscriptionBreakdown: subscriptions.Topics,
		ActiveConnections:     reportConnections(io).Total,
		TotalConnections:      io.Engine.Handshake,
	}
}

func delivered(io sio.Stats, routed rooms.Stats) deliveryStats {
	stats := deliveryStats{
		EventsBroadcast:          routed.Reached,
		EventsDelivered:          routed.Delivered,
		BroadcastEventsDelivered: routed.Delivered,
		BroadcastRateLimited:     routed.RateLimited,
		BroadcastHourLimited:     routed.HourLimited,
		EventsRateLimited:        routed.RateLimited,
		RoutingTotalEvents:       routed.Routed,
	}
	for _, namespace := range io.Namespaces {
		stats.MessagesSent += namespace.Deliveries
	}
	for _, closed := range io.Engine.Closed {
		stats.Disconnections += closed
	}
	return stats
}

func tiersOf(routed rooms.Stats, sent map[string]uint64) tierStats {
	stats := tierStats{
		TierSubscriptions: routed.Subscriptions[rooms.TierPatterns] + routed.Subscriptions[rooms.TierColumns],
		PatternsBroadcast: sent["tier_pattern"],
		MarketUpdatesSent: sent["market_state_update"],
		CriticalAlerts:    sent["critical_alert"],
	}
	for name, n := range sent {
		if strings.HasPrefix(name, "tier_pattern_alert_") {
			stats.AlertsGenerated += n
		}
	}
	return stats
}
