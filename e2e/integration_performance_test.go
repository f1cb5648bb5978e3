package e2e_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
)

// wish is a filter, and the plainest way to judge by it.
type wish struct {
	Symbols    list    `json:"symbols"`
	Tiers      list    `json:"tiers"`
	Confidence float64 `json:"confidence_min"`
}

// find is a pattern as it is published.
type find struct {
	id, symbol, tier string
	confidence       float64
}

func (w wish) accepts(f find) bool {
	return (len(w.Symbols) == 0 || slices.Contains(w.Symbols, f.symbol)) &&
		(len(w.Tiers) == 0 || slices.Contains(w.Tiers, f.tier)) && f.confidence >= w.Confidence
}

// accepted are the ids of what any of the wishes accepts.
func accepted(wishes []wish, finds []find) list {
	ids := list{}
	for _, f := range finds {
		if slices.ContainsFunc(wishes, func(w wish) bool { return w.accepts(f) }) {
			ids = append(ids, f.id)
		}
	}
	return ids
}

// chance makes wishes and finds, the same in each run.
type chance struct{ *rand.Rand }

func (c chance) symbol() string { return fmt.Sprint("S", c.IntN(25)) }
func (c chance) tier() string   { return list{"daily", "intraday", "combo"}[c.IntN(3)] }

func (c chance) wish() wish {
	w := wish{Confidence: float64(c.IntN(10)) / 10}
	for range c.IntN(3) {
		w.Symbols = append(w.Symbols, c.symbol())
	}
	if len(w.Symbols) == 0 || c.IntN(2) == 0 {
		w.Tiers = list{c.tier()}
	}
	return w
}

func (c chance) finds(n int) (finds []find) {
	for i := range n {
		finds = append(finds, find{fmt.Sprint("event", i), c.symbol(), c.tier(), float64(c.IntN(101)) / 100})
	}
	return finds
}

// wishers logs users in, each with wishes; all at once.
func (s *stage) wishers(wishes [][]wish) []*trader {
	GinkgoHelper()
	all := make([]*trader, len(wishes))
	var entering sync.WaitGroup
	for i := range all {
		entering.Go(func() {
			defer GinkgoRecover()
			all[i] = s.login(fmt.Sprint("user", i))
			for n, w := range wishes[i] {
				Expect(all[i].ask("subscribe", keys{"subscription_type": "tier_patterns", "subscription_id": fmt.Sprint(n), "filters": w})).To(HaveKeyWithValue("status", "ok"))
			}
		})
	}
	entering.Wait()
	Expect(all).NotTo(ContainElement(BeNil()))
	return all
}

func (s *stage) patterns(finds []find) {
	GinkgoHelper()
	for _, f := range finds {
		s.pattern(f.id, "Doji", f.symbol, f.tier, f.confidence)
	}
}

