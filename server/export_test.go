package server

import "time"

// QuantilesOf are the quantiles that health would tell of these durations.
func QuantilesOf(durations ...time.Duration) func(q float64) time.Duration {
	l := newLatency("test_seconds", "For a spec.")
	for _, d := range durations {
		l.observe(d)
	}
	return l.Quantile
}

// EventNames are the names in the table of browser events.
func EventNames() (names []string) {
	for _, row := range browserEvents() {
		names = append(names, row.Name)
	}
	return names
}

// NamespaceNames are the names in the table of namespaces.
func NamespaceNames() (names []string) {
	for _, row := range namespaces() {
		names = append(names, row.Name)
	}
	return names
}
