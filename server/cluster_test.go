package server_test

import (
	"encoding/json"
	"io"
	"net/http/httptest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
)

// cluster is what health says of all instances, where the others are these.
func (s *site) cluster(peers server.Peers) (instances float64, sums map[string]any) {
	GinkgoHelper()
	asked, err := server.New(server.Parts{
		Sockets: s.sockets, Redis: func() server.RedisState { return hearing() }, Peers: peers, Registry: prometheus.NewRegistry(),
	}, zerolog.New(io.Discard))
	Expect(err).NotTo(HaveOccurred())
	answer := httptest.NewRecorder()
	asked.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/api/websocket/health", nil))
	var body struct {
		Instances float64
		Cluster   map[string]any
	}
	Expect(json.Unmarshal(answer.Body.Bytes(), &body)).To(Succeed())
	return body.Instances, body.Cluster
}

var _ = Describe("Health of several instances", func() {
	var s *site
	BeforeEach(func() {
		s = startSite(nil, byCookie)
		b := enterBrowser(s.url, "Cookie", "user=7")
		b.ask("subscribe", keys{"subscription_type": "tier_patterns"})
		Expect(s.send(rooms.TierPatterns, breakout("daily"))).To(Equal(1))
	})
	others := func(known bool, figures ...map[string]int64) server.Peers {
		return func() ([]map[string]int64, bool) { return figures, known }
	}

	It("sums what they tell of themselves", func() {
		instances, sums := s.cluster(others(true,
			map[string]int64{"connections": 10, "sockets": 12, "users": 5, "subscriptions": 3, "subscriptions.tier_patterns": 2, "subscriptions.flow": 1, "routed": 1, "delivered": 100, "newer": 9},
			s.sockets.Figures(),
		))
		Expect(instances).To(Equal(3.0))
		Expect(sums).To(And(HaveKeyWithValue("instances", 3.0), HaveKeyWithValue("partial", false), HaveKeyWithValue("connections", 12.0),
			HaveKeyWithValue("sockets", 14.0), HaveKeyWithValue("users", 7.0), HaveKeyWithValue("subscriptions", 7.0), HaveKeyWithValue("routed", 3.0),
			HaveKeyWithValue("delivered", 102.0), HaveKeyWithValue("topics", map[string]any{"tier_patterns": 4.0, "patterns": 2.0, "flow": 1.0})))
	})

	It("is our own, and says so, while the others are not known", func() {
		instances, sums := s.cluster(others(false))
		Expect(instances).To(Equal(1.0))
		Expect(sums).To(And(HaveKeyWithValue("partial", true), HaveKeyWithValue("users", 1.0)))
	})

	It("is our own where there are no others", func() {
		_, sums := s.cluster(nil)
		Expect(sums).To(And(HaveKeyWithValue("partial", false), HaveKeyWithValue("connections", 1.0)))
	})
})
