package redisbridge

import (
	"slices"
	"strings"
)

// ownEvents are made here of what is heard in Redis, and by Flask's own subscriber of the same messages: its
// copies are not wanted. A name that ends with * is a beginning.
func ownEvents() []string {
	return []string{
		"pattern_alert", "pattern_detected", "tier_pattern", "tier_pattern_*", "event_batch",
		"backtest_progress", "backtest_result", "system_health", "market_state_update", "processing_status_update",
		"streaming_session", "streaming_health", "streaming_pattern", "streaming_patterns_batch",
		"streaming_indicator", "streaming_indicators_batch", "indicator_alert", "critical_alert", "indicator_update",
		"tick_data", "tick_update", "metrics_update", "watchlist_price_update", "chart_data_update",
		"market_alert", "market_movers_update", "market_statistics_update",
		"tickstockpl_*", "dashboard_price_update", "dashboard_ohlcv_update", "dashboard_market_summary", "dashboard_market_event",
	}
}

// ignoreNothing is the setting's word for an empty list: unset, it is our own events.
const ignoreNothing = "none"

// ignoredEvents are the names of events that are not taken from the queue.
type ignoredEvents struct {
	names      map[string]bool
	beginnings []string
}

func newIgnoredEvents(setting string) ignoredEvents {
	listed := strings.FieldsFunc(setting, func(r rune) bool { return r == ',' || r == ' ' })
	switch {
	case len(listed) == 0:
		listed = ownEvents()
	case slices.Equal(listed, []string{ignoreNothing}):
		listed = nil
	}
	ignored := ignoredEvents{names: make(map[string]bool)}
	for _, name := range listed {
		if beginning, open := strings.CutSuffix(name, "*"); open {
			ignored.beginnings = append(ignored.beginnings, beginning)
			continue
		}
		ignored.names[name] = true
	}
	return ignored
}

func (i ignoredEvents) has(event string) bool {
	return i.names[event] || slices.ContainsFunc(i.beginnings, func(b string) bool { return strings.HasPrefix(event, b) })
}
