package redisbridge

import (
	"cmp"
	"iter"
	"strconv"

	"github.com/tickstock/tickcast/rooms"
)

var indicatorNames = [...]string{"indicator", "indicator_type", "indicator_name"}

// translateStreamingIndicators reads tickstock:indicators:streaming: a calculation, flat or wrapped, or a batch of them.
func translateStreamingIndicators(m *message) iter.Seq2[rooms.Event, Reason] {
	return m.elements("indicators", indicatorNames[:], (*message).calculation, "calculation", "indicator")
}

// calculation makes the events of one indicator: for the streaming page, which gets them in batches, and
// at once for the indicators' column of the pattern-flow page.
func (m *message) calculation(body int, around ...int) iter.Seq2[rooms.Event, Reason] {
	return func(yield func(rooms.Event, Reason) bool) {
		level := [...]int{body, none}
		name, symbol := m.first(level, indicatorNames[:]...), m.first(level, symbolNames[:]...)
		switch {
		case name == none:
			yield(rooms.Event{}, MissingIndicator)
			return
		case symbol == none:
			yield(rooms.Event{}, MissingSymbol)
			return
		}
		calculation := m.about(body, around...)
		calculation.put("indicator_type", m.raw(name))
		calculation.label("indicator", m.raw(name), "indicator")
		calculation.put("symbol", m.raw(symbol))
		calculation.value("values", "{}", "values")
		calculation.value("timestamp", "null", "timestamp")
		calculation.label("timeframe", `"1min"`, "timeframe")
		calculation.adopt("value", "bar_data", "metadata", "session_id")
		event := calculation.broadcast("streaming_indicator", "streaming_indicator", "calculation")
		event.Traits = rooms.Traits{Pattern: m.words(name), Symbol: m.words(symbol)}
		if yield(event, Accepted) {
			yield(calculation.update(name, symbol), Accepted)
		}
	}
}

// update is the indicator as the pattern-flow page reads it.
func (n *normalised) update(name, symbol int) rooms.Event {
	event := n.everywhere("indicator_update", nil)
	event.Audience.Topic = rooms.Flow
	event.Traits = rooms.Traits{Tier: "indicators", Symbol: n.words(symbol)}
	event.Compose = func(int) []byte {
		when := n.pageTime()
		id := cmp.Or(n.asText(n.member(n.outer, "id")), n.asText(n.member(n.outer, "event_id")),
			`"`+bare(n.raw(symbol))+"_"+bare(n.raw(name))+"_"+when+`"`)
		_, confidence, _ := n.figure(n.member(n.outer, "confidence"))
		return []byte(`{"id":` + id + `,"symbol":` + n.raw(symbol) + `,"type":` + n.raw(name) +
			`,"confidence":` + strconv.FormatFloat(fraction(confidence), 'f', -1, 64) + `,"timestamp":` + when + `}`)
	}
	return event
}

// pageTime is when it happened, as pages read it: milliseconds. What tells no time was now.
func (n *normalised) pageTime() string {
	at := n.received
	if told, ok := n.when(n.seek(func(m int) bool { return !n.blank(m) }, "timestamp")); ok {
		at = told
	}
	return milliseconds(at)
}
