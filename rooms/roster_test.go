package rooms

import (
	"fmt"
	"math/rand/v2"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("roster", func() {
	It("finds who is in it and nobody else, while it grows and shrinks", func() {
		dice := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 7))
		var slots pages
		var rooms roster
		held := map[Room]uint32{}
		for step := range 20_000 {
			room := Room(fmt.Sprint(dice.IntN(700)))
			i, there := held[room]
			filling := step/5_000%2 == 0
			switch {
			case !there && filling:
				i = slots.take()
				slots.at(i).room = room
				rooms.add(&slots, i)
				held[room] = i
			case there && !filling:
				rooms.remove(&slots, i)
				slots.free(i)
				delete(held, room)
			}
			Expect(rooms.buckets).To(HaveLen(len(held)))
			if i, there = held[room]; !there {
				i = none
			}
			if rooms.first(&slots, room) != i {
				Fail("the roster differs from the map")
			}
		}
		for room, i := range held {
			Expect(rooms.first(&slots, room)).To(Equal(i))
			rooms.remove(&slots, i)
		}
		Expect(rooms.buckets).To(BeEmpty())
	})
})
