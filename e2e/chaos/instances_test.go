package chaos_test

import (
	"fmt"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/crowd"
)

var _ = Describe("Instances", func() {
	It("may die: their clients are back within seconds, and miss nothing", func() {
		count := sized(200, 2000)
		s := open(2)
		c := s.enter(crowd.Setup{Version: "4.8.4", Count: count, Delay: 200})
		p := s.produce(sized(50, 20))
		p.goesOn(20)
		began := time.Now()
		s.instances[0].Kill()
		Eventually(func() (int, error) {
			verdict, err := c.Report(nil)
			return verdict.Connects, err
		}, time.Minute).Should(BeNumerically(">=", count+count/3))
		allReady(c)
		back := time.Since(began)
		p.goesOn(50)
		p.spared(fmt.Sprintf("kill -9 of 1 of 2, all back after %.1f s", back.Seconds()), fmt.Sprintf("%d × 4.8.4", count), c)
		Expect(back).To(BeNumerically("<", 15*time.Second))
	})

	It("may be replaced one after the other under load", func() {
		s := open(3, "SHUTDOWN_DELAY=200ms")
		c := s.enter(crowd.Setup{Version: "4.8.4", Count: 60}) // one process of Node reads no more than 30,000 events a second
		p := s.produce(sized(100, 500))
		for _, instance := range s.instances {
			p.goesOn(50)
			s.stop(instance)
			s.start(instance)
		}
		allReady(c)
		p.goesOn(50)
		verdict := p.spared("rolling restart of 3", fmt.Sprintf("%d × 4.8.4", c.Count), c)
		Expect(verdict.Connects).To(BeNumerically(">", c.Count))
	})

	It("may be frozen for a while, and clients that come back meanwhile miss nothing", func() {
		s := open(2, "WEBSOCKET_PING_INTERVAL=500ms", "WEBSOCKET_PING_TIMEOUT=500ms")
		c := s.enter(crowd.Setup{Version: "4.8.4", Count: 40})
		p := s.produce(100)
		p.goesOn(50)
		frozen := s.instances[0]
		s.front.To(s.instances[1].Address())
		Expect(frozen.Process().Signal(syscall.SIGSTOP)).To(Succeed())
		p.goesOn(sized(300, 1500))
		Expect(frozen.Process().Signal(syscall.SIGCONT)).To(Succeed())
		allReady(c)
		p.goesOn(50)
		p.spared("an instance frozen", "40 × 4.8.4", c)
	})
})