var _ = Describe("Integration: performance", func() {
	var s *stage
	var by chance
	BeforeEach(func() {
		s = openStage("FLASK_SECRET_KEY="+secretKey, "TICKCAST_LIMITS_EVENTS_PER_SECOND=0", "LOG_LEVEL=info")
		by = chance{rand.New(rand.NewPCG(3, 27))}
	})

	It("delivers 200 events to 50 users with 500 subscriptions, each exactly to whom it is for, in order", func() {
		wishes := make([][]wish, 50)
		for i := range wishes {
			for range 10 {
				wishes[i] = append(wishes[i], by.wish())
			}
		}
		users, finds := s.wishers(wishes), by.finds(200)
		Expect(s.gauge("tickcast_subscriptions")).To(BeEquivalentTo(500 + len(users)))
		s.patterns(finds)
		s.settle(users...)
		total := 0
		for i, t := range users {
			expected := accepted(wishes[i], finds)
			Expect(t.ids()).To(Equal(expected), t.user)
			total += len(expected)
		}
		Expect(total).To(BeNumerically(">", 1000), "else it would prove little")
		Expect(s.metric(`tickcast_events_out_total{event="tier_pattern"}`)).To(BeEquivalentTo(total))
	})

	It("keeps 500 narrow filters apart from 200 broad ones", func() {
		wishes := make([][]wish, 14)
		for i := range 10 {
			for n := range 50 {
				wishes[i] = append(wishes[i], wish{Symbols: list{fmt.Sprint("S", n%25)}, Tiers: list{by.tier()}, Confidence: 0.95})
			}
		}
		for i := range 4 {
			wishes[10+i] = slices.Repeat([]wish{{Confidence: 0.1}}, 50)
		}
		users, finds := s.wishers(wishes), by.finds(200)
		s.patterns(finds)
		s.settle(users...)
		for i, t := range users {
			Expect(t.ids()).To(Equal(accepted(wishes[i], finds)), t.user)
		}
	})

	It("sends every tab of a user the same events in the same order, by whatever transport", func() {
		var tabs []*trader
		for i := range 12 {
			c, inbox := s.enter(client.Options{Transport: []client.Transport{client.WebSocket, client.Polling, client.Upgrade}[i%3], Cookie: sessionOf("7")})
			tabs = append(tabs, &trader{fmt.Sprint("tab ", i), c, inbox})
		}
		other := s.login("8")
		tabs[1].hold("tier_patterns", "", keys{"tiers": list{"daily", "combo"}})
		finds := by.finds(300)
		s.patterns(finds)
		s.settle(append(tabs, other)...)
		expected := accepted([]wish{{Tiers: list{"daily", "combo"}}}, finds)
		for _, tab := range tabs {
			Expect(tab.ids()).To(Equal(expected), tab.user)
		}
		Expect(other.ids()).To(BeEmpty())
	})

	It("counts what it did, and tells latencies as percentiles that can be", func() {
		users := s.wishers([][]wish{{{Symbols: list{"S1"}}}, {{}}, {{Confidence: 0.5}}})
		s.patterns([]find{{"a", "S1", "daily", 0.4}, {"b", "S2", "daily", 0.6}, {"c", "S3", "daily", 0.3}})
		s.settle(users...)
		var stats map[string]any
		Expect(json.Unmarshal([]byte(s.get("/api/websocket/stats").Body), &stats)).To(Succeed())
		Expect(stats).To(And(
			HaveKeyWithValue("total_users", 3.0), HaveKeyWithValue("tier_subscriptions", 3.0), HaveKeyWithValue("patterns_broadcast", 3.0),
			HaveKeyWithValue("total_subscriptions", 6.0), HaveKeyWithValue("active_connections", 3.0), HaveKeyWithValue("total_connections", 3.0),
			HaveKeyWithValue("events_delivered", 3*3.0+5+3), HaveKeyWithValue("broadcast_rate_limited", 0.0), HaveKeyWithValue("subscription_errors", 0.0),
			HaveKeyWithValue("broadcast_errors", 0.0), HaveKeyWithValue("index_performance_status", "good")))
		for _, latency := range []string{"filtering", "broadcast"} {
			of := func(percentile string) float64 { return stats[latency+"_latency_"+percentile+"_ms"].(float64) }
			Expect(stats["avg_"+latency+"_latency_ms"]).To(BeNumerically(">", 0))
			Expect(list{fmt.Sprint(of("p50") <= of("p95")), fmt.Sprint(of("p95") <= of("p99"))}).To(HaveEach("true"), latency)
		}
	})
})

var _ = Describe("Integration: performance, within the limit", func() {
	It("holds nothing back from five users with eighty events each", func() {
		s := openStage("FLASK_SECRET_KEY="+secretKey, "LOG_LEVEL=info")
		wishes := make([][]wish, 5)
		for i := range wishes {
			wishes[i] = []wish{{Symbols: list{fmt.Sprint("S", i)}}}
		}
		users := s.wishers(wishes)
		for n := range 80 {
			for i := range users {
				s.pattern(fmt.Sprint(n), "Doji", fmt.Sprint("S", i), "daily", 0.3)
			}
		}
		s.settle(users...)
		for _, t := range users {
			Expect(t.ids()).To(HaveLen(80), t.user)
		}
		Expect(s.metric("tickcast_rate_limited_total")).To(BeZero())
	})
})
