package redisbridge

import "unicode/utf8"

type kind uint8

const (
	null kind = iota
	yes
	no
	number
	text
	array
	object
)

// span is a stretch of a document's text.
type span struct{ start, end int }

// node is one value of a document, or one member if it has a key.
type node struct {
	kind       kind
	escaped    bool // a text with escapes in it
	keyEscaped bool
	key        span // without its quotes
	value      span // with its quotes or brackets
	next       int  // the sibling after it, past everything inside it
}

// document is one message, checked and indexed in a single pass. A value is
// named by its index among the nodes, the whole document is root. The text is
// never copied or rewritten: what a browser gets is cut out of it.
type document struct {
	text  string
	nodes []node                 // in the order of the text
	wide  map[int]map[string]int // the members of large objects by name, as soon as one is looked for
}

const (
	root = 0
	none = -1

	keptNodes = 4096 // more are given back after a large message
	manyKeys  = 16   // more are compared through a map
)

// read makes d the document of this text, or says why it is none.
func (d *document) read(raw string) Reason {
	if cap(d.nodes) > keptNodes {
		d.nodes = nil
	}
	d.text, d.nodes, d.wide = raw, d.nodes[:0], nil
	if !utf8.ValidString(raw) {
		return BadUTF8
	}
	s := scanner{document: d}
	s.space()
	if reason := s.value(0); reason != Accepted {
		return reason
	}
	s.space()
	switch {
	case s.at < len(raw):
		return NotJSON
	case d.nodes[root].kind != object:
		return NotObject
	}
	return Accepted
}

func (s *scanner) open(k kind) int {
	s.nodes = append(s.nodes, node{kind: k, value: span{start: s.at}})
	return len(s.nodes) - 1
}

func (s *scanner) close(n int) { s.nodes[n].value.end, s.nodes[n].next = s.at, len(s.nodes) }

// distinct refuses an object with two members of one name.
func (d *document) distinct(parent int) Reason {
	if members := d.count(parent); members > manyKeys {
		if len(d.names(parent)) < members {
			return DuplicateKey
		}
		return Accepted
	}
	for m := range d.children(parent) {
		for earlier := range d.children(parent) {
			if earlier == m {
				break
			}
			if d.sameKey(earlier, m) {
				return DuplicateKey
			}
		}
	}
	return Accepted
}

func (d *document) count(parent int) int {
	count := 0
	for range d.children(parent) {
		count++
	}
	return count
}

// names are the members of an object.
func (d *document) names(parent int) map[string]bool {
	names := make(map[string]bool, d.count(parent))
	for m := range d.children(parent) {
		names[d.key(m)] = true
	}
	return names
}

func (d *document) sameKey(a, b int) bool {
	if d.nodes[a].keyEscaped || d.nodes[b].keyEscaped {
		return d.key(a) == d.key(b)
	}
	return d.cut(d.nodes[a].key) == d.cut(d.nodes[b].key)
}

// children are the members of an object or the elements of an array; of anything else there are none.
func (d *document) children(parent int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		if parent == none {
			return
		}
		for m := parent + 1; m < d.nodes[parent].next && yield(m); {
			m = d.nodes[m].next
		}
	}
}

// member finds a member of an object by name; none if there is none, or no object.
func (d *document) member(parent int, name string) int {
	if !d.is(parent, object) {
		return none
	}
	looked := 0
	for m := parent + 1; m < d.nodes[parent].next; m = d.nodes[m].next {
		if n := &d.nodes[m]; !n.keyEscaped && d.cut(n.key) == name || n.keyEscaped && d.key(m) == name {
			return m
		}
		if looked++; looked == manyKeys {
			return d.lookUp(parent, name)
		}
	}
	return none
}

// lookUp is member for large objects: a batch asks the object around it once for each element.
func (d *document) lookUp(parent int, name string) int {
	if d.wide[parent] == nil {
		if d.wide == nil {
			d.wide = make(map[int]map[string]int)
		}
		members := make(map[string]int)
		for m := range d.children(parent) {
			members[d.key(m)] = m
		}
		d.wide[parent] = members
	}
	if m, there := d.wide[parent][name]; there {
		return m
	}
	return none
}

func (d *document) is(n int, k kind) bool { return n != none && d.nodes[n].kind == k }

func (d *document) cut(s span) string { return d.text[s.start:s.end] }

// raw is the value as it was published.
func (d *document) raw(n int) string { return d.cut(d.nodes[n].value) }

func (d *document) key(n int) string {
	key := d.nodes[n].key
	if !d.nodes[n].keyEscaped {
		return d.cut(key)
	}
	return unquoted(d.cut(span{key.start - 1, key.end + 1}))
}
