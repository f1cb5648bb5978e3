package server_test

import (
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
)

var _ = Describe("A browser that comes back", func() {
	var (
		backlog *memoryBacklog
		kept    *memoryRecoveries
		s       *site
	)
	window := time.Minute
	JustBeforeEach(func() {
		backlog, kept = &memoryBacklog{}, &memoryRecoveries{}
		noLeaks()
		often := limits()
		often.PingInterval = 200 * time.Millisecond // a pong proves how far it is
		s = openSite(config.HTTP{}, often, nil, server.Sources{Identify: byCookie, Backlog: backlog, Recoveries: kept, Recovery: window})
		backlog.router = s.sockets.Router()
	})
	within := func(short time.Duration) {
		BeforeEach(func() {
			window = short
			DeferCleanup(func() { window = time.Minute })
		})
	}
	welcomed := func(headers ...string) *tab {
		GinkgoHelper()
		t := openTab(s, "", headers...)
		t.hears("connection_confirmed")
		return t
	}
	result := func(name string) func() int {
		return func() int { return s.health().Counters.Recoveries[name] }
	}

	It("goes on where it was: with its id, its subscriptions and its rooms", func() {
		t := welcomed()
		t.emit("subscribe_patterns", map[string]any{"patterns": []string{"Doji"}})
		t.next("subscription_confirmed")
		Expect(s.sockets.Peer().Enter("/", t.id, "club")).To(BeTrue())
		Eventually(func() string { return kept.of(t.pid) }).WithTimeout(5 * time.Second).Should(ContainSubstring("club"))
		t.close()
		back := t.returns()
		Expect([]string{back.id, back.pid}).To(Equal([]string{t.id, t.pid}))
		Expect(back.hears("connection_confirmed")).To(ContainSubstring(t.id))
		backlog.publish(alert("Hammer"))
		backlog.publish(alert("Doji"))
		Expect(back.alerts(1)).To(Equal([]string{"Doji"}))
		s.sockets.Router().Route(rooms.Event{Name: "club_news", Audience: rooms.Audience{Namespace: "/", Rooms: []rooms.Room{"club"}}, Payload: []byte(`1`)})
		back.next("club_news")
		Expect(result("recovered")()).To(BeEquivalentTo(1))
	})

	It("gets what it has missed, in order and once, and then goes on", func() {
		t := welcomed()
		backlog.publish(alert("A"))
		Expect(t.alerts(1)).To(Equal([]string{"A"}))
		t.close()
		for _, pattern := range []string{"B", "C", "D"} {
			backlog.publish(alert(pattern))
		}
		back := t.returns()
		back.hears("connection_confirmed")
		Expect(back.offset).To(Equal("1-1"), "or what comes now could be lost again")
		backlog.publish(alert("E"))
		Expect(back.alerts(4)).To(Equal([]string{"B", "C", "D", "E"}))
		back.expectNothing()
	})

	It("does not get the same again when it comes back again", func() {
		t := welcomed()
		t.close()
		backlog.publish(alert("A"))
		backlog.publish(alert("B"))
		second := t.returns()
		second.hears("connection_confirmed")
		Expect(second.alerts(1)).To(Equal([]string{"A"})) // and no more, before it is lost again
		second.close()
		third := second.returns()
		third.hears("connection_confirmed")
		Expect(third.alerts(1)).To(Equal([]string{"B"}))
		third.expectNothing()
	})

	It("is recovered though no event had come yet", func() {
		t := welcomed()
		Expect(t.offset).To(BeEmpty())
		t.close()
		Expect(t.returns().id).To(Equal(t.id))
	})

	Context("within a second", func() {
		within(time.Second)
		It("is recovered after long silence, since it proves now and then how far it is", func() {
			t := welcomed()
			t.emit("subscribe_patterns", map[string]any{"patterns": []string{"Never"}})
			t.next("subscription_confirmed")
			backlog.publish(alert("A"))
			Eventually(func() string { return kept.of(t.pid) }).WithTimeout(5 * time.Second).Should(ContainSubstring(`"at":"1-1"`))
			backlog.trim()
			t.close()
			Expect(t.returns().id).To(Equal(t.id))
		})
	})

	It("takes over from its old connection, which has not noticed", func() {
		t := welcomed("Cookie", "user=7")
		t.emit("subscribe_patterns", map[string]any{"patterns": []string{"Doji"}})
		t.next("subscription_confirmed")
		back := t.returns()
		Expect(back.id).To(Equal(t.id))
		Eventually(t.ended).Should(BeClosed())
		back.hears("connection_confirmed")
		backlog.publish(alert("Hammer"))
		backlog.publish(alert("Doji"))
		Expect(back.alerts(1)).To(Equal([]string{"Doji"}))
		Expect(s.health().Users).To(Equal(1))
	})

	DescribeTable("is new", func(result string, change func(t *tab) *tab) {
		t := welcomed("Cookie", "user=7")
		backlog.publish(alert("A"))
		t.alerts(1)
		t.close()
		backlog.publish(alert("B"))
		back := change(t)
		Expect(back.id).NotTo(Equal(t.id))
		Expect(back.pid).NotTo(Equal(t.pid))
		Expect(s.health().Counters.Recoveries).To(HaveKeyWithValue(result, BeEquivalentTo(1)))
		if back.prefix == "" {
			back.hears("connection_confirmed")
			back.expectNothing()
		}
	},
		Entry("to another user", "foreign", func(t *tab) *tab { return t.returns("Cookie", "user=8") }),
		Entry("to nobody", "foreign", func(t *tab) *tab { return t.returns([]string{}...) }),
		Entry("in another namespace", "foreign", func(t *tab) *tab { t.prefix = "/tickstockpl,"; return t.returns() }),
		Entry("with a pid that was never given", "unknown", func(t *tab) *tab { t.pid = strings.Repeat("A", 26); return t.returns() }),
		Entry("with a pid like none of ours", "unknown", func(t *tab) *tab { t.pid = "x"; return t.returns() }),
		Entry("with an offset that is none", "failed", func(t *tab) *tab { t.offset = "AAPL"; return t.returns() }),
		Entry("with an offset from the future", "incomplete", func(t *tab) *tab { t.offset = "99-1"; return t.returns() }),
	)

	DescribeTable("is new rather than half recovered", func(spoil func()) {
		t := welcomed()
		backlog.publish(alert("A"))
		t.alerts(1)
		t.close()
		spoil()
		back := t.returns()
		Expect(back.id).NotTo(Equal(t.id))
		back.hears("connection_confirmed")
		back.expectNothing()
		Expect(result("incomplete")()).To(BeEquivalentTo(1))
	},
		Entry("if some of what it has missed is gone", func() { backlog.publish(alert("B")); backlog.publish(alert("C")); backlog.trim() }),
		Entry("if it is more than can be sent at once", func() {
			for range 5 {
				backlog.publish(alert(strings.Repeat("x", limits().Outbox/2)))
			}
		}),
	)

	It("is sent away to come again, knowing no more than before, if events overtake it", func() {
		t := welcomed()
		t.close()
		backlog.publish(alert("A"))
		backlog.ring = -1
		conn, in := dial(s.url, 4)
		b := &browser{conn: conn, in: in, events: make(chan event, 9), ended: make(chan struct{})}
		DeferCleanup(b.close)
		go b.read(make(chan string, 1))
		b.write("40" + asJSON(map[string]string{"pid": t.pid, "offset": t.offset}))
		Eventually(b.ended).Should(BeClosed())
		Expect(b.events).To(BeEmpty())
		Expect(result("postponed")()).To(BeEquivalentTo(1))
		backlog.mu.Lock()
		backlog.ring = 0
		backlog.mu.Unlock()
		back := t.returns()
		back.hears("connection_confirmed")
		Expect(back.alerts(1)).To(Equal([]string{"A"}))
	})

	It("loses nothing and gets nothing twice while events go on, however often it comes back", func() {
		const events = 2000
		t := welcomed()
		done, ahead := make(chan struct{}), make(chan struct{}, 150) // more would not fit the page's own queue
		stop := make(chan struct{})
		DeferCleanup(func() { close(stop); <-done })
		go func() {
			defer close(done)
			for i := range events {
				select {
				case ahead <- struct{}{}:
				case <-stop:
					return
				}
				backlog.publish(alert(fmt.Sprint(i)))
			}
		}()
		next, comebacks := 0, 0
		for next < events {
			for range min(100, events-next) {
				Expect(t.alerts(1)).To(Equal([]string{fmt.Sprint(next)}))
				<-ahead
				next++
			}
			if comebacks++; comebacks <= 15 {
				t.close()
				t = t.returns()
				t.hears("connection_confirmed")
			}
		}
		Expect(result("recovered")()).To(BeEquivalentTo(15))
	})
})
