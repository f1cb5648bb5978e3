package server_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gobwas/ws/wsutil"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
)

// tierEvent is an event of universal subscriptions that came at that time.
func tierEvent(symbol string, received time.Time) rooms.Event {
	return rooms.Event{
		Name: "tier_pattern", Received: received,
		Audience: rooms.Audience{Namespace: "/", Topic: rooms.TierPatterns},
		Traits:   rooms.Traits{Symbol: symbol},
		Compose:  func(int) []byte { return []byte(`{"type":"tier_pattern","symbol":"` + symbol + `"}`) },
	}
}

// toUser is an event for one user.
func toUser(user, payload string) rooms.Event {
	return rooms.Event{Name: "backtest_result", Received: time.Now(), Payload: []byte(payload),
		Audience: rooms.Audience{Namespace: "/", Rooms: []rooms.Room{rooms.UserRoom(user)}}}
}

var _ = Describe("What a user missed", func() {
	var (
		kept   *shelf
		past   *tape
		proofs *proofBook
		s      *site
	)
	at := time.Unix(1758902400, 250e6)
	BeforeEach(func() {
		noLeaks()
		kept, past, proofs = newShelf(), &tape{}, &proofBook{}
		s = kept.site(past, proofs, usual())
		kept.put("7", rooms.Subscription{Room: "user_7", Topic: rooms.TierPatterns, ID: "a", Filter: rooms.Filter{Symbols: []string{"AAPL", "TSLA"}}})
		kept.put("8", rooms.Subscription{Room: "user_8", Topic: rooms.TierPatterns, ID: "a"})
		kept.setCursor("7", "0-0")
	})
	// queued connects a user and takes what was queued, up to a mark.
	queued := func(on *site, user string) (b *browser, payloads []string) {
		GinkgoHelper()
		b = enterBrowser(on.url, "Cookie", "user="+user)
		b.emit("test_connection", keys{"timestamp": 1})
		for {
			e := b.nextOf("queued_message", "subscription_status", "test_response")
			switch e.Name {
			case "test_response":
				return b, payloads
			case "queued_message":
				payloads = append(payloads, e.payload())
			}
		}
	}
	symbols := func(on *site, user string) (all []string) {
		GinkgoHelper()
		_, payloads := queued(on, user)
		for _, payload := range payloads {
			var body struct{ Symbol string }
			Expect(json.Unmarshal([]byte(payload), &body)).To(Succeed())
			all = append(all, body.Symbol)
		}
		return all
	}

	It("comes when the user is back, in its order, after the confirmation: what the subscriptions accept, and what was for the user", func() {
		past.record(tierEvent("TSLA", at))
		past.record(tierEvent("MSFT", at))
		past.record(toUser("7", `{"type":"backtest_result","job_id":"b"}`))
		past.record(toUser("8", `{"type":"backtest_result","job_id":"c"}`))
		past.record(alert("Doji"))
		past.record(rooms.Event{Name: "system_health", Received: at, Audience: rooms.Audience{Namespace: "/"}, Payload: []byte(`{}`)})
		past.record(tierEvent("AAPL", at))
		_, payloads := queued(s, "7")
		Expect(payloads).To(HaveLen(3))
		Expect(payloads[0]).To(MatchJSON(`{"type":"tier_pattern","symbol":"TSLA","queued":true,"queued_at":1758902400.25,"queued_event":"tier_pattern"}`))
		Expect(payloads[1]).To(ContainSubstring(`"job_id":"b"`))
		Expect(payloads[2]).To(ContainSubstring(`"AAPL"`))
	})

	It("comes once", func() {
		past.record(tierEvent("AAPL", at))
		elsewhere := kept.site(past, proofs, usual())
		Expect(symbols(s, "7")).To(Equal([]string{"AAPL"}))
		Expect(symbols(s, "7")).To(BeEmpty())
		Expect(symbols(elsewhere, "7")).To(BeEmpty())
		Expect(kept.cursor("7")()).To(Equal("1-0-0"))
	})

	It("is only what came after what any of the user's browsers has proved to have seen", func() {
		b, _ := queued(s, "7")
		past.record(tierEvent("AAPL", at))
		seen := past.record(tierEvent("TSLA", at))
		past.record(tierEvent("AAPL", at))
		proofs.say(b, seen)
		Expect(symbols(s, "7")).To(Equal([]string{"AAPL"}))
	})

	It("is not hidden by a page that is still open, but proves nothing", func() {
		queued(s, "7")
		past.record(tierEvent("AAPL", at))
		Expect(symbols(s, "7")).To(Equal([]string{"AAPL"}))
	})

	It("is nothing for who was never seen, and is from then on", func() {
		past.record(tierEvent("AAPL", at))
		Expect(symbols(s, "8")).To(BeEmpty())
		past.record(tierEvent("MSFT", at))
		Expect(symbols(s, "8")).To(Equal([]string{"MSFT"}))
	})

	It("is nothing for nobody in particular", func() {
		past.record(toUser("", `{}`))
		Expect(symbols(s, "")).To(BeEmpty())
		Expect(kept.cursors).To(HaveLen(1))
	})

	DescribeTable("is never another user's",
		func(user string) {
			kept.setCursor(user, "0-0")
			past.record(toUser("7", `{}`))
			past.record(tierEvent("AAPL", at))
			Expect(symbols(s, user)).To(BeEmpty())
		},
		Entry(nil, "9"), Entry(nil, "7:x"), Entry(nil, "user_7"),
	)

	It("is the newest hundred of it", func() {
		for n := range 350 {
			past.record(toUser("7", `{"symbol":"`+strconv.Itoa(n)+`"}`))
		}
		found := symbols(s, "7")
		Expect(found).To(HaveLen(100))
		Expect(found[0]).To(Equal("250"))
		Expect(found[99]).To(Equal("349"))
	})

	It("is no more than the connection takes", func() {
		for n := range 10 {
			past.record(toUser("7", fmt.Sprintf(`{"symbol":"%d","large":"%s"}`, n, strings.Repeat("x", 100<<10))))
		}
		Expect(symbols(s, "7")).To(Equal([]string{"5", "6", "7", "8", "9"}))
	})

	It("is nothing where it is switched off", func() {
		off := kept.site(past, proofs, config.Subscriptions{Keep: time.Hour})
		past.record(tierEvent("AAPL", at))
		Expect(symbols(off, "7")).To(BeEmpty())
	})

	It("keeps to the limit by the hour, at the time when it came", func() {
		kept.put("7", rooms.Subscription{Room: "user_7", Topic: rooms.TierPatterns, ID: "a", Filter: rooms.Filter{MaxPerHour: 2}})
		for n := range 4 {
			past.record(tierEvent(strconv.Itoa(n), at.Add(time.Duration(n)*time.Minute)))
		}
		past.record(tierEvent("later", at.Add(2*time.Hour)))
		Expect(symbols(s, "7")).To(Equal([]string{"0", "1", "later"}))
	})

	It("includes what came while it was looked up", func() {
		past.record(tierEvent("AAPL", at))
		past.record(tierEvent("TSLA", at))
		past.behind = 1
		Expect(symbols(s, "7")).To(Equal([]string{"AAPL", "TSLA"}))
		Expect(kept.cursor("7")()).To(Equal("2-0-0"))
	})

	It("stays the user's where it was not to be had in between", func() {
		past.record(tierEvent("AAPL", at))
		past.record(tierEvent("TSLA", at))
		past.behind, past.broken = 1, true
		b, _ := queued(s, "7")
		Expect(kept.cursor("7")()).To(Equal("1-0-0"))
		proofs.say(b, "2-0-0")
		past.behind, past.broken = 0, false
		Expect(symbols(s, "7")).To(Equal([]string{"TSLA"}))
	})

	DescribeTable("stays the user's where it cannot be had now, whatever that page proves",
		func(break_, mend func()) {
			past.record(tierEvent("AAPL", at))
			break_()
			b, payloads := queued(s, "7")
			Expect(payloads).To(BeEmpty())
			proofs.say(b, "1-0-0")
			mend()
			s.sockets.SaveCursors(time.Now())
			b.close()
			Expect(symbols(s, "7")).To(Equal([]string{"AAPL"}))
		},
		Entry("because the backlog fails", func() { past.fail(errors.New("broken")) }, func() { past.fail(nil) }),
		Entry("because nobody knows the cursor", func() { kept.goAway(true) }, func() { kept.goAway(false) }),
	)

	It("comes again if the connection broke before it could prove that it came, but not if the page said goodbye", func() {
		past.record(tierEvent("AAPL", at))
		b, payloads := queued(s, "7")
		Expect(payloads).To(HaveLen(1))
		b.close()
		Eventually(kept.cursor("7")).Should(Equal("0-0"))
		b, payloads = queued(s, "7")
		Expect(payloads).To(HaveLen(1))
		b.write("41")
		b.close()
		Eventually(s.sockets.Sessions).Should(BeZero())
		Expect(symbols(s, "7")).To(BeEmpty())

		past.record(tierEvent("TSLA", at))
		impatient := limits()
		impatient.PingInterval, impatient.PingTimeout = 50*time.Millisecond, 50*time.Millisecond
		brief := kept.siteWith(impatient, past, proofs, usual())
		conn, _ := dial(brief.url, 4, "Cookie", "user=7")
		DeferCleanup(conn.Close)
		Expect(wsutil.WriteClientText(conn, []byte("40"))).To(Succeed())
		Eventually(kept.cursor("7")).Should(Equal("2-0-0"))
		Eventually(kept.cursor("7")).Should(Equal("1-0-0"))
		Expect(symbols(s, "7")).To(Equal([]string{"TSLA"}))
	})

	It("comes with a kind that pages know", func() {
		kept.put("7", rooms.Subscription{Room: "user_7", Topic: rooms.PatternAlerts, ID: "a"},
			rooms.Subscription{Room: "user_7", Topic: rooms.MarketInsights, ID: "a"})
		past.record(rooms.Event{Name: "tier_pattern_alert_daily", Received: at,
			Audience: rooms.Audience{Namespace: "/", Topic: rooms.PatternAlerts, Except: rooms.Dashboards},
			Personal: func(to rooms.Room, _ rooms.Filter) []byte {
				return []byte(`{"type":"tier_pattern_alert","user":"` + string(to) + `","pattern_type":"A<B","symbol":"AAPL","tier":"daily","confidence":0.9}`)
			}})
		past.record(rooms.Event{Name: "market_state_update", Received: at, Payload: []byte(`{"regime":"bull"}`),
			Audience: rooms.Audience{Namespace: "/", Topic: rooms.MarketInsights}})
		past.record(toUser("7", `[1]`))
		_, payloads := queued(s, "7")
		Expect(payloads).To(HaveLen(3))
		Expect(like(json.RawMessage(`{"type":"pattern_alert","queued":true,"queued_at":1758902400.25,"queued_event":"tier_pattern_alert_daily",
			"user":"user_7","pattern":"A<B","pattern_type":"A<B","symbol":"AAPL","tier":"daily","confidence":0.9,"event":"$any",
			"event_data":{"event_type":"pattern_detected","source":"TickStockPL","timestamp":1758902400.25,
				"data":{"pattern":"A<B","symbol":"AAPL","confidence":0.9,"tier":"daily","timestamp":null}}}`), json.RawMessage(payloads[0]))).To(Succeed())
		Expect(payloads[1]).To(ContainSubstring(`"type":"market_state_update"`))
		Expect(payloads[2]).To(ContainSubstring(`"data":[1]`))
	})
})
