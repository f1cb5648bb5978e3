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
			m.pattern(root, none, yield)
			return
		}
		for element := range m.children(batch) {
			if !m.pattern(element, root, yield) {
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

// pattern yields what becomes of one pattern; batch is the message around it, if it is one of several.
func (m *message) pattern(outer, batch int, yield func(rooms.Event, Reason) bool) bool {
	if m.found == nil {
		m.found = newFinding(m)
	}
	if reason := m.found.find(outer, batch); reason != Accepted {
		return yield(rooms.Event{}, reason)
	}
	return m.found.events(yield)
}

// find reads the pattern, as far as it takes to know who may want it.
func (f *finding) find(outer, batch int) Reason {
	if !f.is(outer, object) {
		return NotObject
	}
	inner, reason := f.innermost(outer)
	if reason != Accepted {
		return reason
	}
	f.core = inner
	if inner == outer {
		inner = none
	}
	levels := [...]int{inner, outer}
	name, symbol := f.first(levels, patternNames[:]...), f.first(levels, symbolNames[:]...)
	switch {
	case name == none:
		return MissingPattern
	case symbol == none:
		return MissingSymbol
	}
	f.outer, f.inner, f.batch, f.name, f.symbol = outer, inner, batch, name, symbol
	literal, confidence, _ := f.amountOf([...]int{outer, inner}, "confidence")
	f.published, f.shown = literal, literal
	if scaled := fraction(confidence); scaled != confidence {
		f.shown, confidence = strconv.FormatFloat(scaled, 'f', -1, 64), scaled
	}
	f.traits = f.traitsOf(levels, confidence)
	f.told, f.warned = false, false
	return Accepted
}

// traitsOf are what filters look at. As in the application every pattern has a tier and a confidence.
func (f *finding) traitsOf(levels [2]int, confidence float64) rooms.Traits {
	regime, _ := regimeNamed(f.words(f.regime(levels)))
	t := rooms.Traits{
		Regime:        regime,
		Pattern:       f.words(f.name),
		Symbol:        f.words(f.symbol),
		Tier:          tier(f.words(f.first(levels, "tier"))),
		Confidence:    confidence,
		HasConfidence: true,
		Priority:      rooms.PriorityNamed(f.words(f.first(levels, "priority"))),
	}
	if t.Priority == 0 {
		t.Priority = rooms.PriorityAt(confidence)
	}
	return t
}

// regime is the market's when the pattern was found, if the producer tells it.
func (f *finding) regime(levels [2]int) int {
	if m := f.first(levels, "market_regime", "regime"); m != none {
		return m
	}
	return f.first([...]int{f.member(levels[0], "market_context"), f.member(levels[1], "market_context")}, "market_regime", "regime")
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
