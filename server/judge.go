package server

import (
	"fmt"
	"slices"
	"time"
)

// Beyond these an operator should look.
const (
	slowFilteringMS = 10.0  // in the mean
	slowBroadcastMS = 100.0 // in the mean
	manyErrors      = 10    // of one kind, since the start
)

// judge says how we are, and every reason why it is not better, the worst first.
func (s *Server) judge(redis RedisState, stats statistics, now time.Time) (status string, reasons []string) {
	status, reasons = s.readiness(redis)
	if outage := s.upstream.outage(); outage != "" {
		reasons = append(reasons, outage)
		if status == statusHealthy {
			status = statusDegraded
		}
	}
	errors, warnings := stats.errors(), slices.Concat(stats.warnings(), redis.troubles(now), s.sockets.callback().troubles())
	switch {
	case status != statusHealthy:
	case len(errors) > 0:
		status = statusError
	case len(warnings) > 0:
		status = statusWarning
	}
	return status, append(append(reasons, errors...), warnings...)
}

func (s statistics) errors() (reasons []string) {
	if s.SubscriptionErrors > manyErrors {
		reasons = append(reasons, fmt.Sprintf("%d subscription errors", s.SubscriptionErrors))
	}
	if s.BroadcastErrors > manyErrors {
		reasons = append(reasons, fmt.Sprintf("%d broadcast errors", s.BroadcastErrors))
	}
	return reasons
}

func (s statistics) warnings() (reasons []string) {
	if s.AvgFiltering > slowFilteringMS {
		reasons = append(reasons, fmt.Sprintf("filtering takes %.1f ms", s.AvgFiltering))
	}
	if s.AvgBroadcast > slowBroadcastMS {
		reasons = append(reasons, fmt.Sprintf("a broadcast takes %.1f ms", s.AvgBroadcast))
	}
	return reasons
}
