package server

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tickstock/tickcast/rooms"
)

// A dialect is how one kind of caller writes a filter.
type dialect struct {
	parent string      // the key that holds the filter
	keys   []filterKey // of two that mean the same the later one counts
	strict bool        // any other key is refused: a typo must not silently mean everything
}

// universalFilters are those of the universal subscription API.
func universalFilters() dialect {
	return dialect{parent: "filters", strict: true, keys: []filterKey{
		{"pattern_types", readPatterns},
		{"symbols", readSymbols},
		{"tiers", readTiers},
		{"market_regimes", readRegimes},
		{"confidence_min", readFraction},
		{"priority_min", readPriority},
		{"max_events_per_hour", readPerHour},
		{"market_hours_only", readMarketHours},
	}}
}

// tierFilters are those of the pages with a column for each tier. Their own tiers mean nothing: the column is one.
func tierFilters() dialect {
	return dialect{parent: "filters", keys: []filterKey{
		{"patterns", readPatterns},
		{"pattern_types", readPatterns},
		{"symbols", readSymbols},
		{"confidence", loose(readFraction)},
		{"confidence_min", loose(readFraction)},
		{"priority", readPriority},
		{"priority_min", readPriority},
		{"max_events_per_hour", loose(readPerHour)},
		{"market_hours_only", readMarketHours},
	}}
}

// alertPreferences are those of a user's pattern alerts, beside which pages keep much else. The
// application's thresholds are percentages.
func alertPreferences() dialect {
	return dialect{parent: "preferences", keys: []filterKey{
		{"patterns", readPatterns},
		{"pattern_types", readPatterns},
		{"symbols", readSymbols},
		{"tiers", readTiers},
		{"confidence", loose(readPercentage)},
		{"confidence_threshold", loose(readPercentage)},
		{"confidence_min", loose(readPercentage)},
		{"priority", readPriority},
		{"priority_min", readPriority},
		{"max_events_per_hour", loose(readPerHour)},
		{"market_hours_only", readMarketHours},
	}}
}

// read returns base with what is sent in place of what base says. A refusal is a FieldError.
func (d dialect) read(sent json.RawMessage, base rooms.Filter) (rooms.Filter, error) {
	if isNull(sent) {
		return base, nil
	}
	values, err := d.collect(sent)
	if err != nil {
		return rooms.Filter{}, err
	}
	for _, key := range d.keys {
		value := values[key.name]
		if isNull(value) {
			continue
		}
		if refused := key.apply(&base, value); refused != nil {
			refused.Field = d.parent + "." + key.name + refused.Field
			return rooms.Filter{}, refused
		}
	}
	return base, nil
}

// collect finds the values of the dialect's keys; the last one of a name counts.
func (d dialect) collect(sent json.RawMessage) (map[string]json.RawMessage, error) {
	if !isObject(sent) {
		return nil, &rooms.FieldError{Field: d.parent, Problem: "must be an object"}
	}
	values := make(map[string]json.RawMessage, len(d.keys))
	for _, key := range d.keys {
		values[key.name] = nil
	}
	for name, value := range fieldsOf(sent) {
		if _, known := values[name]; known {
			values[name] = value
		} else if d.strict {
			return nil, &rooms.FieldError{Field: d.parent + "." + clip(name), Problem: "no such filter, known are " + d.names()}
		}
	}
	return values, nil
}

func (d dialect) names() string {
	names := make([]string, len(d.keys))
	for i, key := range d.keys {
		names[i] = key.name
	}
	return strings.Join(names, ", ")
}

// clip keeps what somebody sent from filling an answer.
func clip(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), rooms.MaxValueLength)], "")
}

// filterReport is a filter under the names of the universal API; what restricts nothing is left out.
type filterReport struct {
	Patterns      []string `json:"pattern_types,omitempty"`
	Symbols       []string `json:"symbols,omitempty"`
	Tiers         []string `json:"tiers,omitempty"`
	Regimes       []string `json:"market_regimes,omitempty"`
	ConfidenceMin float64  `json:"confidence_min,omitempty"`
	PriorityMin   string   `json:"priority_min,omitempty"`
	MaxPerHour    int      `json:"max_events_per_hour,omitempty"`
	MarketHours   bool     `json:"market_hours_only,omitempty"`
}

func reportFilter(f rooms.Filter) filterReport {
	return filterReport{
		Patterns:      f.Patterns,
		Symbols:       f.Symbols,
		Tiers:         f.Tiers,
		Regimes:       f.Regimes,
		ConfidenceMin: f.ConfidenceMin,
		PriorityMin:   f.PriorityMin.String(),
		MaxPerHour:    f.MaxPerHour,
		MarketHours:   f.MarketHours,
	}
}

// at is a refusal of a member of a list, or of the whole value if the place is empty.
func at(place, format string, args ...any) *rooms.FieldError {
	return &rooms.FieldError{Field: place, Problem: fmt.Sprintf(format, args...)}
}
