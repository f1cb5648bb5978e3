package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
)

// trader is a logged-in user's browser.
type trader struct {
	user   string
	client *client.Client
	inbox  *client.Inbox
}

func (s *stage) login(user string) *trader {
	GinkgoHelper()
	c, inbox := s.enter(client.Options{Cookie: sessionOf(user)})
	Eventually(inbox.Events).WithArguments("connection_confirmed").Should(HaveLen(1))
	return &trader{user, c, inbox}
}

// ask emits an event and gives what its acknowledgement says.
func (t *trader) ask(event string, payload any) map[string]any {
	GinkgoHelper()
	args, err := t.client.Ask(context.Background(), event, payload)
	Expect(err).NotTo(HaveOccurred())
	var answer []map[string]any
	Expect(json.Unmarshal(args, &answer)).To(Succeed(), "%s", args)
	Expect(answer).To(HaveLen(1))
	return answer[0]
}

func (t *trader) subscribe(filters map[string]any) {
	GinkgoHelper()
	Expect(t.ask("subscribe", map[string]any{"subscription_type": "tier_patterns", "filters": filters})).To(HaveKeyWithValue("status", "ok"))
}

// ids are those of the tier_pattern events that came, in their order.
func (t *trader) ids() []string {
	ids := []string{}
	for _, e := range t.inbox.Events("tier_pattern") {
		var p struct {
			EventID string `json:"event_id"`
		}
		if len(e.Args) == 1 && json.Unmarshal(e.Args[0], &p) == nil {
			ids = append(ids, p.EventID)
		}
	}
	return ids
}

func (s *stage) pattern(id, pattern, symbol, tier string, confidence float64) {
	GinkgoHelper()
	s.publish(patterns, fmt.Sprintf(`{"event_type":"pattern_detected","source":"TickStockPL","timestamp":1758902400.25,"event_id":%q,"pattern":%q,"symbol":%q,"tier":%q,"confidence":%v}`,
		id, pattern, symbol, tier, confidence))
}

