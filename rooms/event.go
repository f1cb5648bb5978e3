package rooms

import (
	"strings"
	"time"
)

// Room names a set of sockets: a user's ("user_7") or one socket's own (its id).
type Room string

const userPrefix = "user_"

// Dashboards are the sockets of the tier dashboard. Its code throws when a
// tier_pattern_alert_* event arrives, so such events except this room.
const Dashboards Room = "tier_dashboards"

// UserRoom is the room that all sockets of a logged-in user share.
func UserRoom(user string) Room { return Room(userPrefix + user) }

// OfUser reports whether r is a user's room.
func (r Room) OfUser() bool { return strings.HasPrefix(string(r), userPrefix) }

// Topic names what a subscription is about.
type Topic string

// The topics of pages: their subscriptions belong to a socket.
const (
	Patterns    Topic = "patterns"     // subscribe_patterns: one per socket, all patterns until it says otherwise
	TierColumns Topic = "tier_columns" // subscribe_tier_patterns: the columns of the tier dashboard
	Flow        Topic = "flow"         // subscribe {channels}: the pattern-flow page
	Prices      Topic = "prices"       // the price_update of a watchlist; each type is a topic, its filter the symbols
	Bars        Topic = "bars"         // its ohlcv_update
	WatchAlerts Topic = "watch_alerts" // its pattern_alert
	Tickers     Topic = "tickers"      // subscribe_tickers
	Movers      Topic = "movers"       // subscribe_market_movers
)

// The topics of the universal subscription API: their subscriptions belong to a
// user, or to the socket of somebody who is nobody in particular.
const (
	TierPatterns   Topic = "tier_patterns"
	PatternAlerts  Topic = "pattern_alerts"
	MarketInsights Topic = "market_insights"
	Backtests      Topic = "backtest"
	SystemHealth   Topic = "system_health"
)

// Universal reports whether t is of the universal subscription API. Only these count towards a user's limit.
func (t Topic) Universal() bool {
	switch t {
	case TierPatterns, PatternAlerts, MarketInsights, Backtests, SystemHealth:
		return true
	}
	return false
}

// Event is a typed thing for browsers, made by a translator and routed once.
type Event struct {
	Name     string    // the browser's name for it: "pattern_alert"
	Channel  string    // the Redis channel it came from
	Received time.Time // when its message came off the subscription
	Position string    // in the backlog, from which it can be had again; "" = it is not kept
	Audience Audience
	Traits   Traits
	Payload  []byte // one JSON value, built once; never changed afterwards
	// Compose, if set, builds Payload as soon as it is known that somebody gets it. It is told how
	// many rooms that are; 0 = everyone.
	Compose func(rooms int) []byte
	// Personal, if set, builds one for each room instead; by is the filter that accepted the event.
	Personal func(to Room, by Filter) []byte
}

// Audience says whom an event is for. With neither topic nor rooms it is everyone in the namespace.
type Audience struct {
	Namespace string // "/"
	Topic     Topic  // the rooms that hold a subscription which accepts the event's traits
	Rooms     []Room // just these: with a topic those of them that match; nil = not given, empty = nobody
	Except    Room   // sockets in it do not get the event, whatever else they are in; "" = none
	Ruled     bool   // of everyone: but for the users whose AlertRule keeps it from them
}

// excepted is no slice at all where no room is, so that the emitter need not look.
func (a Audience) excepted() []Room {
	if a.Except == "" {
		return nil
	}
	return []Room{a.Except}
}

// Traits are what a filter looks at. A zero field is a trait that the event does not carry.
type Traits struct {
	Pattern       string
	Symbol        string
	Tier          string
	Regime        string
	Confidence    float64 // 0..1
	HasConfidence bool
	Priority      Priority
	Closed        bool // the market is; the Router sets it
}

func (t Traits) values() [dimensions]string {
	return [dimensions]string{t.Pattern, t.Symbol, t.Tier, t.Regime}
}
