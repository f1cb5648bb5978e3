package redisbridge

import (
	"slices"

	"github.com/tickstock/tickcast/rooms"
)

// translateIndicatorAlert reads tickstock:alerts:indicators. Pages look for words in the alert's type.
func translateIndicatorAlert(m *message) (rooms.Event, Reason) {
	kinds := []string{"alert_type", "type", "event"}
	symbol := m.naming(symbolNames[:]...)
	says := func(at int) bool { return symbol(at) || m.kinded(at, kinds) }
	body := m.unwrap(root, says, "alert")
	if !says(body) {
		return rooms.Event{}, MissingAlert
	}
	alert := m.about(body, root)
	alert.kind("alert_type", `"unknown"`, kinds)
	alert.label("symbol", "null", symbolNames[:]...)
	alert.concerning()
	alert.label("session_id", "null", "session_id")
	return alert.broadcast("indicator_alert", "indicator_alert", "alert"), Accepted
}

// translateCriticalAlert reads tickstock:alerts:critical. Pages show the alert's type and message.
func translateCriticalAlert(m *message) (rooms.Event, Reason) {
	kinds := []string{"type", "alert_type", "event"}
	message := m.naming("message")
	says := func(at int) bool { return message(at) || m.kinded(at, kinds) }
	body := m.unwrap(root, says, "alert")
	if !says(body) {
		return rooms.Event{}, MissingAlert
	}
	alert := m.about(body, root)
	alert.kind("type", `"critical_alert"`, kinds)
	alert.value("message", "null", "message")
	alert.label("severity", `"critical"`, "severity")
	alert.concerning()
	alert.adopt("component", "action_required", "recovery")
	return alert.broadcast("critical_alert", "critical_alert", "alert"), Accepted
}

// concerning makes sure of what both alerts tell besides.
func (n *normalised) concerning() {
	n.value("data", "{}", "data")
	n.value("timestamp", "null", "timestamp")
}

// kind makes sure of an alert's type: the first of these members that says more than that it is an alert.
func (n *normalised) kind(key, fallback string, names []string) {
	if found := n.seek(n.telling, names...); found != none {
		fallback = n.raw(found)
	}
	n.put(key, fallback)
}

// kinded says whether an object tells an alert's type.
func (m *message) kinded(at int, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return m.telling(m.member(at, name)) })
}

func (m *message) telling(n int) bool {
	switch m.words(n) {
	case "", "alert", "indicator_alert", "critical_alert":
		return false
	}
	return true
}
