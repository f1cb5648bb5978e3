package redisbridge

import "github.com/tickstock/tickcast/rooms"

// translateStreamingHealth reads tickstock:streaming:health: any object. Pages write its status in
// capitals, show the ticks per second of its data_flow, and join its issues.
func translateStreamingHealth(m *message) (rooms.Event, Reason) {
	says := m.naming("status", "health_status", "session_id", "active_symbols", "ticks_per_second", "metrics", "data_flow", "issues")
	health := m.about(m.unwrap(root, says, "health"), root)
	health.value("timestamp", "null", "timestamp")
	health.label("session_id", "null", "session_id")
	health.label("status", `"unknown"`, "status", "health_status")
	health.amount("active_symbols", "active_symbols", "metrics.active_symbols")
	speed := health.amount("ticks_per_second", "ticks_per_second", "metrics.ticks_per_second")
	health.amount("patterns_detected", "patterns_detected", "metrics.patterns_detected")
	health.amount("indicators_calculated", "indicators_calculated", "metrics.indicators_calculated")
	health.connection()
	health.flow(speed)
	health.value("resources", "{}", "resources", "resource_usage")
	health.value("stale_symbols", "{}", "stale_symbols")
	health.issues()
	return health.broadcast("streaming_health", "streaming_health", "health"), Accepted
}

// connection is an object; some producers tell it in a word.
func (n *normalised) connection() {
	for _, name := range [...]string{"connection", "connection_status"} {
		found := n.member(n.outer, name)
		switch {
		case n.is(found, object):
			n.put("connection", n.raw(found))
			return
		case n.words(found) != "":
			n.put("connection", `{"status":`+n.raw(found)+`}`)
			return
		}
	}
	n.put("connection", "{}")
}

// flow makes sure of data_flow.ticks_per_second. What the producer tells there goes before the speed outside.
func (n *normalised) flow(speed string) {
	flow := n.member(n.outer, "data_flow")
	if !n.is(flow, object) {
		n.put("data_flow", `{"ticks_per_second":`+speed+`}`)
		return
	}
	inside := n.member(flow, "ticks_per_second")
	if literal, _, ok := n.figure(inside); ok {
		speed = literal
	}
	if inside != none {
		n.patches = append(n.patches, patch{n.nodes[inside].value, speed})
		return
	}
	last := n.nodes[flow].value.end - 1
	added := `"ticks_per_second":` + speed
	if n.count(flow) > 0 {
		added = "," + added
	}
	n.patches = append(n.patches, patch{span{last, last}, added})
}

// issues are a list, or not there at all.
func (n *normalised) issues() {
	found := n.seek(func(int) bool { return true }, "issues")
	switch {
	case found == none:
	case n.is(found, array):
		n.put("issues", n.raw(found))
	case n.blank(found):
		n.put("issues", "[]")
	default:
		n.put("issues", "["+n.raw(found)+"]")
	}
}
