package redisbridge

import (
	"iter"

	"github.com/tickstock/tickcast/rooms"
)

// translateStreamingPatterns reads tickstock:patterns:streaming and tickstock:patterns:detected, where the
// producer repeats the surest: a detection, flat or wrapped, or a batch of them.
func translateStreamingPatterns(m *message) iter.Seq2[rooms.Event, Reason] {
	return m.elements("patterns", patternNames[:], (*message).detection, "detection", "pattern")
}

// maker makes the events of one object; around are those in which it was found.
type maker func(m *message, body int, around ...int) iter.Seq2[rooms.Event, Reason]

// elements makes events of each element of the list, or of the message itself if that has a name.
func (m *message) elements(list string, names []string, each maker, own ...string) iter.Seq2[rooms.Event, Reason] {
	return func(yield func(rooms.Event, Reason) bool) {
		named := func(at int) bool { return m.first([...]int{at, none}, names...) != none }
		outer := m.unwrap(root, func(at int) bool { return named(at) || m.is(m.member(at, list), array) }, own...)
		batch := m.member(outer, list)
		if !m.is(batch, array) || named(outer) {
			each(m, outer, root)(yield)
			return
		}
		for element := range m.children(batch) {
			if !m.is(element, object) {
				if !yield(rooms.Event{}, NotObject) {
					return
				}
				continue
			}
			for event, reason := range each(m, m.unwrap(element, named, own...), element, outer, root) {
				if !yield(event, reason) {
					return
				}
			}
		}
	}
}

// detection makes the event of one pattern.
func (m *message) detection(body int, around ...int) iter.Seq2[rooms.Event, Reason] {
	return func(yield func(rooms.Event, Reason) bool) {
		level := [...]int{body, none}
		name, symbol := m.first(level, patternNames[:]...), m.first(level, symbolNames[:]...)
		switch {
		case name == none:
			yield(rooms.Event{}, MissingPattern)
			return
		case symbol == none:
			yield(rooms.Event{}, MissingSymbol)
			return
		}
		detection := m.about(body, around...)
		detection.put("pattern_type", m.raw(name))
		detection.put("symbol", m.raw(symbol))
		detection.amount("confidence", "confidence")
		detection.value("timestamp", "null", "timestamp", "detection_timestamp")
		detection.value("parameters", "{}", "parameters")
		detection.label("timeframe", `"1min"`, "timeframe")
		detection.adopt("bar_data", "metadata", "levels", "session_id")
		event := detection.broadcast("streaming_pattern", "streaming_pattern", "detection")
		event.Traits = rooms.Traits{Pattern: m.words(name), Symbol: m.words(symbol)}
		yield(event, Accepted)
	}
}
