package redisbridge

import (
	"encoding/json"
	"iter"

	"github.com/tickstock/tickcast/rooms"
)

// translateSummary reads tickstock.market.summary: the market as a whole, its movers, or both.
func translateSummary(m *message) iter.Seq2[rooms.Event, Reason] {
	return m.market((*message).summary)
}

// translateStatistics reads tickstock.dashboard.summary, which may be a summary of the market as well.
func translateStatistics(m *message) iter.Seq2[rooms.Event, Reason] {
	return m.market(func(m *message, levels [2]int) (rooms.Event, Reason) {
		if event, told := m.statistics(levels); told {
			return event, Accepted
		}
		return m.summary(levels)
	})
}

// market yields the movers if there are any, and the rest as said by of.
func (m *message) market(of func(*message, [2]int) (rooms.Event, Reason)) iter.Seq2[rooms.Event, Reason] {
	return func(yield func(rooms.Event, Reason) bool) {
		levels, reason := m.levels()
		if reason != Accepted {
			yield(rooms.Event{}, reason)
			return
		}
		event, reason := of(m, levels)
		movers := m.movers(levels)
		if reason == Accepted || movers == none {
			if !yield(event, reason) {
				return
			}
		}
		if movers != none {
			yield(m.moved(m.raw(movers)), Accepted)
		}
	}
}

// movers is the list of the market movers, wherever it is; none if there is none.
func (m *message) movers(levels [2]int) int {
	for _, level := range [...]int{levels[0], levels[1], m.member(levels[0], "summary")} {
		if n := m.member(level, "market_movers"); m.is(n, array) || m.is(n, object) {
			return n
		}
	}
	return none
}

// moved keeps the movers for those who ask later.
func (m *message) moved(movers string) rooms.Event {
	m.memory.movers.keep(json.RawMessage(movers))
	return rooms.Event{
		Name:     "market_movers_update",
		Channel:  m.channel,
		Received: m.received,
		Audience: rooms.Audience{Namespace: "/", Topic: rooms.Movers},
		Compose:  func(int) []byte { return []byte(`{"market_movers":` + movers + `}`) },
	}
}

// summary is how many symbols went up and down.
func (m *message) summary(levels [2]int) (rooms.Event, Reason) {
	body := m.nested(levels, "summary")
	counts := [...]string{"total_symbols", "symbols_up", "symbols_down"}
	if _, _, ok := m.amountOf([...]int{body, none}, counts[:]...); !ok {
		return rooms.Event{}, MissingSummary
	}
	data := m.normalise(body, none)
	for _, count := range counts {
		data.amount(count, count)
	}
	return m.announced("tickstockpl_market_summary", data.wrapped("summary", field{"timestamp", m.published(levels[:]...)})), Accepted
}

// statistics are each shown by a panel of their own, so that any may be missing.
func (m *message) statistics(levels [2]int) (event rooms.Event, told bool) {
	out := []byte{'{'}
	first := true
	for _, name := range [...]string{"statistics", "breadth", "frequency"} {
		for _, level := range levels {
			if n := m.member(level, name); m.is(n, object) || m.is(n, array) {
				out = appendField(separated(out, &first), field{name, m.raw(n)})
				break
			}
		}
	}
	out = append(out, '}')
	return m.announced("market_statistics_update", func(int) []byte { return out }), !first
}

// announced is an event for everyone.
func (m *message) announced(name string, compose func(int) []byte) rooms.Event {
	return rooms.Event{Name: name, Channel: m.channel, Received: m.received, Audience: everyone(), Compose: compose}
}
