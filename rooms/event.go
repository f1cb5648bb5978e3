package rooms

import (
	"strings"
	"time"
)

// Room names a set of sockets: a user's ("user_7") or one socket's own (its id).
type Room string

const userPrefix = "user_"

// UserRoom is the room that all sockets of a logged-in user share.
func UserRoom(user string) Room { return Room(userPrefix + user) }

// OfUser reports whether r is a user's room.
func (r Room) OfUser() bool { return strings.HasPrefix(string(r), userPrefix) }

// Topic names what a subscription is about.
type Topic string

// Patterns is the topic of subscribe_patterns: one subscription per socket, all patterns until it says otherwise.
const Patterns Topic = "patterns"

// Event is a typed thing for browsers, made by a translator and routed once.
type Event struct {
	Name     string    // the browser's name for it: "pattern_alert"
	Channel  string    // the Redis channel it came from
	Received time.Time // when its message came off the subscription
	Audience Audience
	Traits   Traits
	Payload  []byte // one JSON value, built once; never changed afterwards
}

// Audience says whom an event is for. With neither topic nor rooms it is everyone in the namespace.
type Audience struct {
	Namespace string // "/"
	Topic     Topic  // the rooms that hold a subscription which accepts the event's traits
	Rooms     []Room // just these: with a topic those of them that match; nil = not given, empty = nobody
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
}

func (t Traits) values() [dimensions]string {
	return [dimensions]string{t.Pattern, t.Symbol, t.Tier, t.Regime}
}
