package server

import (
	"math"
	"time"

	"github.com/tickstock/tickcast/rooms"
)

// performanceTargets are promises that tools compare with.
type performanceTargets struct {
	FilteringMS     float64 `json:"filtering_target_ms"`
	BroadcastMS     float64 `json:"broadcast_target_ms"`
	ConcurrentUsers int     `json:"target_concurrent_users"`
}

func targets() performanceTargets {
	return performanceTargets{FilteringMS: 5, BroadcastMS: 100, ConcurrentUsers: 500}
}

// latencyStats speak of everything since the start: filtering is finding the rooms of an event,
// broadcast is from its arrival until it is in every outbox.
type latencyStats struct {
	AvgFiltering float64 `json:"avg_filtering_latency_ms"`
	FilteringP50 float64 `json:"filtering_latency_p50_ms"`
	FilteringP95 float64 `json:"filtering_latency_p95_ms"`
	FilteringP99 float64 `json:"filtering_latency_p99_ms"`
	AvgBroadcast float64 `json:"avg_broadcast_latency_ms"`
	BroadcastAvg float64 `json:"broadcast_avg_latency_ms"` // the same, as another tool calls it
	RoutingAvg   float64 `json:"routing_avg_time_ms"`      // and a third
	BroadcastP50 float64 `json:"broadcast_latency_p50_ms"`
	BroadcastP95 float64 `json:"broadcast_latency_p95_ms"`
	BroadcastP99 float64 `json:"broadcast_latency_p99_ms"`
}

func latenciesOf(routed rooms.Stats) latencyStats {
	filtering, broadcast := reportLatency(routed.Matching), reportLatency(routed.Handover)
	mean := meanMS(routed.Handover)
	return latencyStats{
		AvgFiltering: meanMS(routed.Matching),
		FilteringP50: filtering.P50,
		FilteringP95: filtering.P95,
		FilteringP99: filtering.P99,
		AvgBroadcast: mean,
		BroadcastAvg: mean,
		RoutingAvg:   mean,
		BroadcastP50: broadcast.P50,
		BroadcastP95: broadcast.P95,
		BroadcastP99: broadcast.P99,
	}
}

// indexStats are of this moment, but for the look-ups.
type indexStats struct {
	LookupCount uint64         `json:"index_lookup_count"`
	AvgLookup   float64        `json:"index_avg_lookup_ms"`
	Performance string         `json:"index_performance_status"`
	Total       int            `json:"total_indexes"`
	Sizes       map[string]int `json:"index_sizes"` // distinct values that filters name
}

func indexOf(routed rooms.Stats) indexStats {
	stats := indexStats{
		LookupCount: routed.Matching.Count,
		AvgLookup:   meanMS(routed.Matching),
		Performance: "good",
		Sizes: map[string]int{
			"pattern_type":  routed.Index.Patterns,
			"symbol":        routed.Index.Symbols,
			"tier":          routed.Index.Tiers,
			"market_regime": routed.Index.Regimes,
		},
	}
	if stats.AvgLookup > targets().FilteringMS {
		stats.Performance = statusWarning
	}
	for _, size := range stats.Sizes {
		stats.Total += size
	}
	return stats
}

// meanMS is 0 as long as nothing was measured.
func meanMS(of rooms.Latency) float64 {
	if of.Count == 0 {
		return 0
	}
	return rounded(float64(of.Total)/float64(of.Count)/float64(time.Millisecond), 6)
}

func rounded(value float64, places int) float64 {
	unit := math.Pow10(places)
	return math.Round(value*unit) / unit
}
