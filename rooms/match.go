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
	seen   []uint64 // rooms that were taken, by their places
	taken  []int    // and where they stand among those taken
}

// term is one thing that an event tests: a slot passes that is in either set.
// The sets have no slot in common.
type term struct {
	named *set // nil if no filter names the event's value
	any   *set // nil for a minimum
}

func (t term) len() (n int) {
	if t.named != nil {
		n = t.named.len()
	}
	if t.any != nil {
		n += t.any.len()
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

// match appends each room once that is interested in this version.
func (t *topicIndex) match(e *Traits, version uint64, w *workspace, to *interest) {
	n := t.slots.end.Load()
	w.found, w.seen = zeroed(w.found, n), zeroed(w.seen, t.places.Load())
	w.terms = t.terms(e, w.terms[:0])
	defer clear(w.terms) // a workspace must not hold on to sets
	w.narrow(int(n))
	confidence := math.Inf(1)
	if e.HasConfidence {
		confidence = e.Confidence
	}
	if t.limited.Load() > 0 || to.personal {
		t.claim(confidence, version, w, to)
		return
	}
	to.rooms = t.take(confidence, version, w, to.rooms)
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

// terms lists what excludes any slot at all, or nobody.
func (t *topicIndex) terms(e *Traits, dst []term) []term {
	for d, value := range e.values() {
		if list := &t.lists[d]; value != "" && list.choosy.Load() > 0 {
			dst = append(dst, term{named: list.named(value), any: &list.any})
		}
	}
	if e.HasConfidence && t.choosy.confidence.Load() > 0 {
		dst = append(dst, term{named: &t.confidence[level(e.Confidence)]})
	}
	if e.Priority != 0 && t.choosy.priority.Load() > 0 {
		dst = append(dst, term{named: &t.priority[min(e.Priority, Critical)]})
	}
	if e.Closed && t.choosy.hours.Load() > 0 {
		dst = append(dst, term{named: &t.anytime})
	}
	if len(dst) == 0 {
		dst = append(dst, term{named: &t.everyone})
	}
	return dst
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
func (t *topicIndex) take(confidence float64, version uint64, w *workspace, dst []Room) []Room {
	for i, word := range w.found {
		if word == 0 {
			continue
		}
		page := t.slots.shelf.at(uint32(i * wordBits / pageSize)) // a word's slots are on one
		for ; word != 0; word &= word - 1 {
			at := &page[(i*wordBits+bits.TrailingZeros64(word))%pageSize]
			if !at.lives(version) || !at.reached(confidence) {
				continue
			}
			seen, bit := &w.seen[at.place/wordBits], uint64(1)<<(at.place%wordBits)
			if *seen&bit == 0 {
				*seen |= bit
				dst = append(dst, at.room)
			}
		}
	}
	return dst
}

// claim is take, with the slots that accept the event and what they count.
func (t *topicIndex) claim(confidence float64, version uint64, w *workspace, to *interest) {
	w.taken = slices.Grow(w.taken[:0], len(w.seen)*wordBits)[:len(w.seen)*wordBits]
	ordered := true
	for i := range ones(w.found) {
		at := t.slots.at(i)
		if !at.lives(version) || !at.reached(confidence) {
			continue
		}
		seen, bit := &w.seen[at.place/wordBits], uint64(1)<<(at.place%wordBits)
		if *seen&bit == 0 {
			*seen |= bit
			w.taken[at.place] = len(to.rooms)
			to.rooms = append(to.rooms, at.room)
		}
		room := w.taken[at.place]
		ordered = ordered && room == len(to.rooms)-1
		to.claims = append(to.claims, claim{room, i, at.hour()})
	}
	if !ordered {
		slices.SortStableFunc(to.claims, func(a, b claim) int { return a.room - b.room })
	}
}

// claimed is the first, by id, of the slots with these claims; nil if none of them is the room's any more.
func (t *topicIndex) claimed(room Room, version uint64, claims []claim) (first *slot) {
	for _, c := range claims {
		at := t.slots.find(c.slot)
		if at == nil || !at.lives(version) || at.room != room {
			continue
		}
		if first == nil || t.id(at) < t.id(first) {
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
