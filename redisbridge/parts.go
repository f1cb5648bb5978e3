package redisbridge

import (
	"iter"

	"github.com/tickstock/tickcast/rooms"
)

// part is what a market message says of one symbol: mostly all that it says.
type part struct {
	*message
	levels [2]int // its object, and the one around it
	symbol string // JSON
	name   string // the symbol, read
}

// parts is the translator of messages about one symbol, flat or in "data", or
// about several: a list, or a map by symbol, under one of these names.
func parts(of func(part) (rooms.Event, Reason), lists ...string) Translator {
	return func(m *message) iter.Seq2[rooms.Event, Reason] {
		return func(yield func(rooms.Event, Reason) bool) {
			list, around := m.list(lists)
			if list == none {
				yield(m.part(of))
				return
			}
			if m.count(list) == 0 {
				yield(rooms.Event{}, MissingSymbol)
			}
			for element := range m.children(list) {
				if !yield(m.element(of, element, around)) {
					return
				}
			}
		}
	}
}

// list finds the list, or map, and the object that it is in.
func (m *message) list(names []string) (list, around int) {
	data := m.member(root, "data")
	if m.is(data, array) {
		return data, root
	}
	for _, around := range [...]int{root, data} {
		for _, name := range names {
			if list := m.member(around, name); m.is(list, array) || m.is(list, object) {
				return list, around
			}
		}
	}
	return none, none
}

// part is a message about one symbol.
func (m *message) part(of func(part) (rooms.Event, Reason)) (rooms.Event, Reason) {
	levels, reason := m.levels()
	if reason != Accepted {
		return rooms.Event{}, reason
	}
	symbol := m.first(levels, symbolNames[:]...)
	if symbol == none {
		return rooms.Event{}, MissingSymbol
	}
	return of(part{m, levels, m.raw(symbol), m.words(symbol)})
}

// levels are the innermost object of a message, and the one around it.
func (m *message) levels() ([2]int, Reason) {
	inner, reason := m.innermost(root)
	if inner == root {
		return [...]int{root, none}, reason
	}
	return [...]int{inner, root}, reason
}

// element is a part of a list, or of a map whose names are the symbols.
func (m *message) element(of func(part) (rooms.Event, Reason), element, around int) (rooms.Event, Reason) {
	if !m.is(element, object) {
		return rooms.Event{}, NotObject
	}
	levels := [...]int{element, around}
	if symbol := m.first(levels, symbolNames[:]...); symbol != none {
		return of(part{m, levels, m.raw(symbol), m.words(symbol)})
	}
	if key := m.key(element); key != "" {
		return of(part{m, levels, `"` + m.cut(m.nodes[element].key) + `"`, key})
	}
	return rooms.Event{}, MissingSymbol
}

// event is one for those who watch the symbol.
func (p part) event(name string, topic rooms.Topic, compose func(int) []byte) rooms.Event {
	return rooms.Event{
		Name:     name,
		Channel:  p.channel,
		Received: p.received,
		Audience: rooms.Audience{Namespace: "/", Topic: topic},
		Traits:   rooms.Traits{Symbol: p.name},
		Compose:  compose,
	}
}

// published is when the message was, as the first of these objects says; else when it came.
func (m *message) published(levels ...int) string {
	if n := m.dated(levels...); n != none {
		return m.raw(n)
	}
	return epoch(m.received)
}

// dated is the time that the first of these objects tells; none if none does.
func (m *message) dated(levels ...int) int {
	for _, level := range levels {
		if n := m.member(level, "timestamp"); m.is(n, number) || m.words(n) != "" {
			return n
		}
	}
	return none
}

// nested is the object of one of these names in the innermost object; else that itself.
func (m *message) nested(levels [2]int, names ...string) int {
	for _, name := range names {
		if n := m.member(levels[0], name); m.is(n, object) {
			return n
		}
	}
	return levels[0]
}

// under has each event go out under all these names: some pages listen for one, some for the other.
func under(translate Translator, names ...string) Translator {
	return func(m *message) iter.Seq2[rooms.Event, Reason] {
		return func(yield func(rooms.Event, Reason) bool) {
			for event, reason := range translate(m) {
				if reason != Accepted {
					if !yield(event, reason) {
						return
					}
					continue
				}
				for _, name := range names {
					if event.Name = name; !yield(event, Accepted) {
						return
					}
				}
			}
		}
	}
}

// object builds a payload that is the producer's object, completed.
func (n *normalised) object(int) []byte { return n.appendTo(make([]byte, 0, len(n.raw(n.outer))+128)) }

// wrapped builds a payload of these members, the last of which is the producer's object, completed.
func (n *normalised) wrapped(key string, beside ...field) func(int) []byte {
	return func(int) []byte {
		out := append(make([]byte, 0, len(n.raw(n.outer))+256), '{')
		for _, f := range beside {
			out = append(appendField(out, f), ',')
		}
		out = n.appendTo(append(out, `"`+key+`":`...))
		return append(out, '}')
	}
}
