package chaos_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/crowd"
)

var _ = Describe("Clients that know recovery", func() {
	for _, version := range []string{"4.7.2", "4.8.4"} {
		It("lose nothing by two hundred cuts: "+version, func() {
			s := open(1)
			c := s.enter(crowd.Setup{Version: version, Count: 20})
			p := s.produce(sized(100, 300))
			for round := range 10 {
				p.goesOn(20)
				if round%2 == 0 {
					s.front.Cut() // in the middle of a frame, perhaps
				} else {
					Expect(c.Cut()).To(Succeed())
				}
				Eventually(func() (int, error) {
					verdict, err := c.Report(nil)
					return verdict.Connects, err
				}).Should(BeNumerically(">=", 20*(round+2)))
				allReady(c)
			}
			verdict := p.spared("200 cuts", "20 × "+version, c)
			Expect(verdict.Recovered).To(BeNumerically(">=", 200))
		})
	}

	It("lose nothing when the network is silent for longer than a ping may take", func() {
		s := open(2, "WEBSOCKET_PING_INTERVAL=500ms", "WEBSOCKET_PING_TIMEOUT=500ms")
		c := s.enter(crowd.Setup{Version: "4.8.4", Count: 20})
		p := s.produce(100)
		p.goesOn(50)
		s.front.Hold()
		p.goesOn(300)
		s.front.Release()
		allReady(c)
		p.goesOn(50)
		p.spared("silent network", "20 × 4.8.4", c)
	})
})

var _ = Describe("Users of clients that know no recovery", func() {
	for _, version := range []string{"2.2.0", "4.5.4"} {
		It("lose nothing by a cut, and get again what their last ping had not proved yet: "+version, func() {
			s := open(2, "WEBSOCKET_PING_INTERVAL=300ms", "WEBSOCKET_PING_TIMEOUT=1s")
			c := s.enter(crowd.Setup{Version: version, Count: 20, Cookies: users(20), Universal: true})
			p := s.produce(100)
			for range 3 {
				p.goesOn(100)
				s.front.Cut()
				allReady(c)
			}
			verdict := p.settle(c)
			_, events := p.dues()
			note(row{"3 cuts", "20 × " + version, events, fmt.Sprintf("lost %d, repeated %d (%d queued), out of order %d", verdict.Lost, verdict.Doubled, verdict.Queued, verdict.Disordered)})
			Expect(verdict).To(And(HaveField("Lost", 0), HaveField("Disordered", 0), HaveField("Queued", BeNumerically(">", 0))))
			// Each cut repeats what came since the last proof: two ping intervals of events at most, twice over for a slow machine.
			Expect(verdict.Doubled).To(BeNumerically("<", 20*3*4*30))
		})

		It("get what they missed while they were away, once: "+version, func() {
			s := open(2, "WEBSOCKET_PING_INTERVAL=300ms", "WEBSOCKET_PING_TIMEOUT=1s", "TICKCAST_SUBSCRIPTIONS_QUEUED=1000")
			c := s.enter(crowd.Setup{Version: version, Count: 20, Cookies: users(20), Universal: true})
			p := s.produce(50)
			p.goesOn(20)
			p.stop()
			before := p.settle(c)
			Expect(before.Lost).To(BeZero())
			// A pong proves what came before it.
			Eventually(time.After(time.Second)).Should(Receive())
			Expect(c.Leave()).To(Succeed())
			Eventually(s.front.Connections).Should(BeZero())

			away := s.produce(50)
			away.mu.Lock()
			away.next = 1000
			away.mu.Unlock()
			away.goesOn(60)
			away.stop()
			Expect(c.Return()).To(Succeed())
			allReady(c)
			verdict := away.settle(c)
			_, events := away.dues()
			note(row{"away", "20 × " + version, events, fmt.Sprintf("lost %d, doubled %d, queued %d, out of order %d", verdict.Lost, verdict.Doubled, verdict.Queued, verdict.Disordered)})
			Expect(verdict).To(And(HaveField("Lost", 0), HaveField("Doubled", 0), HaveField("Disordered", 0), HaveField("Queued", 20*events)))
		})
	}
})
