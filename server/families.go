package server

import (
	"slices"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/engineio"
)

// family is one metric: a row. Each of its labels has a closed list of values.
type family struct {
	name   string // without the prefix
	help   string
	kind   prometheus.ValueType
	labels []string
	read   func(*figures, func(value float64, labels ...string))
}

const (
	counter = prometheus.CounterValue
	gauge   = prometheus.GaugeValue
)

func families() []family {
	return slices.Concat(stateFamilies(), connectionFamilies(), eventFamilies())
}

func stateFamilies() []family {
	return []family{
		one("ready", "1 if readiness is given.", gauge, func(f *figures) int { return flag(f.status == statusHealthy) }),
		one("draining", "1 if the server is shutting down.", gauge, func(f *figures) int { return flag(f.status == statusDraining) }),
		each("upstream_requests_total", "Requests to the application behind us, by what came of them.", counter, "result", func(f *figures) map[string]uint64 { return f.passed }),
		{"panics_total", "Panics that were contained, by where.", counter, []string{"where"}, readPanics},
	}
}

func connectionFamilies() []family {
	return []family{
		{"connections", "Open connections.", gauge, []string{"transport", "protocol"}, readConnections},
		one("connects_total", "Connections opened.", counter, func(f *figures) uint64 { return f.io.Engine.Handshake }),
		each("disconnects_total", "Connections closed.", counter, "reason", func(f *figures) map[engineio.CloseReason]uint64 { return f.io.Engine.Closed }),
		each("requests_refused_total", "Requests of the transports refused, by what was wrong.", counter, "cause", func(f *figures) map[string]uint64 { return f.io.Engine.Refused }),
		one("connection_errors_total", "Requests refused and connections that broke the protocol.", counter, func(f *figures) uint64 { return f.counters.ConnectionErrors }),
		one("upgrades_total", "Connections moved from polling to websocket.", counter, func(f *figures) uint64 { return f.io.Engine.Upgrades }),
		one("bytes_in_total", "Bytes from browsers.", counter, func(f *figures) uint64 { return f.io.Engine.BytesIn }),
		one("bytes_out_total", "Bytes to browsers.", counter, func(f *figures) uint64 { return f.io.Engine.BytesOut }),
		one("bytes_saved_total", "Bytes that compression has saved.", counter, func(f *figures) uint64 { return f.io.Engine.BytesSaved }),
		one("writes_total", "Writes to connections; one may carry many frames.", counter, func(f *figures) uint64 { return f.io.Engine.Writes }),
		one("stalls_total", "Writes that had to wait for a slow browser.", counter, func(f *figures) uint64 { return f.io.Engine.Stalls }),
	}
}

func eventFamilies() []family {
	return []family{
		{"sockets", "Sockets, by namespace.", gauge, []string{"namespace"}, readSockets},
		each("identity_total", "Sockets, by what their handshake has proved.", counter, "result", func(f *figures) map[string]uint64 { return f.counters.Identities }),
		each("cuts_total", "Sockets of users cut before their time, by why.", counter, "cause", func(f *figures) map[string]uint64 { return f.counters.Cuts }),
		each("recoveries_total", "Browsers that wanted to go on where they were, by what came of it.", counter, "result", func(f *figures) map[string]uint64 { return f.counters.Recoveries }),
		one("unkept_total", "Times that Redis did not take what a socket needs to be recovered.", counter, func(f *figures) uint64 { return f.counters.Unkept }),
		each("auth_callback_total", "Questions to the auth callback, by what came of them.", counter, "result", func(f *figures) map[string]uint64 { return f.callback.Results }),
		one("users", "Distinct users with a socket.", gauge, func(f *figures) int { return f.users }),
		one("rooms", "Rooms with a socket in them.", gauge, countRooms),
		each("subscriptions", "Subscriptions.", gauge, "topic", func(f *figures) map[rooms.Topic]int { return reportSubscriptions(f.routed).Topics }),
		{"events_in_total", "Events from browsers; other are those without a handler.", counter, []string{"event"}, readEventsIn},
		each("events_out_total", "Events to browsers, for each socket reached.", counter, "event", func(f *figures) map[string]uint64 { return f.counters.EventsOut }),
		one("events_refused_total", "Events from browsers that could not be used.", counter, func(f *figures) uint64 { return f.counters.EventsRefused }),
		one("events_routed_total", "Events offered to the router.", counter, func(f *figures) uint64 { return f.routed.Routed }),
		one("events_delivered_total", "Routed events, for each socket reached.", counter, func(f *figures) uint64 { return f.routed.Delivered }),
		one("rate_limited_total", "Events withheld from a user by the limit per second.", counter, func(f *figures) uint64 { return f.routed.RateLimited }),
		one("hour_limited_total", "Events withheld by a filter's limit per hour.", counter, func(f *figures) uint64 { return f.routed.HourLimited }),
		one("rule_held_total", "Pattern alerts withheld by a user's own alert preferences.", counter, func(f *figures) uint64 { return f.routed.RuleHeld }),
		one("subscription_errors_total", "Events from browsers that failed through no fault of theirs.", counter, func(f *figures) uint64 { return f.counters.SubscriptionErrors }),
		one("broadcast_errors_total", "Events that nobody got because something broke.", counter, func(f *figures) uint64 { return f.counters.BroadcastErrors }),
	}
}

type number interface{ ~int | ~uint64 }

// one is a metric without labels.
func one[N number](name, help string, kind prometheus.ValueType, value func(*figures) N) family {
	read := func(f *figures, send func(float64, ...string)) { send(float64(value(f))) }
	return family{name, help, kind, nil, read}
}

// each is a metric with one label and a map of all its values.
func each[L ~string, N number](name, help string, kind prometheus.ValueType, label string, values func(*figures) map[L]N) family {
	read := func(f *figures, send func(float64, ...string)) {
		for value, n := range values(f) {
			send(float64(n), string(value))
		}
	}
	return family{name, help, kind, []string{label}, read}
}

func readConnections(f *figures, send func(float64, ...string)) {
	for kind, n := range f.io.Engine.Sessions {
		send(float64(n), kind.Transport, strconv.Itoa(kind.Protocol))
	}
}

func readSockets(f *figures, send func(float64, ...string)) {
	for name, namespace := range f.io.Namespaces {
		send(float64(namespace.Sockets), name)
	}
}

func readEventsIn(f *figures, send func(float64, ...string)) {
	for name, n := range f.counters.EventsIn {
		send(float64(n), name)
	}
	send(float64(f.counters.UnknownEvents), otherName)
}

func readPanics(f *figures, send func(float64, ...string)) {
	send(float64(f.counters.Panics.Events), "event")
	send(float64(f.counters.Panics.Connection), "connection")
	send(float64(f.counters.Panics.HTTP), "http")
}

func countRooms(f *figures) (total int) {
	for _, namespace := range f.io.Namespaces {
		total += namespace.Rooms
	}
	return total
}

func flag(set bool) int {
	if set {
		return 1
	}
	return 0
}
