package rooms

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Latency", func() {
	It("gives quantiles within a quarter above the truth", func() {
		var h histogram
		durations := make([]time.Duration, 10_000)
		for i := range durations {
			durations[i] = time.Duration(math.Exp(rand.Float64() * 23)) // 1 ns to 10 s
			h.observe(durations[i])
		}
		slices.Sort(durations)
		l := h.read()
		for _, q := range []float64{0.01, 0.5, 0.95, 0.99, 1} {
			truth := durations[int(q*10_000)-1]
			Expect(l.Quantile(q)).To(And(BeNumerically(">", truth), BeNumerically("<=", truth+truth/4+1)))
		}
		Expect(l.Count).To(BeEquivalentTo(10_000))
	})

	It("has no quantile of nothing", func() {
		Expect(Latency{}.Quantile(0.99)).To(BeZero())
	})

	It("knows the longest and the mean", func() {
		var h histogram
		Expect(h.read().Mean()).To(BeZero())
		for _, d := range []time.Duration{3, time.Hour, 5, -1} {
			h.observe(d)
		}
		Expect(h.read().Max).To(Equal(time.Hour))
		Expect(h.read().Mean()).To(Equal((time.Hour + 8) / 4))
	})

	It("counts below each bound", func() {
		var h histogram
		for _, d := range []time.Duration{-5, 0, 500, 1023, 1024, 3_000, time.Second, time.Hour} {
			h.observe(d)
		}
		below := h.read().Cumulative()
		Expect(below).To(HaveLen(21))
		Expect(below).To(HaveKeyWithValue(1024e-9, uint64(4)))
		Expect(below).To(HaveKeyWithValue(2048e-9, uint64(5)))
		Expect(below).To(HaveKeyWithValue(4096e-9, uint64(6)))
		Expect(below).To(HaveKeyWithValue((1 << 30 * time.Nanosecond).Seconds(), uint64(7)))
	})

	It("puts every duration below the bound of its bucket, and not below the one before", func() {
		for _, d := range []time.Duration{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1023, 1024, 1279, 1280, time.Minute} {
			b := latencyBucket(d)
			Expect(d).To(BeNumerically("<", latencyBound(b)))
			if b > 0 {
				Expect(d).To(BeNumerically(">=", latencyBound(b-1)))
			}
		}
	})
})
