package rooms

import (
	"math/rand/v2"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Window", func() {
	It("equals a plain list under random use", func() {
		dice := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 4))
		for _, most := range []int{1, 2, 3, 7, 100, 1000} {
			w, now := newWindow(most, time.Second), time.Duration(0)
			var came []time.Duration
			for range 5_000 {
				now += []time.Duration{0, time.Microsecond, time.Second / time.Duration(most), 2 * time.Second}[dice.IntN(40)/13]
				came = slices.DeleteFunc(came, func(t time.Duration) bool { return now-t > time.Second })
				Expect(w.full(now)).To(Equal(len(came) >= most))
				if len(came) < most || dice.IntN(4) == 0 {
					w.add(now)
					came = append(came, now)
				}
			}
		}
	})

	It("counts what is exactly as old as the span", func() {
		w := newWindow(1, time.Second)
		w.add(0)
		Expect(w.full(time.Second)).To(BeTrue())
		Expect(w.full(time.Second + 1)).To(BeFalse())
	})

	It("takes memory only as events come, no more than for the most, and gives it back", func() {
		w := newWindow(10_000, time.Hour)
		Expect(w.times).To(BeEmpty())
		w.add(0)
		Expect(w.times).To(HaveLen(windowStart))
		for i := range 30_000 {
			w.add(time.Duration(i))
		}
		Expect(w.times).To(HaveLen(10_000))
		for i := range 20 {
			w.add(time.Duration(i+2) * time.Hour)
		}
		Expect(len(w.times)).To(BeNumerically("<", shrinkFrom))
	})
})
