package rooms

import (
	"fmt"
	"time"
)

// The sessions of a trading day.
const (
	PreMarket    = "PRE_MARKET"
	RegularHours = "REGULAR_HOURS"
	AfterHours   = "AFTER_HOURS"
	OffHours     = "CLOSED"
)

// When a session begins, in minutes of the market's own day.
const (
	preMarketFrom    = 4 * 60
	regularHoursFrom = 9*60 + 30
	afterHoursFrom   = 16 * 60
	offHoursFrom     = 20 * 60
)

// Market knows the hours of a stock market, Monday to Friday. It knows no
// holidays: on those the producer has nothing to tell. A nil Market never closes.
type Market struct {
	zone *time.Location
}

// NewMarket takes the IANA name of the time zone that the market lives in: "US/Eastern".
func NewMarket(zone string) (*Market, error) {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fmt.Errorf("time zone of the market: %w", err)
	}
	return &Market{location}, nil
}

// Open reports whether t is within regular hours.
func (m *Market) Open(t time.Time) bool { return m.Session(t) == RegularHours }

// local is t on the market's wall clock.
func (m *Market) local(t time.Time) time.Time {
	if m == nil {
		return t
	}
	return t.In(m.zone)
}

// Session names the session at t.
func (m *Market) Session(t time.Time) string {
	if m == nil {
		return RegularHours
	}
	local := t.In(m.zone)
	if day := local.Weekday(); day == time.Saturday || day == time.Sunday {
		return OffHours
	}
	switch minute := 60*local.Hour() + local.Minute(); {
	case minute < preMarketFrom || minute >= offHoursFrom:
		return OffHours
	case minute < regularHoursFrom:
		return PreMarket
	case minute < afterHoursFrom:
		return RegularHours
	}
	return AfterHours
}
