package redisbridge

import (
	"iter"
	"strconv"
	"strings"

	"github.com/tickstock/tickcast/rooms"
)

// Names that producers have used for one and the same thing, the usual one first.
var (
	patternNames = [...]string{"pattern", "pattern_name", "pattern_type"}
	symbolNames  = [...]string{"symbol", "ticker"}
)

// translatePatterns reads tickstock.events.patterns: a pattern flat, in "data", in
// "data.data" or in "detection", under any of its names, or a batch of them.
func translatePatterns(m *message) iter.Seq2[rooms.Event, Reason] {
	return func(yield func(rooms.Event, Reason) bool) {
		inner, reason := m.innermost(root)
		if reason != Accepted {
			yield(rooms.Event{}, reason)
			return
		}
		batch := m.member(inner, "patterns")
		if !m.is(batch, array) || m.first([...]int{inner, root}, patternNames[:]...) != none {
			yield(m.pattern(root, none))
			return
		}
		for element := range m.children(batch) {
			if !yield(m.pattern(element, root)) {
				return
			}
		}
	}
}

// innermost is the object that holds the pattern itself.
func (m *message) innermost(outer int) (int, Reason) {
	if detection := m.member(outer, "detection"); m.is(detection, object) {
		return detection, Accepted
	}
	data := m.member(outer, "data")
	switch {
	case data == none:
		return outer, Accepted
	case !m.is(data, object):
		return none, BadData
	}
	if deeper := m.member(data, "data"); m.is(deeper, object) {
		return deeper, Accepted
	}
	return data, Accepted
}

// pattern makes the alert of one pattern; batch is the message around it, if it is one of several.
func (m *message) pattern(outer, batch int) (rooms.Event, Reason) {
	if !m.is(outer, object) {
		return rooms.Event{}, NotObject
	}
	inner, reason := m.innermost(outer)
	if reason != Accepted {
		return rooms.Event{}, reason
	}
	if inner == outer {
		inner = none
	}
	levels := [...]int{inner, outer}
	name, symbol := m.first(levels, patternNames[:]...), m.first(levels, symbolNames[:]...)
	switch {
	case name == none:
		return rooms.Event{}, MissingPattern
	case symbol == none:
		return rooms.Event{}, MissingSymbol
	}
	data := m.normalise(outer, inner)
	data.word("pattern", name)
	data.word("pattern_type", name)
	data.word("symbol", symbol)
	shown, confidence := data.amount("confidence", "confidence")
	data.amount("price", "price", "current_price", "price_at_detection", "metadata.price")
	data.amount("change_percent", "change_percent", "price_change")
	data.strength()
	if scaled := fraction(confidence); scaled != confidence {
		shown, confidence = strconv.FormatFloat(scaled, 'f', -1, 64), scaled
	}
	event := data.event(envelope{name: "pattern_alert", kind: "pattern_detected", heading: []field{
		{"pattern", m.raw(name)}, {"symbol", m.raw(symbol)}, {"confidence", shown},
	}}, batch)
	event.Audience.Topic = rooms.Patterns
	event.Traits = m.traits(levels, name, symbol, confidence)
	return event, Accepted
}

// traits are what filters look at. As in the application every pattern has a tier and a confidence.
func (m *message) traits(levels [2]int, name, symbol int, confidence float64) rooms.Traits {
	t := rooms.Traits{
		Pattern:       m.words(name),
		Symbol:        m.words(symbol),
		Tier:          tier(m.words(m.first(levels, "tier"))),
		Confidence:    confidence,
		HasConfidence: true,
		Priority:      rooms.PriorityNamed(m.words(m.first(levels, "priority"))),
	}
	if t.Priority == 0 {
		t.Priority = rooms.PriorityAt(confidence)
	}
	return t
}

// tier is one of those that pages have a column for; all else counts as daily.
func tier(name string) string {
	switch lower := strings.ToLower(name); lower {
	case "intraday", "combo", "indicators":
		return lower
	}
	return "daily"
}

// fraction brings a confidence to 0..1; above 1 it must have been a percentage.
func fraction(confidence float64) float64 {
	if confidence > 1 {
		confidence /= 100
	}
	return min(max(confidence, 0), 1)
}

// strength makes sure of "rs", the relative strength, if the pattern tells it at all.
func (n *normalised) strength() {
	for _, level := range [...]int{n.outer, n.inner} {
		if n.member(level, "rs") != none {
			return
		}
	}
	for _, level := range [...]int{n.outer, n.inner} {
		if literal, _, ok := n.figure(n.at(level, "indicators.relative_strength")); ok {
			n.set("rs", literal)
			return
		}
	}
}
