package bench

import (
	"fmt"
	"strings"
)

// figures are what a scenario has measured. A name ends in its unit: "delivery p95 ms".
type figures map[string]float64

// quantiles takes sorted latencies. Of none there is nothing to say.
func (f figures) quantiles(of string, sorted []int32) {
	if len(sorted) == 0 {
		return
	}
	f[of+" avg ms"] = mean(sorted)
	f[of+" p95 ms"] = quantile(sorted, 0.95)
	f[of+" p99 ms"] = quantile(sorted, 0.99)
	f[of+" max ms"] = quantile(sorted, 1)
}

// limit is what a figure must be: below the bound, at least the bound, above it or exactly it. Without a sense it is only shown.
type limit struct {
	Figure string  `json:"figure"`
	Sense  string  `json:"sense,omitempty"` // <, ≥, > or =
	Bound  float64 `json:"bound,omitempty"`
}

// holds is false for what was not measured.
func (l limit) holds(f figures) bool {
	measured, is := f[l.Figure]
	switch l.Sense {
	case "<":
		return is && measured < l.Bound
	case "≥":
		return is && measured >= l.Bound
	case ">":
		return is && measured > l.Bound
	case "=":
		return is && measured == l.Bound
	}
	return is
}

// margin is how many times better than the limit; 0 = no meaning.
func (l limit) margin(f figures) float64 {
	better, worse := f[l.Figure], l.Bound
	switch l.Sense {
	case "<":
		better, worse = worse, better
	case "≥", ">":
	default:
		return 0
	}
	if better <= 0 || worse <= 0 {
		return 0
	}
	return better / worse
}

// String is empty for what is only shown.
func (l limit) String() string {
	if l.Sense == "" {
		return ""
	}
	return l.Sense + " " + amount(l.Bound) + l.unit()
}

func (l limit) name() string { name, _ := l.split(); return name }
func (l limit) unit() string { _, unit := l.split(); return unit }

func (l limit) split() (name, unit string) {
	at := strings.LastIndexByte(l.Figure, ' ')
	if at < 0 {
		return l.Figure, ""
	}
	return l.Figure[:at], l.Figure[at:]
}

// amount writes a figure as exactly as it is worth.
func amount(v float64) string {
	switch size := max(v, -v); {
	case v == float64(int64(v)):
		return fmt.Sprintf("%.0f", v)
	case size < 0.1:
		return fmt.Sprintf("%.4f", v)
	case size < 10:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.1f", v)
}
