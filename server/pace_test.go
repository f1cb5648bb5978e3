package server

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The pace of a socket", func() {
	taken := func(b *bucket, at time.Time) (n int) {
		for b.take(ofSubscriptions, at) {
			n++
		}
		return n
	}

	It("allows a burst, and then so many a second", func() {
		start := time.Now()
		var b bucket
		Expect(taken(&b, start)).To(Equal(50))
		Expect(taken(&b, start.Add(99*time.Millisecond))).To(BeZero())
		Expect(taken(&b, start.Add(3*time.Second))).To(Equal(30))
	})

	It("is slower for backtests, which Redis has to pay for", func() {
		start := time.Now()
		var b bucket
		for n := range 20 {
			Expect(b.take(ofBacktests, start)).To(Equal(n < 10))
		}
		Expect(b.take(ofBacktests, start.Add(999*time.Millisecond))).To(BeFalse())
		Expect(b.take(ofBacktests, start.Add(time.Second))).To(BeTrue())
	})

	It("saves no more than a burst", func() {
		start := time.Now()
		var b bucket
		taken(&b, start)
		Expect(taken(&b, start.Add(time.Hour))).To(Equal(50))
	})
})
