package redisbridge

import (
	"strconv"
	"strings"
)

// timeframe is the length of a bar: so many of a unit.
type timeframe struct {
	count int
	unit  string
}

// The units, as our own names end.
const (
	seconds = "s"
	minutes = "min"
	hours   = "h"
	days    = "d"
	weeks   = "w"
	months  = "mo"
)

// parseTimeframe reads what producers and pages write: 1min, 1m, 60min, hourly, 1D, daily, 1M …
func parseTimeframe(name string) (t timeframe, ok bool) {
	name = strings.TrimSpace(name)
	unit := strings.TrimLeft(name, "0123456789")
	count := 1
	if digits := name[:len(name)-len(unit)]; digits != "" {
		n, err := strconv.Atoi(digits)
		if err != nil || n == 0 {
			return timeframe{}, false
		}
		count = n
	}
	if t = (timeframe{count, unitNamed(strings.Trim(unit, " _-"))}); t.unit == "" {
		return timeframe{}, false
	}
	if t.unit == minutes && t.count%60 == 0 {
		t = timeframe{t.count / 60, hours}
	}
	if t.unit == hours && t.count%24 == 0 {
		t = timeframe{t.count / 24, days}
	}
	return t, true
}

// unitNamed is the unit of that name; empty if there is none. Only the month is told from the minute by its capital.
func unitNamed(name string) string {
	if name == "M" {
		return months
	}
	switch strings.ToLower(name) {
	case "s", "sec", "second", "seconds":
		return seconds
	case "m", "min", "mins", "minute", "minutes":
		return minutes
	case "h", "hr", "hour", "hours", "hourly":
		return hours
	case "d", "day", "days", "daily":
		return days
	case "w", "wk", "week", "weeks", "weekly":
		return weeks
	case "mo", "mon", "month", "months", "monthly":
		return months
	}
	return ""
}

// canonical is one name for all synonyms of a timeframe; an unknown one is a name of its own.
func canonical(name string) string {
	t, ok := parseTimeframe(name)
	if !ok {
		return strings.ToLower(strings.TrimSpace(name))
	}
	return strconv.Itoa(t.count) + t.unit
}
