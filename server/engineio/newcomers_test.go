package engineio_test

import (
	"net/http"
	"net/http/httptest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/server/engineio"
)

var _ = Describe("A newcomer", func() {
	const polling = "EIO=4&transport=polling"
	limited := func(limit func(*engineio.Config)) *host {
		GinkgoHelper()
		cfg := patient
		limit(&cfg)
		return start(cfg)
	}

	DescribeTable("is refused when there are too many, until somebody leaves",
		func(status int, reason string, limit func(*engineio.Config)) {
			h := limited(limit)
			first := sidOf(h.request("GET", polling, "").Body)
			Expect(h.request("GET", polling, "").Status).To(Equal(http.StatusOK))
			refused := h.request("GET", polling, "")
			Expect(refused.Status).To(Equal(status))
			Expect(refused.Body).To(HavePrefix(`{"code":4,"message":"Too many `))
			Expect(h.Stats().Refused).To(HaveKeyWithValue(reason, BeEquivalentTo(1)))
			Expect(h.request("POST", polling+"&sid="+first, "4hello").Status).To(Equal(http.StatusOK), "who is here stays")

			Expect(h.request("POST", polling+"&sid="+first, "1").Status).To(Equal(http.StatusOK))
			Eventually(func() int { return h.request("GET", polling, "").Status }).Should(Equal(http.StatusOK))
			Expect(h.request("GET", polling, "").Status).To(Equal(status))
		},
		Entry("at all", http.StatusServiceUnavailable, "connections", func(c *engineio.Config) { c.MaxSessions = 2 }),
		Entry("from its address", http.StatusTooManyRequests, "address", func(c *engineio.Config) { c.MaxPerAddress = 2 }),
	)

	It("takes no place if its websocket never comes to be", func() {
		h := limited(func(c *engineio.Config) { c.MaxSessions = 1 })
		// A handshake over a recorder, whose connection cannot be taken over.
		for range 3 {
			request := httptest.NewRequest(http.MethodGet, "/engine.io/?EIO=4&transport=websocket", nil)
			request.Header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"},
				"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}}
			h.ServeHTTP(httptest.NewRecorder(), request)
		}
		Expect(h.request("GET", polling, "").Status).To(Equal(http.StatusOK))
	})

	It("is refused when too many come at once", func() {
		h := limited(func(c *engineio.Config) { c.HandshakesPerSecond = 1 })
		statuses := make(chan int, 20)
		for range cap(statuses) {
			go func() {
				defer GinkgoRecover()
				statuses <- h.request("GET", polling, "").Status
			}()
		}
		all := map[int]int{}
		for range cap(statuses) {
			var status int
			Eventually(statuses, "10s").Should(Receive(&status))
			all[status]++
		}
		Expect(all).To(And(HaveKeyWithValue(http.StatusOK, BeNumerically("~", 5, 2)), HaveKey(http.StatusServiceUnavailable)))
		Expect(h.Stats().Refused).To(HaveKeyWithValue("pace", BeNumerically(">", 10)))
	})
})
