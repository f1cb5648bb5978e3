package redisbridge

import (
	"strconv"

	"github.com/tickstock/tickcast/rooms"
)

// translateMarketAlert reads tickstock.dashboard.alerts. Pages show an alert's
// texts as they are, so each of them is there, and a text.
func translateMarketAlert(m *message) (rooms.Event, Reason) {
	levels, reason := m.levels()
	if reason != Accepted {
		return rooms.Event{}, reason
	}
	body := m.nested(levels, "alert")
	objects := [...]int{body, none}
	if m.first(objects, "title", "description", "message", "type", "alert_type") == none {
		return rooms.Event{}, MissingAlert
	}
	data := m.normalise(body, none)
	data.saying("id", `"alert_`+strconv.FormatInt(m.received.UnixMicro(), 10)+`"`, "id", "alert_id")
	data.saying("type", `"info"`, "type", "alert_type")
	data.saying("title", `"Market alert"`, "title", "type", "alert_type")
	data.saying("description", `""`, "description", "message")
	data.put("timestamp", m.published(body, levels[0], levels[1]))
	show := m.member(body, "show_notification")
	data.put("show_notification", strconv.FormatBool(m.is(show, yes)))
	return m.announced("market_alert", data.wrapped("alert")), Accepted
}

// saying makes sure of a member that pages show as a text: the first of these that is one, or a number.
func (n *normalised) saying(key, otherwise string, names ...string) {
	for _, name := range names {
		switch m := n.member(n.outer, name); {
		case n.is(m, number):
			n.put(key, `"`+n.raw(m)+`"`)
			return
		case n.words(m) != "":
			n.put(key, n.raw(m))
			return
		}
	}
	n.put(key, otherwise)
}
