package redisbridge

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tickstock/tickcast/rooms"
)

// choice is an object that the Flask application has written, in one of the spellings of its versions.
// What cannot be understood in it counts as not said.
type choice map[string]any

// first is the value of the first of these names that is there.
func (c choice) first(names ...string) any {
	for _, name := range names {
		if value := c[name]; value != nil {
			return value
		}
	}
	return nil
}

// names reports whether c names a pattern.
func (c choice) names() bool { return c.first("pattern_name", "pattern") != nil }

// confidence is a fraction of 1; a number above that is a percentage.
func (c choice) confidence(otherwise float64) float64 {
	v, ok := figure(c.first("confidence_threshold", "confidence", "min_confidence"))
	switch {
	case !ok:
		return otherwise
	case v > 1:
		v /= 100
	}
	return min(max(v, 0), 1)
}

func (c choice) perHour(otherwise int) int {
	v, ok := figure(c.first("max_alerts_per_hour", "alerts_per_hour", "hourly_limit"))
	if !ok {
		return otherwise
	}
	return int(min(max(v, 0), maxPerHour))
}

// quietHours stand in an object of their own, or beside the rest.
func (c choice) quietHours() (quiet rooms.QuietHours) {
	enabled, start, end := c.first("quiet_hours_enabled"), c.first("quiet_hours_start"), c.first("quiet_hours_end")
	if own, is := c["quiet_hours"].(map[string]any); is {
		enabled, start, end = own["enabled"], choice(own).first("start", "start_time"), choice(own).first("end", "end_time")
	}
	from, ok := clockTime(start)
	until, ok2 := clockTime(end)
	if refuses(enabled) || !ok || !ok2 {
		return quiet
	}
	return rooms.QuietHours{From: from, Until: until}
}

// appendWish adds what c says, if it is active. The pattern may be told by what c is called.
func (c choice) appendWish(wishes []rooms.AlertWish, called string) []rooms.AlertWish {
	pattern, _ := c.first("pattern_name", "pattern").(string)
	if pattern == "" {
		pattern = called
	}
	if pattern == "" || refuses(c.first("active", "is_active", "enabled")) || len(wishes) == maxWishes {
		return wishes
	}
	return append(wishes, rooms.AlertWish{Pattern: pattern, Confidence: c.confidence(0), Symbols: c.symbols()})
}

// symbols are a list, or a text with commas; none is any.
func (c choice) symbols() (symbols []string) {
	switch said := c["symbols"].(type) {
	case string:
		symbols = strings.FieldsFunc(said, func(r rune) bool { return r == ',' || r == ' ' })
	case []any:
		for _, symbol := range said {
			if text, is := symbol.(string); is {
				symbols = append(symbols, text)
			}
		}
	}
	return symbols
}

// refuses is true of a no, in the ways in which forms and databases write it.
func refuses(value any) bool {
	switch value := value.(type) {
	case bool:
		return !value
	case float64:
		return value == 0
	case string:
		return slices.Contains([]string{"false", "no", "off", "0"}, strings.ToLower(value))
	}
	return false
}

// figure is a finite number, or the text of one.
func figure(value any) (v float64, ok bool) {
	switch value := value.(type) {
	case float64:
		return value, true
	case string:
		v, err := strconv.ParseFloat(value, 64)
		return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	return 0, false
}

// clockTime reads 22:00, 22:00:30 and the bare hour 22, since midnight.
func clockTime(value any) (since time.Duration, ok bool) {
	if hour, is := value.(float64); is && hour >= 0 && hour <= 24 {
		return time.Duration(hour * float64(time.Hour)), true
	}
	text, _ := value.(string)
	for _, layout := range []string{"15:04", "15:04:05"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.Sub(at.Truncate(24 * time.Hour)), true
		}
	}
	return 0, false
}
