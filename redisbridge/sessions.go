package redisbridge

import (
	"math"
	"strconv"

	"github.com/tickstock/tickcast/rooms"
)

// Names that producers have used for one and the same thing of a session, the usual one first.
var (
	universeNames = [...]string{"universe", "symbol_universe_key", "symbol_universe"}
	startNames    = [...]string{"started_at", "start_time"}
	stopNames     = [...]string{"stopped_at", "stop_time"}
)

// translateSessionStarted reads tickstock:streaming:session_started.
func translateSessionStarted(m *message) (rooms.Event, Reason) {
	says := m.naming(append(append([]string{"session_id"}, universeNames[:]...), startNames[:]...)...)
	body := m.unwrap(root, says, "session")
	if !says(body) {
		return rooms.Event{}, MissingSession
	}
	session := m.about(body, root)
	session.label("session_id", "null", "session_id")
	session.value("universe", "null", universeNames[:]...)
	session.value("start_time", "null", startNames[:]...)
	session.amount("symbol_count", "symbol_count")
	session.label("status", `"unknown"`, "status")
	return session.broadcast("streaming_session", "streaming_session_started", "session"), Accepted
}

// translateSessionStopped reads tickstock:streaming:session_stopped. Pages find its fields beside the type.
func translateSessionStopped(m *message) (rooms.Event, Reason) {
	says := m.naming(append([]string{"session_id"}, stopNames[:]...)...)
	body := m.unwrap(root, says, "session")
	if !says(body) {
		return rooms.Event{}, MissingSession
	}
	session := m.about(body, root)
	session.put("type", `"streaming_session_stopped"`)
	session.label("session_id", "null", "session_id")
	session.value("stopped_at", "null", stopNames[:]...)
	session.lasting()
	session.amount("total_patterns", "total_patterns", "patterns_detected")
	session.amount("total_indicators", "total_indicators", "indicators_calculated")
	session.label("final_status", `"unknown"`, "final_status")
	return m.everywhere("streaming_session", session.appendTo(nil)), Accepted
}

// lasting makes sure of the seconds that a session took; some producers tell minutes.
func (n *normalised) lasting() {
	_, minutes, ok := n.figure(n.member(n.outer, "duration_minutes"))
	_, _, known := n.figure(n.member(n.outer, "duration_seconds"))
	if seconds := minutes * 60; ok && !known && !math.IsInf(seconds, 0) {
		n.put("duration_seconds", strconv.FormatFloat(seconds, 'f', -1, 64))
		return
	}
	n.amount("duration_seconds", "duration_seconds")
}

// broadcast is an event for everyone with a type and, under one key, what it is about.
func (n *normalised) broadcast(name, kind, key string) rooms.Event {
	const around = 256 // bytes of the type, and of what is added to the object
	out := make([]byte, 0, len(n.raw(n.outer))+around)
	out = append(out, `{"type":"`+kind+`","`+key+`":`...)
	out = n.appendTo(out)
	return n.everywhere(name, append(out, '}'))
}

func (m *message) everywhere(name string, payload []byte) rooms.Event {
	return rooms.Event{Name: name, Channel: m.channel, Received: m.received, Audience: everyone(), Payload: payload}
}
