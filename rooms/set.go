package rooms

import (
	"iter"
	"math/bits"
	"slices"
	"sync/atomic"
)

// A set turns from list to bits when more than one number in 128 is in it, and back below one in
// 256, so that it does not flap. Bits take less memory only from one in 32, but they are flipped in
// place where a list is copied.
const (
	wordBits   = 64
	wordsABit  = 2  // words of which one bit is set, when a list turns
	listMax    = 32 // a short list is never worth turning
	slackShare = 16 // bits grow by one word in this many, or each 64th number would copy them
)

// set holds small numbers: sorted in a list while they are sparse, one bit each when they are
// dense. It is read without a lock while one goroutine changes it. Who reads meanwhile may or
// may not see what is being changed, but all else.
type set struct {
	content atomic.Pointer[content] // nil = empty
	bits    atomic.Uint32           // how many are set, while it is dense
}

// content has one of both. A list is never changed, a bit is flipped in place.
type content struct {
	list  []uint32
	words []uint64
}

func wordsFor(n uint32) int { return int(n+wordBits-1) / wordBits }

func (s *set) len() int {
	switch c := s.content.Load(); {
	case c == nil:
		return 0
	case c.words == nil:
		return len(c.list)
	}
	return int(s.bits.Load())
}

// add inserts i, which must not be in the set.
func (s *set) add(i uint32) {
	c := s.content.Load()
	switch {
	case c == nil:
		s.content.Store(&content{list: []uint32{i}})
	case c.words != nil:
		s.bits.Add(1)
		s.setBit(c, i)
	default:
		at, _ := slices.BinarySearch(c.list, i)
		list := make([]uint32, len(c.list)+1)
		copy(list, c.list[:at])
		list[at] = i
		copy(list[at+1:], c.list[at:])
		s.keep(list)
	}
}

// keep makes these the numbers, in the form that suits them.
func (s *set) keep(list []uint32) {
	n := len(list)
	if n <= listMax || n*wordsABit <= wordsFor(list[n-1]+1) {
		s.content.Store(&content{list: list})
		return
	}
	words := make([]uint64, wordsFor(list[n-1]+1))
	for _, i := range list {
		words[i/wordBits] |= 1 << (i % wordBits)
	}
	s.bits.Store(uint32(n))
	s.content.Store(&content{words: words})
}

func (s *set) setBit(c *content, i uint32) {
	word, bit := int(i/wordBits), uint64(1)<<(i%wordBits)
	if word < len(c.words) {
		atomic.OrUint64(&c.words[word], bit)
		return
	}
	words := make([]uint64, word+1+word/slackShare)
	copy(words, c.words)
	words[word] |= bit
	s.content.Store(&content{words: words})
}

// remove deletes i, which must be in the set.
func (s *set) remove(i uint32) {
	c := s.content.Load()
	switch {
	case c.words != nil:
		atomic.AndUint64(&c.words[i/wordBits], ^(1 << (i % wordBits)))
		if n := int(s.bits.Add(^uint32(0))); n*2*wordsABit < len(c.words) {
			s.content.Store(&content{list: slices.AppendSeq(make([]uint32, 0, n), ones(c.words))})
		}
	case len(c.list) == 1:
		s.content.Store(nil)
	default:
		at, _ := slices.BinarySearch(c.list, i)
		list := make([]uint32, len(c.list)-1)
		copy(list, c.list[:at])
		copy(list[at:], c.list[at+1:])
		s.content.Store(&content{list: list})
	}
}

func (s *set) has(i uint32) bool {
	c := s.content.Load()
	switch {
	case c == nil:
		return false
	case c.words == nil:
		_, found := slices.BinarySearch(c.list, i)
		return found
	}
	w := int(i / wordBits)
	return w < len(c.words) && atomic.LoadUint64(&c.words[w])&(1<<(i%wordBits)) != 0
}

// addTo sets the bits of all numbers in words, as far as these reach.
func (s *set) addTo(words []uint64) {
	c := s.content.Load()
	if c == nil {
		return
	}
	for _, i := range c.list {
		if int(i/wordBits) >= len(words) {
			return
		}
		words[i/wordBits] |= 1 << (i % wordBits)
	}
	words = words[:min(len(words), len(c.words))]
	for w := range words {
		words[w] |= atomic.LoadUint64(&c.words[w])
	}
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
