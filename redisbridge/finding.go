package redisbridge

import "github.com/tickstock/tickcast/rooms"

// finding is one pattern of a message. It becomes several events, each of which
// is built only when the router asks for it: before the next pattern is read.
type finding struct {
	*message
	rows []rooms.Event // what a pattern becomes, but for what depends on the pattern

	outer, inner int // as for normalised
	core         int // the innermost object: inner, or outer if nothing is nested
	batch        int // the message around it, if it is one of several
	name, symbol int
	published    string // confidence, a JSON number
	shown        string // confidence as a fraction
	traits       rooms.Traits

	told bool // whether the dictionary is this pattern's
	dictionary
	warned bool // whether the alarm is
	alarm
}

func newFinding(m *message) *finding {
	f := &finding{message: m}
	page := func(topic rooms.Topic) rooms.Audience { return rooms.Audience{Namespace: "/", Topic: topic} }
	warned := page(rooms.PatternAlerts)
	warned.Except = rooms.Dashboards
	f.rows = []rooms.Event{
		{Name: "pattern_alert", Audience: page(rooms.Patterns), Compose: f.alert},
		{Name: "pattern_alert", Audience: rooms.Audience{Namespace: "/tickstockpl", Ruled: true}, Compose: f.percentAlert},
		{Name: "tier_pattern_", Audience: page(rooms.TierColumns), Compose: f.tierColumn},
		{Name: "tier_pattern", Audience: page(rooms.TierPatterns), Compose: f.tierPattern},
		{Name: "tier_pattern_alert_", Audience: warned, Personal: f.tierAlert},
		{Name: "pattern_detected", Audience: page(rooms.Flow), Compose: f.detected},
		{Name: "tickstockpl_pattern_alert", Audience: page(rooms.WatchAlerts), Compose: f.watchAlert},
	}
	return f
}

// events yields what becomes of the pattern, until yield has enough.
func (f *finding) events(yield func(rooms.Event, Reason) bool) bool {
	for _, event := range f.rows {
		event.Channel, event.Received, event.Traits = f.channel, f.received, f.traits
		switch event.Audience.Topic {
		case rooms.TierColumns:
			event.Name += f.traits.Tier
		case rooms.PatternAlerts:
			event.Name += f.traits.Tier
			event.Traits.Priority = f.urgency()
		case rooms.Flow:
			event.Traits.Tier = f.flow()
		}
		if !yield(event, Accepted) {
			return false
		}
	}
	return true
}

// urgency is an alert's priority: a high confidence alone makes it high.
func (f *finding) urgency() rooms.Priority {
	if sure := rooms.PriorityAt(f.traits.Confidence); sure >= rooms.High {
		return max(sure, f.traits.Priority)
	}
	return f.traits.Priority
}
