package rooms

import (
	"slices"
	"time"
)

// AlertRule is what a user has chosen about pattern alerts in the Flask application. It decides about those
// that everyone gets; who has none gets them all.
type AlertRule struct {
	Confidence float64     // 0..1, at least
	Quiet      QuietHours  // nothing then
	PerHour    int         // the most in any hour; 0 = none at all
	Wanted     []AlertWish // nil = any pattern, empty = none
}

// AlertWish is one pattern that a user wants to hear of.
type AlertWish struct {
	Pattern    string
	Symbols    []string // empty = any
	Confidence float64  // 0..1, at least
}

// QuietHours are on the wall clock, since midnight. They span it if they begin later than they end.
type QuietHours struct {
	From, Until time.Duration // the same = never
}

// Accepts reports whether the rule lets an event pass at that time, in the zone of the user's wall clock. It does not count.
func (r AlertRule) Accepts(t Traits, local time.Time) bool {
	return r.PerHour > 0 && t.reaches(r.Confidence) && !r.Quiet.at(local) &&
		(r.Wanted == nil || slices.ContainsFunc(r.Wanted, func(w AlertWish) bool { return w.accepts(t) }))
}

func (w AlertWish) accepts(t Traits) bool {
	return w.Pattern == t.Pattern && t.reaches(w.Confidence) && (len(w.Symbols) == 0 || slices.Contains(w.Symbols, t.Symbol))
}

// reaches is true of an event that tells no confidence.
func (t Traits) reaches(confidence float64) bool {
	return !t.HasConfidence || t.Confidence >= confidence
}

func (q QuietHours) at(local time.Time) bool {
	clock := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second
	if q.From <= q.Until {
		return q.From <= clock && clock < q.Until
	}
	return q.From <= clock || clock < q.Until
}
