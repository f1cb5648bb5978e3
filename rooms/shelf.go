package rooms

import (
	"math/bits"
	"slices"
	"sync/atomic"
)

// shelf is a list of pointers that is read without a lock while one goroutine changes it.
type shelf[T any] struct {
	list atomic.Pointer[[]atomic.Pointer[T]]
}

// at is nil where nothing is.
func (s *shelf[T]) at(i uint32) *T {
	list := s.list.Load()
	if list == nil || int(i) >= len(*list) {
		return nil
	}
	return (*list)[i].Load()
}

func (s *shelf[T]) put(i uint32, v *T) {
	list := s.list.Load()
	if list == nil || int(i) >= len(*list) {
		list = s.resize(max(4, 2*int(i)))
	}
	(*list)[i].Store(v)
}

// clear empties place i and gives memory back: nothing lies at end or behind it.
func (s *shelf[T]) clear(i, end uint32) {
	list := s.list.Load()
	(*list)[i].Store(nil)
	if len(*list) >= shrinkFrom && int(end)*shrinkShare < len(*list) {
		s.resize(int(end))
	}
}

func (s *shelf[T]) resize(size int) *[]atomic.Pointer[T] {
	resized := make([]atomic.Pointer[T], size)
	if list := s.list.Load(); list != nil {
		for i := range min(size, len(*list)) {
			resized[i].Store((*list)[i].Load())
		}
	}
	s.list.Store(&resized)
	return &resized
}

// numbers hands out the lowest number that is free, so that what is numbered stays dense.
type numbers struct {
	taken []uint64
	from  int // no word before it has a free number
}

func (x *numbers) take() uint32 {
	for x.from < len(x.taken) && x.taken[x.from] == ^uint64(0) {
		x.from++
	}
	if x.from == len(x.taken) {
		x.taken = append(x.taken, 0)
	}
	bit := bits.TrailingZeros64(^x.taken[x.from])
	x.taken[x.from] |= 1 << bit
	return uint32(x.from*wordBits + bit)
}

func (x *numbers) free(i uint32) {
	x.taken[i/wordBits] &^= 1 << (i % wordBits)
	x.from = min(x.from, int(i/wordBits))
	end := len(x.taken)
	for end > 0 && x.taken[end-1] == 0 {
		end--
	}
	x.taken = shrink(x.taken[:end])
	x.from = min(x.from, end)
}

// end is above all numbers that are taken.
func (x *numbers) end() uint32 { return uint32(len(x.taken) * wordBits) }

// none reports whether none of these is taken; both bounds are multiples of a word.
func (x *numbers) none(from, to uint32) bool {
	words := x.taken[min(int(from/wordBits), len(x.taken)):min(int(to/wordBits), len(x.taken))]
	return !slices.ContainsFunc(words, func(word uint64) bool { return word != 0 })
}