var _ = Describe("Users with subscriptions of their own", func() {
	var s *stage
	BeforeEach(func() { s = openStage("FLASK_SECRET_KEY="+secretKey, "LOG_LEVEL=info") })

	// everyoneHas waits for the end: routing is in order, so when the last event is here all before it are.
	type list = []string
	filters := func(patterns, symbols, tiers list, confidence float64) map[string]any {
		return map[string]any{"pattern_types": patterns, "symbols": symbols, "tiers": tiers, "confidence_min": confidence, "priority_min": "medium"}
	}

	It("get what their filters accept, and nothing else", func() {
		scenario := map[string]map[string]any{
			"trader_1":      filters(list{"BreakoutBO", "TrendReversal"}, list{"AAPL", "TSLA"}, list{"daily"}, 0.8),
			"trader_2":      filters(list{"BreakoutBO"}, list{"AAPL", "GOOGL", "MSFT"}, list{"intraday", "daily"}, 0.7),
			"analyst_1":     filters(list{"TrendReversal", "SurgePattern"}, list{"TSLA", "META"}, list{"combo"}, 0.9),
			"portfolio_mgr": filters(list{"BreakoutBO", "TrendReversal", "SurgePattern"}, list{"AAPL", "TSLA", "GOOGL", "MSFT", "META"}, list{"daily", "intraday", "combo"}, 0.6),
		}
		traders := map[string]*trader{}
		for user, filter := range scenario {
			traders[user] = s.login(user)
			traders[user].subscribe(filter)
			Expect(traders[user].ask("subscribe", map[string]any{"subscription_type": "tier_patterns", "subscription_id": "end", "filters": map[string]any{"symbols": list{"END"}}})).
				To(HaveKeyWithValue("room", "user_"+user))
		}
		s.pattern("multi_test_1", "BreakoutBO", "AAPL", "daily", 0.85)
		s.pattern("multi_test_2", "TrendReversal", "TSLA", "combo", 0.92)
		s.pattern("multi_test_3", "BreakoutBO", "GOOGL", "intraday", 0.78)
		s.pattern("multi_test_4", "SurgePattern", "META", "combo", 0.94)
		s.pattern("end", "End", "END", "daily", 1)
		for user, expected := range map[string]list{
			"trader_1":      {"multi_test_1", "end"},
			"trader_2":      {"multi_test_1", "multi_test_3", "end"},
			"analyst_1":     {"multi_test_2", "multi_test_4", "end"},
			"portfolio_mgr": {"multi_test_1", "multi_test_2", "multi_test_3", "multi_test_4", "end"},
		} {
			Eventually(traders[user].ids).Should(Equal(expected), user)
		}
	})

	It("have them in every tab, and after a reconnect", func() {
		first := s.login("7")
		first.subscribe(map[string]any{"symbols": list{"AAPL"}})
		second, other := s.login("7"), s.login("8")
		Expect(second.ask("get_subscriptions", map[string]any{})).To(HaveKeyWithValue("subscriptions", ConsistOf(
			HaveKeyWithValue("filters", HaveKeyWithValue("symbols", ConsistOf("AAPL"))))))
		first.client.Close()
		third := s.login("7")
		s.pattern("one", "Doji", "AAPL", "daily", 0.9)
		Eventually(second.ids).Should(Equal(list{"one"}))
		Eventually(third.ids).Should(Equal(list{"one"}))
		Expect(third.ask("unsubscribe", map[string]any{"subscription_type": "tier_patterns"})).To(HaveKeyWithValue("removed", 1.0))
		s.pattern("two", "Doji", "AAPL", "daily", 0.9)
		s.alert("Doji", "LAST")
		Eventually(symbols).WithArguments(second.inbox).Should(ContainElement("LAST"))
		Expect(second.ids()).To(Equal(list{"one"}))
		Expect(other.ids()).To(BeEmpty())
	})

	It("are told of their own alerts only", func() {
		alice, bob := s.login("7"), s.login("8")
		Expect(alice.ask("subscribe", map[string]any{"subscription_type": "pattern_alerts", "filters": map[string]any{"symbols": list{"AAPL"}}})).To(HaveKeyWithValue("status", "ok"))
		Expect(bob.ask("subscribe", map[string]any{"subscription_type": "pattern_alerts", "filters": map[string]any{"symbols": list{"TSLA"}, "user_id": "7"}})).
			To(And(HaveKeyWithValue("status", "error"), HaveKeyWithValue("field", ContainSubstring("user_id"))))
		s.pattern("e1", "Doji", "AAPL", "daily", 0.93)
		Eventually(alice.inbox.Events).WithArguments("tier_pattern_alert_daily").Should(ConsistOf(HaveField("Args", ConsistOf(And(
			ContainSubstring(`"alert_id":"alert_7_e1"`), ContainSubstring(`"priority":"CRITICAL"`), ContainSubstring(`"symbols"`))))))
		s.alert("Doji", "LAST")
		Eventually(symbols).WithArguments(bob.inbox).Should(ContainElement("LAST"))
		Expect(bob.inbox.Events("tier_pattern_alert_daily")).To(BeEmpty())
	})

	It("are fifty at once, with twenty events, and each gets its own in order", func() {
		const users, events = 50, 20
		all := make([]*trader, users)
		var entering sync.WaitGroup
		for i := range all {
			entering.Go(func() {
				defer GinkgoRecover()
				all[i] = s.login(fmt.Sprint("user", i))
				all[i].subscribe(map[string]any{"symbols": list{fmt.Sprint("S", i%5)}, "confidence_min": 0.1})
			})
		}
		entering.Wait()
		wanted := map[int]list{}
		for n := range events {
			id := fmt.Sprint("event", n)
			wanted[n%5] = append(wanted[n%5], id)
			s.pattern(id, "Doji", fmt.Sprint("S", n%5), "daily", 0.5+float64(n)/50)
		}
		for i, t := range all {
			Eventually(t.ids).Should(Equal(wanted[i%5]), t.user)
		}
		s.alert("Doji", "LAST")
		for i, t := range all {
			Eventually(symbols).WithArguments(t.inbox).Should(ContainElement("LAST"))
			Expect(t.ids()).To(Equal(wanted[i%5]))
		}
	})

	It("get no more than a hundred a second, but every critical one", func() {
		t := s.login("7")
		t.subscribe(map[string]any{"symbols": list{"AAPL"}})
		for i := range 150 {
			s.pattern(fmt.Sprint("m", i), "Doji", "AAPL", "daily", 0.7)
		}
		for i := range 30 {
			s.pattern(fmt.Sprint("c", i), "Doji", "AAPL", "daily", 0.95)
		}
		Eventually(t.ids).Should(ContainElement("c29"))
		medium := 0
		for _, id := range t.ids() {
			if id[0] == 'm' {
				medium++
			}
		}
		Expect(len(t.ids()) - medium).To(Equal(30))
		Expect(medium).To(BeNumerically("<", 150), "all within a second, unless this machine is very slow")
		Expect(medium).To(BeNumerically(">=", 100))
		Expect(s.metric("tickcast_rate_limited_total")).To(BeEquivalentTo(150 - medium))
	})
})
