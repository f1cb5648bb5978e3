package redisbridge

import "github.com/tickstock/tickcast/rooms"

// translateHealth reads tickstock.health.status: any object. Pages show its
// overall_status, so a nested one is brought out, and one that is missing is told.
func translateHealth(m *message) (rooms.Event, Reason) {
	data := m.normalise(root, none)
	if m.words(m.member(root, "overall_status")) == "" { // pages cut it up as a text
		data.inner = m.healthy(root)
		overall := `"unknown"`
		if status := m.first([...]int{root, data.inner}, "overall_status", "status"); status != none {
			overall = m.raw(status)
		}
		data.set("overall_status", overall)
	}
	return data.event(envelope{name: "system_health", kind: "system_health", copyData: "health_data"}, none), Accepted
}

// healthy is the nested object that tells the health; none if it is flat.
func (m *message) healthy(parent int) int {
	for _, name := range [...]string{"health", "data"} {
		if nested := m.member(parent, name); m.is(nested, object) {
			return nested
		}
	}
	return none
}
