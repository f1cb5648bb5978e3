package engineio_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/server/engineio"
)

var _ = Describe("The heartbeat", func() {
	lively := patient // pings often, but leaves a busy machine the time to answer
	lively.PingInterval = 50 * time.Millisecond

	It("pings a websocket of protocol 4 again and again, as long as it answers", func() {
		h := start(lively)
		d := h.open("4")
		for range 4 {
			Expect(d.receive()).To(Equal("2"))
			d.send("3")
		}
		Expect(h.Closed()).To(BeEmpty())
	})

	It("pings by polling too", func() {
		h := start(lively)
		p := h.poll("4")
		for range 3 {
			Expect(p.get().Body).To(Equal("2"))
			Expect(p.post("3").Body).To(Equal("ok"))
		}
	})

	It("answers the pings of protocol 3 by polling", func() {
		p := start(lively).poll("3")
		Expect(p.post("6:2probe").Body).To(Equal("ok"))
		Expect(p.get().Body).To(Equal("6:3probe"))
	})

	DescribeTable("ends a session that stays silent",
		func(open func(*host)) {
			h := start(quick)
			open(h)
			Eventually(h.Closed, "5s").Should(ConsistOf(engineio.PingTimeout))
		},
		Entry("a websocket of protocol 4", func(h *host) { h.open("4") }),
		Entry("a websocket of protocol 3", func(h *host) { h.open("3") }),
		Entry("polling that never polls", func(h *host) { h.poll("4") }),
	)

	It("takes any packet as a sign of life", func() {
		h := start(lively)
		d := h.open("4")
		for pings := 0; pings < 4; {
			got, err := d.receive()
			Expect(err).NotTo(HaveOccurred())
			if got == "2" {
				pings++
				d.send("4instead of a pong")
			}
		}
		Expect(h.Closed()).To(BeEmpty())
	})

	It("is not moved by pongs that nobody asked for, however early", func() {
		h := start(lively)
		c := dialRaw(h)
		flood := upgradeRequest
		for range 1000 {
			flood += string(masked(0x81, []byte("3")))
		}
		c.write(flood + string(masked(0x81, []byte("4alive"))))
		Eventually(func() uint64 { return h.Stats().FramesIn }).Should(BeEquivalentTo(1001))
		Expect(h.Closed()).To(BeEmpty())
	})
})
