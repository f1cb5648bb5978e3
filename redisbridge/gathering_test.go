package redisbridge

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Messages on the line", func() {
	// pauses is how long the reader pauses after each of n messages that come so long after it is ready.
	pauses := func(g *gathering, now *time.Time, n int, every time.Duration) (made []time.Duration) {
		for range n {
			*now = now.Add(every)
			pause := g.read(*now)
			*now = now.Add(pause)
			made = append(made, pause)
		}
		return made
	}
	var (
		g   gathering
		now time.Time
	)
	BeforeEach(func() { g, now = gathering{}, time.Unix(1_758_902_400, 0) })

	It("are read one by one while they come seldom", func() {
		Expect(pauses(&g, &now, 1_000, time.Millisecond)).To(HaveEach(time.Duration(0)))
	})

	It("are read one by one while only a few come at once", func() {
		for range 100 {
			Expect(pauses(&g, &now, gatherAfter-1, 100*time.Microsecond)).To(HaveEach(time.Duration(0)))
			Expect(pauses(&g, &now, 1, 20*time.Millisecond)).To(HaveEach(time.Duration(0)))
		}
	})

	It("gather while they come thick and fast, until they do no more", func() {
		pauses(&g, &now, gatherAfter, 100*time.Microsecond)
		Expect(pauses(&g, &now, 5, 100*time.Microsecond)).To(HaveEach(gatherFor))
		Expect(pauses(&g, &now, 5, 10*time.Millisecond)).To(HaveEach(time.Duration(0)))
		Expect(pauses(&g, &now, 1, 100*time.Microsecond)).To(HaveEach(time.Duration(0)))
	})

	It("are all read before others gather", func() {
		pauses(&g, &now, gatherAfter, 100*time.Microsecond)
		Expect(pauses(&g, &now, gatherMost, 5*time.Microsecond)).To(HaveEach(time.Duration(0)))
		Expect(pauses(&g, &now, 1, 100*time.Microsecond)).To(HaveEach(gatherFor))
	})

	It("do not gather in a flood, in which the reader may be what is slow", func() {
		pauses(&g, &now, gatherAfter, 100*time.Microsecond)
		Expect(pauses(&g, &now, gatherMost+1, 5*time.Microsecond)).To(HaveEach(time.Duration(0)))
		Expect(pauses(&g, &now, 1, 100*time.Microsecond)).To(Equal([]time.Duration{0}))
	})
})
