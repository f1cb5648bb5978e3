package server

import (
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/engineio"
	"github.com/tickstock/tickcast/server/sio"
)

// counterReport is what has happened since the start. The errors in it have a closed list of causes.
type counterReport struct {
	EventsIn           map[string]uint64               `json:"events_in"`  // from browsers
	EventsOut          map[string]uint64               `json:"events_out"` // sockets reached
	UnknownEvents      uint64                          `json:"unknown_events"`
	EventsRefused      uint64                          `json:"events_refused"`      // they could not be used
	SubscriptionErrors uint64                          `json:"subscription_errors"` // of those: through no fault of the browser
	Routed             uint64                          `json:"routed"`              // events from Redis
	Unmatched          uint64                          `json:"unmatched"`           // of those: nobody wanted them
	Delivered          uint64                          `json:"delivered"`           // events times sockets
	RateLimited        uint64                          `json:"rate_limited"`        // withheld by the limit per second
	HourLimited        uint64                          `json:"hour_limited"`        // withheld by a filter's limit per hour
	RuleHeld           uint64                          `json:"rule_held"`           // pattern alerts withheld by a user's own preferences
	BroadcastErrors    uint64                          `json:"broadcast_errors"`
	BroadcastFailure   string                          `json:"broadcast_failure,omitempty"` // the last one
	ConnectionErrors   uint64                          `json:"connection_errors"`
	RequestsRefused    map[string]uint64               `json:"requests_refused"`
	SocketsRefused     uint64                          `json:"sockets_refused"` // not admitted, or no such namespace
	Identities         map[string]uint64               `json:"identities"`      // sockets, by what their handshake has proved
	Cuts               map[string]uint64               `json:"cuts"`            // sockets of users, by why
	Recoveries         map[string]uint64               `json:"recoveries"`      // browsers that wanted to go on where they were, by what came of it
	Unkept             uint64                          `json:"unkept"`          // times that Redis did not take what a socket needs to be recovered
	Disconnects        map[engineio.CloseReason]uint64 `json:"disconnects"`
	SlowCloses         uint64                          `json:"slow_closes"`
	Upgrades           uint64                          `json:"upgrades"`
	BytesIn            uint64                          `json:"bytes_in"`
	BytesOut           uint64                          `json:"bytes_out"`
	BytesSaved         uint64                          `json:"bytes_saved"` // by compression
	Panics             panicReport                     `json:"panics"`
}

// panicReport counts the panics that were contained, by where.
type panicReport struct {
	Events     uint64 `json:"events"`
	Connection uint64 `json:"connection"`
	HTTP       uint64 `json:"http"`
}

func (s *Server) reportCounters(io sio.Stats, routed rooms.Stats) counterReport {
	r := counterReport{
		EventsIn:           map[string]uint64{},
		EventsOut:          s.sockets.emitted.counted(),
		EventsRefused:      s.sockets.refused.Load(),
		SubscriptionErrors: s.sockets.failures.Load(),
		Routed:             routed.Routed,
		Unmatched:          routed.Unmatched,
		Delivered:          routed.Delivered,
		RateLimited:        routed.RateLimited,
		HourLimited:        routed.HourLimited,
		RuleHeld:           routed.RuleHeld,
		BroadcastErrors:    broadcastErrors(io, routed),
		BroadcastFailure:   routed.Failure,
		ConnectionErrors:   connectionErrors(io.Engine),
		RequestsRefused:    io.Engine.Refused,
		SocketsRefused:     io.UnknownNamespaces,
		Identities:         s.sockets.proved.counted(),
		Cuts:               s.sockets.cuts.counted(),
		Recoveries:         s.sockets.recovery.counted(),
		Unkept:             s.sockets.recovery.failures(),
		Disconnects:        io.Engine.Closed,
		SlowCloses:         io.Engine.Closed[engineio.Slow],
		Upgrades:           io.Engine.Upgrades,
		BytesIn:            io.Engine.BytesIn,
		BytesOut:           io.Engine.BytesOut,
		BytesSaved:         io.Engine.BytesSaved,
		Panics:             panicReport{Connection: io.Engine.Panics, HTTP: s.panics.Load()},
	}
	for _, namespace := range io.Namespaces {
		for name, n := range namespace.EventsIn {
			r.EventsIn[name] += n
		}
		r.UnknownEvents += namespace.UnknownIn
		r.SocketsRefused += namespace.Refused
		r.Panics.Events += namespace.Panics
		r.SubscriptionErrors += namespace.Panics
	}
	return r
}

// broadcastErrors are events that went to nobody because something broke: the matching, or the payload.
func broadcastErrors(io sio.Stats, routed rooms.Stats) uint64 {
	broken := routed.Failed
	for _, namespace := range io.Namespaces {
		broken += namespace.Unsound
	}
	return broken
}

// connectionErrors are the requests that were refused and the connections that broke the protocol.
func connectionErrors(engine engineio.Stats) uint64 {
	broken := engine.Closed[engineio.TransportError] + engine.Closed[engineio.ParseError]
	for _, n := range engine.Refused {
		broken += n
	}
	return broken
}
