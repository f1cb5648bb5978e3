package redisbridge

import (
	"cmp"
	"slices"
	"strings"
)

// normalised is the object that pages find as event.data: every member of the
// producer's object as it was published, then the members of a nested object
// that the outer one lacks, then what pages rely on.
type normalised struct {
	*message
	outer   int
	inner   int // none if nothing is nested
	patches []patch
	added   []field
	// Where a streamed event looks for what pages rely on.
	levels []int
}

// normalise begins the data of an event. There is one at a time, so that its lists are used again.
func (m *message) normalise(outer, inner int) *normalised {
	m.data = normalised{message: m, outer: outer, inner: inner, levels: m.data.levels[:0], patches: m.data.patches[:0], added: m.data.added[:0]}
	return &m.data
}

// field is a member that is added: its value is JSON.
type field struct{ key, value string }

// patch replaces the value of a member.
type patch struct {
	at    span
	value string
}

// word makes sure of a member that pages use as a text. One that says nothing gives way.
func (n *normalised) word(key string, fallback int) {
	if !n.blank(n.member(n.outer, key)) {
		return
	}
	if nested := n.member(n.inner, key); !n.blank(nested) {
		fallback = nested
	}
	n.set(key, n.raw(fallback))
}

// amount makes sure of a member that pages compute with: one row that holds no
// number breaks every later rendering of their table. The last resort is 0.
func (n *normalised) amount(key string, paths ...string) (literal string) {
	literal, _, _ = n.amountOf([...]int{n.outer, n.inner}, paths...)
	n.put(key, literal)
	return literal
}

// amountOf is the first number on these paths, each tried in one object after the other; else 0.
func (m *message) amountOf(objects [2]int, paths ...string) (literal string, amount float64, ok bool) {
	for _, path := range paths {
		for _, level := range objects {
			if literal, amount, ok := m.figure(m.at(level, path)); ok {
				return literal, amount, true
			}
		}
	}
	return "0", 0, false
}

// put writes a member, unless it says just that already.
func (n *normalised) put(key, value string) {
	if present := n.member(n.outer, key); present == none || n.raw(present) != value {
		n.set(key, value)
	}
}

// set writes a member. One that the producer's object has is replaced, so ask before.
func (n *normalised) set(key, value string) {
	if m := n.member(n.outer, key); m != none {
		n.patches = append(n.patches, patch{n.nodes[m].value, value})
		return
	}
	n.added = append(n.added, field{key, value})
}

// find is a member of the outer object, or else of the nested one.
func (n *normalised) find(name string) int {
	if m := n.member(n.outer, name); m != none {
		return m
	}
	return n.member(n.inner, name)
}

// orNull is a member as it was published.
func (n *normalised) orNull(name string) string {
	if m := n.find(name); m != none {
		return n.raw(m)
	}
	return "null"
}

// at follows a path of one or two members.
func (m *message) at(parent int, path string) int {
	parentName, name, nested := strings.Cut(path, ".")
	parent = m.member(parent, parentName)
	if !nested {
		return parent
	}
	return m.member(parent, name)
}

// appendTo writes the object. It cuts the text only where it must, so that all else stays to the letter.
func (n *normalised) appendTo(out []byte) []byte {
	whole := n.nodes[n.outer].value
	slices.SortFunc(n.patches, func(a, b patch) int { return cmp.Compare(a.at.start, b.at.start) })
	from := whole.start
	for _, p := range n.patches {
		out = append(out, n.text[from:p.at.start]...)
		out = append(out, p.value...)
		from = p.at.end
	}
	out = append(out, n.text[from:whole.end-1]...)
	empty := n.nodes[n.outer].next == n.outer+1
	var outside map[string]bool // for hostile objects; few names are sooner compared one by one
	if n.inner != none && n.count(n.outer) > manyKeys {
		outside = n.names(n.outer)
	}
	for m := range n.children(n.inner) {
		if n.lacks(m, outside) {
			out = separated(out, &empty)
			out = append(append(append(out, '"'), n.cut(n.nodes[m].key)...), '"', ':')
			out = append(out, n.raw(m)...)
		}
	}
	for _, f := range n.added {
		out = separated(out, &empty)
		out = appendField(out, f)
	}
	return append(out, '}')
}

// lacks says whether a nested member is missing outside.
func (n *normalised) lacks(member int, outside map[string]bool) bool {
	key := n.key(member)
	if slices.ContainsFunc(n.added, func(f field) bool { return f.key == key }) {
		return false
	}
	if outside != nil {
		return !outside[key]
	}
	return n.member(n.outer, key) == none
}

func separated(out []byte, empty *bool) []byte {
	if *empty {
		*empty = false
		return out
	}
	return append(out, ',')
}

// appendField writes a member. Our own keys need no escapes.
func appendField(out []byte, f field) []byte {
	out = append(append(append(out, '"'), f.key...), '"', ':')
	return append(out, f.value...)
}
