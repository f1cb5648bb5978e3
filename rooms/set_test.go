package rooms

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("set", func() {
	members := func(s *set, limit uint32) []uint32 {
		words := make([]uint64, wordsFor(limit))
		s.addTo(words)
		return slices.Collect(ones(words))
	}

	It("holds what was added and not removed, sparse or dense", func() {
		const limit = 1_000
		dice := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 5))
		var s set
		held := map[uint32]bool{}
		turns, dense := 0, false
		for step := range 40_000 {
			i := dice.Uint32N(limit)
			filling := step/10_000%2 == 0
			switch {
			case !held[i] && filling:
				s.add(i)
				held[i] = true
			case held[i] && !filling:
				s.remove(i)
				delete(held, i)
			}
			if (s.content.Load() != nil && s.content.Load().words != nil) != dense {
				turns, dense = turns+1, !dense
				Expect(s.len()).To(BeNumerically(">", 0), "it turns long before it is empty")
			}
			if s.len() != len(held) || s.has(i) != held[i] {
				Fail("the set differs from the map")
			}
		}
		Expect(turns).To(Equal(4), "to bits, back to a list, and both again")
		for i := range uint32(limit) {
			Expect(s.has(i)).To(Equal(held[i]))
		}
		Expect(members(&s, limit)).To(HaveLen(len(held)))
	})

	It("knows that what lies beyond it is not in it", func() {
		var s set
		for i := range uint32(64) {
			s.add(i)
		}
		Expect(s.content.Load().words).NotTo(BeNil())
		Expect([]bool{s.has(63), s.has(64), s.has(1 << 20)}).To(Equal([]bool{true, false, false}))
	})

	It("reaches no further than its largest number", func() {
		var s set
		for i := range uint32(1_000) {
			s.add(i)
		}
		for i := uint32(999); i >= 320; i-- {
			s.remove(i)
		}
		Expect(members(&s, 320)).To(HaveLen(320))
	})
})

func TestSetShowsAllElseWhileItTurns(t *testing.T) {
	const stays, limit = 321, 1_000
	var s set
	s.add(stays)
	var reading sync.WaitGroup
	var over atomic.Bool
	for range 2 {
		reading.Go(func() {
			words := make([]uint64, wordsFor(limit))
			for !over.Load() && !t.Failed() {
				clear(words)
				s.addTo(words)
				if words[stays/wordBits]>>(stays%wordBits)&1 == 0 || !s.has(stays) {
					t.Error("what nobody touched is not in it")
				}
			}
		})
	}
	for range 100 {
		for _, change := range []func(uint32){s.add, s.remove} { // it turns to bits, and back
			for i := range uint32(limit) {
				if i != stays {
					change(i)
				}
			}
		}
	}
	over.Store(true)
	reading.Wait()
}
