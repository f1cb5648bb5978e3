package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
)

var _ = Describe("Integration: resilience", func() {
	open := func(env ...string) *stage {
		GinkgoHelper()
		return openStage(append([]string{"FLASK_SECRET_KEY=" + secretKey, "TICKCAST_REDIS_PROBE_EVERY=500ms", "LOG_LEVEL=info"}, env...)...)
	}

	It("bears malformed filters from all sides: nobody is harmed, and it stays healthy", func() {
		s := open()
		good := s.login("7")
		good.hold("tier_patterns", "", keys{"symbols": list{"AAPL"}})
		deep := strings.Repeat("[", 20) + strings.Repeat("]", 20) // what is much deeper closes the connection
		var attack sync.WaitGroup
		for i := range 10 {
			attack.Go(func() {
				defer GinkgoRecover()
				bad := s.login(fmt.Sprint("attacker", i%3))
				for n := range 200 { // more than a socket may ask for: those are refused as well
					filters := []string{deep, `{"symbols":` + deep + `}`, `{"confidence_min":1e999}`, `{"confidence_min":-0.1}`, `{"symbols":["` + strings.Repeat("A", 65) + `"]}`,
						`{"tiers":[{}]}`, `{"pattern_types":["\ud800\u0000"]}`, `{"max_events_per_hour":1e300}`, `{"__proto__":{}}`, `"` + strings.Repeat("x", 10_000) + `"`}[n%10]
					Expect(bad.ask("subscribe", json.RawMessage(`{"subscription_type":"tier_patterns","filters":`+filters+`}`))).To(HaveKeyWithValue("status", "error"))
				}
			})
			s.pattern(fmt.Sprint(i), "Doji", "AAPL", "daily", 0.9)
		}
		attack.Wait()
		s.settle(good)
		Expect(good.ids()).To(HaveLen(10))
		Expect(s.health()).To(And(HaveField("Status", "healthy"), HaveField("Subscriptions.Topics", HaveKeyWithValue("tier_patterns", 1))))
		Expect(s.gauge("tickcast_events_refused_total")).To(Equal(2000.0))
		Expect(s.gauge("tickcast_panics_total")).To(BeZero())
	})

	It("keeps users' subscriptions while Redis is away, and delivers by them when it is back", func() {
		s := open()
		user, page := s.login("7"), s.visit()
		user.hold("tier_patterns", "", keys{"symbols": list{"AAPL"}})
		s.redis.Kill()
		Eventually(s.health).Should(HaveField("Redis.Hearing", BeFalse()))
		user.hold("tier_patterns", "meanwhile", keys{"symbols": list{"TSLA"}})
		newcomer := s.login("8")
		newcomer.hold("tier_patterns", "", nil)
		s.startRedis()
		Eventually(s.get).WithArguments("/readyz").Should(haveStatus(http.StatusOK))
		for _, symbol := range []string{"AAPL", "TSLA", "META"} {
			s.pattern(symbol, "Doji", symbol, "daily", 0.9)
		}
		s.settle(user, newcomer, page)
		Expect(user.ids()).To(Equal(list{"AAPL", "TSLA"}))
		Expect(newcomer.ids()).To(Equal(list{"AAPL", "TSLA", "META"}))
		Expect(symbols(page.inbox)).To(Equal(list{"AAPL", "TSLA", "META"}))
	})

	It("keeps the subscriptions of a user whose last page is gone, and tells the next one of them", func() {
		s := open()
		user := s.login("7")
		user.hold("tier_patterns", "mine", keys{"symbols": list{"AAPL"}})
		Expect(user.ask("subscribe_tier_patterns", keys{"tier": "daily"})).To(HaveKeyWithValue("status", "ok")) // the page's own, gone with it
		user.client.Close()
		Eventually(s.gauge).WithArguments("tickcast_users").Should(BeZero())
		Expect(s.gauge("tickcast_subscriptions")).To(Equal(1.0))
		user = s.login("7")
		Eventually(user.payloads).WithArguments("subscription_status").Should(ConsistOf(
			And(HaveKeyWithValue("active_subscriptions", ConsistOf("tier_patterns")), HaveKeyWithValue("room", "user_7"))))
		s.pattern("one", "Doji", "AAPL", "daily", 0.9)
		s.settle(user)
		Expect(user.news()).To(Equal(list{"pattern_alert", "tier_pattern"}))
	})

	It("forgets the subscriptions of a user who stays away for too long, and of nobody else", func() {
		s := open("TICKCAST_SUBSCRIPTIONS_KEEP=1s")
		gone, here := s.login("7"), s.login("8")
		gone.hold("tier_patterns", "", nil)
		gone.hold("pattern_alerts", "", nil)
		here.hold("tier_patterns", "", nil)
		gone.client.Close()
		Eventually(s.health).Should(HaveField("Subscriptions.Topics", And(HaveKeyWithValue("tier_patterns", 1), Not(HaveKeyWithValue("pattern_alerts", BeNumerically(">", 0))))))
		gone = s.login("7")
		Expect(gone.answer("get_subscriptions", nil)).To(MatchJSON(`[{"status":"ok","room":"user_7","subscriptions":[]}]`))
		s.pattern("one", "Doji", "AAPL", "daily", 0.9)
		s.settle(gone, here)
		Expect(gone.ids()).To(BeEmpty())
		Expect(here.ids()).To(Equal(list{"one"}))
	})

	It("holds nothing any more of a hundred pages that asked for everything and left", func() {
		s := open("TICKCAST_SUBSCRIPTIONS_KEEP=200ms")
		var pages sync.WaitGroup
		for i := range 100 {
			pages.Go(func() {
				defer GinkgoRecover()
				enter := s.visit
				if i%2 == 0 {
					enter = func() *trader { return s.login(fmt.Sprint("user", i%20)) }
				}
				page := enter()
				page.hold("tier_patterns", fmt.Sprint(i), keys{"symbols": list{fmt.Sprint("S", i)}, "tiers": list{"daily"}})
				page.hold("market_insights", "", keys{"market_regimes": list{"bull"}})
				for event, payload := range map[string]any{
					"subscribe_tier_patterns": keys{"tier": "combo", "maxPatterns": 50}, "subscribe_pattern_alerts": keys{}, "subscribe": keys{"channels": list{"indicators"}},
					"subscribe_watchlist": keys{"symbols": list{"AAPL"}}, "subscribe_tickers": keys{"tickers": list{"AAPL"}}, "subscribe_patterns": keys{"patterns": list{"Doji"}},
				} {
					Expect(page.client.Emit(event, payload)).To(Succeed())
				}
				Expect(page.client.Send("0/tickstockpl,")).To(Succeed())
				Expect(page.ask("get_subscriptions", nil)).To(HaveKeyWithValue("status", "ok"))
				page.client.Close()
			})
		}
		pages.Wait()
		for _, gauge := range []string{"tickcast_connections", "tickcast_sockets", "tickcast_users", "tickcast_rooms", "tickcast_subscriptions"} {
			Eventually(s.gauge).WithArguments(gauge).Should(BeZero(), gauge)
		}
		Expect(s.health().Status).To(Equal("healthy"))
	})

	It("serves the other tabs of a user while one closes in the middle of a burst", func() {
		s := open()
		tabs := []*trader{s.login("7"), s.login("7"), s.login("7")}
		tabs[0].hold("tier_patterns", "", keys{"symbols": list{"AAPL"}})
		var expected list
		for i := range 200 {
			if i == 100 {
				tabs[0].client.Close()
			}
			s.pattern(fmt.Sprint(i), "Doji", "AAPL", "daily", 0.95)
			expected = append(expected, fmt.Sprint(i))
		}
		s.settle(tabs[1:]...)
		Expect(tabs[1].ids()).To(Equal(expected))
		Expect(tabs[2].ids()).To(Equal(expected))
	})

	It("changes one subscription while events flow, and the other one misses none", func() {
		s := open("TICKCAST_LIMITS_EVENTS_PER_SECOND=0")
		user, page := s.login("7"), s.visit()
		user.hold("tier_patterns", "steady", keys{"symbols": list{"AAPL"}})
		expected := list{}
		var flow sync.WaitGroup
		flow.Go(func() {
			defer GinkgoRecover()
			for i := range 300 {
				symbol := list{"AAPL", "TSLA", "META"}[i%3]
				s.pattern(fmt.Sprint(symbol, i), "Doji", symbol, "daily", 0.9)
				if symbol == "AAPL" {
					expected = append(expected, fmt.Sprint(symbol, i))
				}
			}
		})
		for i := range 40 { // as many as a page may at once
			user.hold("tier_patterns", "changing", keys{"symbols": list{list{"TSLA", "NVDA"}[i%2]}})
		}
		flow.Wait()
		s.pattern("TSLA last", "Doji", "TSLA", "daily", 0.9)
		s.pattern("NVDA last", "Doji", "NVDA", "daily", 0.9)
		s.settle(user, page)
		got := user.ids()
		Expect(got).To(And(Not(ContainElement(HavePrefix("META"))), Not(ContainElement("TSLA last")), ContainElement("NVDA last")))
		steady := slices.DeleteFunc(got, func(id string) bool { return !strings.HasPrefix(id, "AAPL") })
		Expect(steady).To(Equal(expected))
		Expect(symbols(page.inbox)).To(HaveLen(302))
	})

	It("closes a page that does not read, forgets what it wanted, and the others get everything", func() {
		s := open("TICKCAST_SOCKETS_WRITE_TIMEOUT=500ms", "TICKCAST_SOCKETS_OUTBOX=256KiB")
		stall(s.tickcast.Address())
		user := s.login("7")
		user.hold("tier_patterns", "", keys{"symbols": list{"AAPL"}})
		Eventually(s.gauge).WithArguments("tickcast_subscriptions").Should(Equal(3.0)) // alerts of two pages among them
		Expect(user.client.Emit("subscribe_patterns", keys{"patterns": list{"Doji"}})).To(Succeed())
		heavy := fmt.Sprintf(`{"pattern":"Heavy","symbol":"H","confidence":0.9,"metadata":{"note":"%065536d"}}`, 0)
		var expected list
		for i := range 300 {
			s.publish(patterns, heavy)
			s.pattern(fmt.Sprint(i), "Doji", "AAPL", "daily", 0.95)
			expected = append(expected, fmt.Sprint(i))
		}
		s.settle(user)
		Expect(user.ids()).To(Equal(expected))
		Eventually(s.metric).WithArguments(`tickcast_disconnects_total{reason="slow"}`).Should(Equal(1.0))
		Eventually(s.gauge).WithArguments("tickcast_subscriptions").Should(Equal(2.0))
		Expect(user.client.Done()).NotTo(BeClosed())
	})

	It("loses nothing of a user's when one of the namespaces is left", func() {
		s := open()
		user := s.login("7")
		alerts, inbox := s.enter(client.Options{Namespace: "/tickstockpl", Cookie: sessionOf("7")})
		user.hold("tier_patterns", "", nil)
		alerts.Close()
		Eventually(s.health).Should(HaveField("Connections.Sockets", HaveKeyWithValue("/tickstockpl", 0)))
		s.pattern("one", "Doji", "AAPL", "daily", 0.9)
		s.settle(user)
		Expect(user.ids()).To(Equal(list{"one"}))
		Expect(inbox.Events()).To(BeEmpty())
		Expect(s.gauge("tickcast_users")).To(Equal(1.0))
	})
})
