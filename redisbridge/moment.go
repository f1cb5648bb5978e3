package redisbridge

import (
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	earliestMillis = 1e11           // a smaller number is in seconds: 1973, if it were not
	latestMillis   = 253402300799e3 // the year 9999, after which dates have no common form
)

// layouts are what producers write besides numbers; without a zone they are ours.
var layouts = [...]string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999", time.DateOnly,
}

// moment is when the pattern was found, by the innermost of its times that can be read; else its arrival.
func (f *finding) moment() time.Time {
	for _, level := range [...]int{f.inner, f.outer, f.batch} {
		for _, name := range [...]string{"timestamp", "detection_timestamp"} {
			if at, ok := f.when(f.member(level, name)); ok {
				return at
			}
		}
	}
	return f.received
}

// when is the time that a value tells: seconds or milliseconds since 1970, or a date.
func (m *message) when(n int) (at time.Time, ok bool) {
	if _, v, isNumber := m.figure(n); isNumber {
		if math.Abs(v) <= earliestMillis {
			v *= 1e3
		}
		return time.UnixMilli(int64(math.Round(v))), math.Abs(v) <= latestMillis
	}
	written := strings.TrimSpace(m.words(n))
	if written == "" {
		return time.Time{}, false
	}
	for _, layout := range layouts {
		if at, err := time.ParseInLocation(layout, written, m.received.Location()); err == nil {
			return at, math.Abs(float64(at.UnixMilli())) <= latestMillis
		}
	}
	return time.Time{}, false
}

// milliseconds is a time as JavaScript has it.
func milliseconds(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
