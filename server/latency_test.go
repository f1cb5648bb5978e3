package server_test

import (
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/server"
)

var _ = Describe("The quantiles of a latency", func() {
	It("are bounds at most twice the truth", func() {
		of := server.QuantilesOf(append(slices.Repeat([]time.Duration{time.Millisecond}, 98), time.Second, time.Second)...)
		Expect(of(0.50)).To(BeNumerically("~", 3*time.Millisecond/2, time.Millisecond/2))
		Expect(of(0.98)).To(BeNumerically("~", 3*time.Millisecond/2, time.Millisecond/2))
		Expect(of(0.99)).To(BeNumerically("~", 3*time.Second/2, time.Second/2))
	})

	It("are zero when nothing was measured", func() {
		Expect(server.QuantilesOf()(0.99)).To(BeZero())
	})

	It("end at the last bucket", func() {
		Expect(server.QuantilesOf(time.Hour)(0.5)).To(BeNumerically("~", 3*time.Second, time.Second))
	})
})
