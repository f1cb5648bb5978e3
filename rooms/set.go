package rooms

import (
	"iter"
	"math/bits"
	"slices"
)

// A set turns from list to bits where bits take less memory (a number in 32),
// and back at half of that, so that it does not flap.
const (
	wordBits    = 64
	listPerWord = 2  // numbers of a list that take as much memory as one word
	listMax     = 32 // a short list is never worth turning
)

// set holds small numbers: sorted in a list while they are sparse, one bit each when they are dense.
type set struct {
	n     int
	list  []uint32
	words []uint64 // nil while it is a list
}

func wordsFor(n uint32) int { return int(n+wordBits-1) / wordBits }

// add inserts i, which must not be in the set.
func (s *set) add(i uint32) {
	s.n++
	if s.words != nil {
		s.setBit(i)
		return
	}
	at := len(s.list)
	if at > 0 && s.list[at-1] > i {
		at, _ = slices.BinarySearch(s.list, i)
	}
	s.list = slices.Insert(s.list, at, i)
	if s.n > listMax && s.n > listPerWord*wordsFor(s.list[s.n-1]+1) {
		s.toBits()
	}
}

// remove deletes i, which must be in the set.
func (s *set) remove(i uint32) {
	s.n--
	if s.words == nil {
		at, _ := slices.BinarySearch(s.list, i)
		s.list = shrink(slices.Delete(s.list, at, at+1))
		return
	}
	s.words[i/wordBits] &^= 1 << (i % wordBits)
	end := len(s.words)
	for end > 0 && s.words[end-1] == 0 {
		end--
	}
	s.words = shrink(s.words[:end])
	if s.n < len(s.words) || s.n == 0 {
		s.toList()
	}
}

func (s *set) has(i uint32) bool {
	if s.words == nil {
		_, found := slices.BinarySearch(s.list, i)
		return found
	}
	w := int(i / wordBits)
	return w < len(s.words) && s.words[w]&(1<<(i%wordBits)) != 0
}

// addTo sets the bits of all numbers in words, which must reach to the largest.
func (s *set) addTo(words []uint64) {
	for _, i := range s.list {
		words[i/wordBits] |= 1 << (i % wordBits)
	}
	words = words[:len(s.words)]
	for w, bits := range s.words {
		words[w] |= bits
	}
}

func (s *set) setBit(i uint32) {
	if missing := wordsFor(i+1) - len(s.words); missing > 0 {
		s.words = append(s.words, make([]uint64, missing)...)
	}
	s.words[i/wordBits] |= 1 << (i % wordBits)
}

func (s *set) toBits() {
	s.words = make([]uint64, wordsFor(s.list[s.n-1]+1))
	for _, i := range s.list {
		s.setBit(i)
	}
	s.list = nil
}

func (s *set) toList() {
	s.list = slices.AppendSeq(make([]uint32, 0, s.n), ones(s.words))
	s.words = nil
}

// ones yields the numbers of the bits that are set, ascending.
func ones(words []uint64) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for w, word := range words {
			for ; word != 0; word &= word - 1 {
				if !yield(uint32(w*wordBits + bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}
