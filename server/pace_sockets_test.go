package server_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// flood is more than any pace allows, faster than time could bring anything back.
const flood = 400

var _ = Describe("A socket that churns its subscriptions", func() {
	var s *site
	var b *browser

	BeforeEach(func() {
		s = startSite(nil, nil)
		b = enterBrowser(s.url)
	})

	// exhaust goes on until the socket is over its pace.
	exhaust := func(event string, request any) {
		GinkgoHelper()
		for range flood {
			if ack := b.ask(event, request); ack != `{"status":"ok","removed":0}` {
				field, _ := refusal(ack)
				Expect(field).To(Equal("rate"))
				return
			}
		}
		Fail("never over its pace")
	}

	It("is refused by rate, and still served otherwise", func() {
		exhaust("unsubscribe", keys{})
		b.emit("heartbeat")
		b.next("heartbeat_ack")
		Expect(s.health().Counters.EventsRefused).To(BeEquivalentTo(1))
		Expect(s.health().Counters.EventsOut).NotTo(HaveKey("error"))
	})

	It("does not slow down another one", func() {
		other := enterBrowser(s.url)
		exhaust("unsubscribe_tier_patterns", keys{})
		Expect(other.ask("unsubscribe")).To(ContainSubstring(`"ok"`))
	})

	It("is told by the error that pages know, if it waits for that", func() {
		for range flood {
			b.emit("subscribe_patterns", keys{"patterns": []any{"Doji"}})
			var e event
			Eventually(b.events).Should(Receive(&e))
			if e.Name == "error" {
				Expect(e.payload()).To(MatchJSON(`{"message":"Subscription failed"}`))
				return
			}
		}
		Fail("never over its pace")
	})
})
