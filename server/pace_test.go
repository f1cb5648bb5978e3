package server

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The pace of a socket", func() {
	taken := func(b *bucket, at time.Time) (n int) {
		for b.take(at) {
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

	It("saves no more than a burst", func() {
		start := time.Now()
		var b bucket
		taken(&b, start)
		Expect(taken(&b, start.Add(time.Hour))).To(Equal(50))
	})
})
