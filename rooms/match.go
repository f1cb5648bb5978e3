package rooms

import (
	"math"
	"math/bits"
	"slices"
)

// probeShare: if fewer than one slot in this many can match, each is looked up
// in the other sets; above that it is cheaper to intersect whole words.
const probeShare = 256

// workspace is what one match needs besides the index.
type workspace struct {
	terms  []term
	found  []uint64 // slots that passed all terms so far
	passed []uint64 // slots that pass the term at hand
	seen   []uint64 // rooms that were taken, by their first slot
}

// term is one thing that an event tests: a slot passes that is in either set.
// The sets have no slot in common.
type term struct {
	named *set // nil if no filter names the event's value
	any   *set // nil for a minimum
}

func (t term) len() (n int) {
	if t.named != nil {
		n = t.named.n
	}
	if t.any != nil {
		n += t.any.n
	}
	return n
}

func (t term) has(i uint32) bool {
	return t.named != nil && t.named.has(i) || t.any != nil && t.any.has(i)
}

func (t term) addTo(words []uint64) {
	if t.named != nil {
		t.named.addTo(words)
	}
	if t.any != nil {
		t.any.addTo(words)
	}
}

// match appends each interested room once.
func (t *topicIndex) match(e *Traits, w *workspace, to *interest) {
	n := t.slots.n
	w.found, w.seen = zeroed(w.found, n), zeroed(w.seen, n)
	w.terms = t.terms(e, w.terms[:0])
	defer clear(w.terms) // a workspace must not hold on to sets
	if len(w.terms) == 0 {
		fill(w.found, n)
	} else {
		w.narrow(int(n))
	}
	confidence, before := math.Inf(1), len(to.rooms)
	if e.HasConfidence {
		confidence = e.Confidence
	}
	to.rooms = t.take(confidence, w, to.rooms)
	if t.limited > 0 || to.personal {
		to.rooms = to.rooms[:before]
		t.claim(confidence, w, to)
	}
}

// narrow finds those of n slots that pass all terms.
func (w *workspace) narrow(n int) {
	slices.SortFunc(w.terms, func(a, b term) int { return a.len() - b.len() })
	w.terms[0].addTo(w.found)
	if w.terms[0].len() < n/probeShare {
		w.probe()
	} else {
		w.intersect()
	}
}

// terms lists what excludes any slot at all.
func (t *topicIndex) terms(e *Traits, dst []term) []term {
	for d, value := range e.values() {
		if value != "" {
			dst = append(dst, term{named: t.lists[d].named(value), any: &t.lists[d].any})
		}
	}
	if e.HasConfidence {
		dst = append(dst, term{named: &t.confidence[level(e.Confidence)]})
	}
	if e.Priority != 0 {
		dst = append(dst, term{named: &t.priority[min(e.Priority, Critical)]})
	}
	if e.Closed {
		dst = append(dst, term{named: &t.anytime})
	}
	return slices.DeleteFunc(dst, func(x term) bool { return x.len() == int(t.slots.n) })
}

// probe drops the slots that fail a term, one by one.
func (w *workspace) probe() {
	for i := range ones(w.found) {
		for _, x := range w.terms[1:] {
			if !x.has(i) {
				w.found[i/wordBits] &^= 1 << (i % wordBits)
				break
			}
		}
	}
}

// intersect drops the slots that fail a term, word by word.
func (w *workspace) intersect() {
	for _, x := range w.terms[1:] {
		w.passed = zeroed(w.passed, uint32(len(w.found)*wordBits))
		x.addTo(w.passed)
		for i, passed := range w.passed {
			w.found[i] &= passed
		}
	}
}

// take appends the rooms of the slots found, but for those whose minimum is
// higher within its level, and those that another slot has brought.
func (t *topicIndex) take(confidence float64, w *workspace, dst []Room) []Room {
	for i, word := range w.found {
		for ; word != 0; word &= word - 1 {
			at := t.slots.at(uint32(i*wordBits + bits.TrailingZeros64(word)))
			if !at.reached(confidence) {
				continue
			}
			seen, bit := &w.seen[at.first/wordBits], uint64(1)<<(at.first%wordBits)
			if *seen&bit == 0 {
				*seen |= bit
				dst = append(dst, at.room)
			}
		}
	}
	return dst
}

func (at *slot) reached(confidence float64) bool {
	return !(at.confidence > 0 && confidence < at.confidence)
}

// claim appends the rooms that were taken, in the order of their first slots, and the
// slots that accept the event with what they count.
func (t *topicIndex) claim(confidence float64, w *workspace, to *interest) {
	for first := range ones(w.seen) {
		for i := first; i != none; i = t.slots.at(i).next {
			at := t.slots.at(i)
			if w.found[i/wordBits]&(1<<(i%wordBits)) != 0 && at.reached(confidence) {
				to.claims = append(to.claims, claim{len(to.rooms), i, at.hour})
			}
		}
		to.rooms = append(to.rooms, t.slots.at(first).room)
	}
}

// claimed is the first, by id, of the slots with these claims; nil if none of them is the room's any more.
func (t *topicIndex) claimed(room Room, claims []claim) (first *slot) {
	for _, c := range claims {
		if c.slot >= t.slots.n {
			continue
		}
		if at := t.slots.at(c.slot); at.room == room && (first == nil || at.id < first.id) {
			first = at
		}
	}
	return first
}

// zeroed returns words with room for n bits, none set.
func zeroed(words []uint64, n uint32) []uint64 {
	words = slices.Grow(words[:0], wordsFor(n))[:wordsFor(n)]
	clear(words)
	return words
}

// fill sets the first n bits.
func fill(words []uint64, n uint32) {
	for i := range words {
		words[i] = math.MaxUint64
	}
	if rest := n % wordBits; rest != 0 {
		words[len(words)-1] = 1<<rest - 1
	}
}
