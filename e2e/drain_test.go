package e2e_test

import (
	"net/http"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
	"github.com/tickstock/tickcast/e2e/internal/driver"
)

var _ = Describe("SIGTERM", func() {
	It("drains: first it only says so, then it closes what is connected, then it ends with 0", func() {
		s := openStage("SHUTDOWN_DELAY=1s")
		c, _ := s.join(client.WebSocket)
		p := s.tickcast.Process()
		Expect(p.Signal(syscall.SIGTERM)).To(Succeed())
		Eventually(s.health).Should(HaveField("Status", "draining"))
		Expect(s.get("/readyz")).To(haveStatus(http.StatusServiceUnavailable))
		Expect(c.Done()).NotTo(BeClosed(), "it is still served while a balancer looks away")
		Eventually(p.Done()).Should(BeClosed())
		Expect(p.ExitCode()).To(Equal(0))
	})

	DescribeTable("closes the transport, and never sends a client away for good", func(transport client.Transport) {
		s := openStage()
		c, _ := s.join(transport)
		p := s.tickcast.Process()
		Expect(p.Signal(syscall.SIGTERM)).To(Succeed())
		Eventually(c.Done()).Should(BeClosed())
		Expect(c.Reason()).To(Equal("transport close"))
		Eventually(p.Done()).Should(BeClosed())
		Expect(p.ExitCode()).To(Equal(0))
	},
		Entry("over websocket", client.WebSocket),
		Entry("over polling", client.Polling),
		Entry("after an upgrade", client.Upgrade),
	)

	It("lets every client come back to the next process on the same port", func() {
		s := openStage()
		var all []*driver.Driver
		for _, w := range ways() {
			all = append(all, javascript(driver.Setup{URL: "http://" + s.tickcast.Address(), Version: "4.8.4",
				Transports: w.transports, Events: []string{"pattern_alert", "connection_confirmed"}}))
		}
		s.restart()
		for _, d := range all {
			Eventually(d.Events).WithArguments("connection_confirmed").Should(HaveLen(2))
			Expect(d.Told("disconnect")).To(HaveEach(HaveField("Reason", HavePrefix("transport "))))
		}
		s.alert("Doji", "NEXT")
		for _, d := range all {
			Eventually(alerts).WithArguments(d).Should(Equal([]string{"NEXT"}))
		}
	})

	It("twice ends at once", func() {
		s := openStage("SHUTDOWN_DELAY=1h", "DRAIN_TIMEOUT=1h")
		p := s.tickcast.Process()
		Expect(p.Signal(syscall.SIGTERM)).To(Succeed())
		Eventually(s.health).Should(HaveField("Status", "draining"))
		Expect(p.Signal(syscall.SIGTERM)).To(Succeed())
		Eventually(p.Done()).Should(BeClosed())
	})
})
