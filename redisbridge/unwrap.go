package redisbridge

import (
	"cmp"
	"slices"
)

// wrappers are the members in which producers put what a message is about.
var wrappers = [...]string{"session", "health", "detection", "calculation", "indicator", "alert", "data"}

// unwrap finds the object that a message, or an element of a batch, is about: what a member of one of the
// channel's own names holds; else this object, if it says something; else what any wrapper holds.
func (m *message) unwrap(at int, says func(int) bool, own ...string) int {
	for {
		inner := m.within(at, own)
		switch {
		case inner == none && !says(at):
			inner = m.within(at, wrappers[:])
		case inner != none && says(at) && !says(inner):
			return at
		}
		if inner == none {
			return at
		}
		at = inner
	}
}

// within is the first of these members that is an object.
func (m *message) within(parent int, names []string) int {
	for _, name := range names {
		if inner := m.member(parent, name); m.is(inner, object) {
			return inner
		}
	}
	return none
}

// naming says whether an object has one of these members, with something in it.
func (m *message) naming(names ...string) func(int) bool {
	return func(parent int) bool {
		return slices.ContainsFunc(names, func(name string) bool { return !m.blank(m.member(parent, name)) })
	}
}

// about begins what an event says of an object: all its members as they were published, and what pages
// rely on. That is looked for in the object first, then in those around it, the nearest first.
func (m *message) about(body int, around ...int) *normalised {
	n := m.normalise(body, none)
	n.levels = append(n.levels, body)
	for _, level := range around {
		if !slices.Contains(n.levels, level) {
			n.levels = append(n.levels, level)
		}
	}
	return n
}

// seek finds the first of these members that is fit; none if there is none.
func (n *normalised) seek(fit func(int) bool, names ...string) int {
	for _, level := range n.levels {
		for _, name := range names {
			if found := n.member(level, name); found != none && !n.holds(found) && fit(found) {
				return found
			}
		}
	}
	return none
}

// holds tells the wrappers that the object came out of.
func (n *normalised) holds(m int) bool { return m <= n.outer && n.outer < n.nodes[m].next }

// value makes sure of a member that pages only show: the first of these that is not null.
func (n *normalised) value(key, fallback string, names ...string) {
	found := n.seek(func(m int) bool { return !n.is(m, null) }, names...)
	if found != none {
		fallback = n.raw(found)
	}
	n.put(key, fallback)
}

// label makes sure of a member that pages cut up as a text: the first of these that is one, or a number.
func (n *normalised) label(key, fallback string, names ...string) {
	found := n.seek(func(m int) bool { return n.asText(m) != "" }, names...)
	n.put(key, cmp.Or(n.asText(found), fallback))
}

// asText is a text, or a number as one; empty if it is neither.
func (n *normalised) asText(m int) string {
	switch {
	case n.is(m, number):
		return `"` + n.raw(m) + `"`
	case n.words(m) != "":
		return n.raw(m)
	}
	return ""
}

// adopt takes over what the producer put around the object rather than into it.
func (n *normalised) adopt(names ...string) {
	for _, name := range names {
		found := n.seek(func(int) bool { return true }, name)
		if found != none && n.member(n.outer, name) == none {
			n.set(name, n.raw(found))
		}
	}
}
