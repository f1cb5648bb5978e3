package server_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/server"
)

var _ = Describe("What a browser needs to come back", func() {
	var (
		backlog *memoryBacklog
		kept    *memoryRecoveries
		s       *site
	)
	window := time.Minute
	JustBeforeEach(func() {
		backlog, kept = &memoryBacklog{}, &memoryRecoveries{}
		s = startSiteWith(nil, server.Sources{Identify: byCookie, Backlog: backlog, Recoveries: kept, Recovery: window})
		backlog.router = s.sockets.Router()
	})
	within := func(short time.Duration) {
		BeforeEach(func() {
			window = short
			DeferCleanup(func() { window = time.Minute })
		})
	}

	It("is kept before the browser learns that it has it", func() {
		t := openTab(s, "")
		Expect(kept.of(t.pid)).To(ContainSubstring(`"patterns"`), "at CONNECT")
		t.emit("subscribe_patterns", map[string]any{"patterns": []string{"Doji"}})
		t.next("connection_confirmed")
		t.next("subscription_confirmed")
		Expect(kept.of(t.pid)).To(ContainSubstring("Doji"))
		t.write(`421["subscribe",{"subscription_type":"tier_patterns","filters":{"symbols":["AAPL"]}}]`)
		t.next("ack")
		Expect(kept.of(t.pid)).To(ContainSubstring("AAPL"))
		t.write(`422["unsubscribe",{}]`)
		t.next("ack")
		Expect(kept.of(t.pid)).NotTo(ContainSubstring("AAPL"))
	})

	It("is not the user's, who has it wherever", func() {
		t := openTab(s, "", "Cookie", "user=7")
		t.next("connection_confirmed")
		t.write(`421["subscribe",{"subscription_type":"tier_patterns","filters":{"symbols":["AAPL"]}}]`)
		t.next("ack")
		Expect(kept.of(t.pid)).To(And(ContainSubstring(`"user":"7"`), Not(ContainSubstring("AAPL"))))
	})

	It("stays when the connection is lost, and is forgotten when somebody wanted the end", func() {
		lost, left, kicked := openTab(s, ""), openTab(s, ""), openTab(s, "", "Cookie", "user=7")
		lost.close()
		left.write("41")
		s.sockets.Kick("7")
		Eventually(func() string { return kept.of(left.pid) + kept.of(kicked.pid) }).Should(BeEmpty())
		Expect(kept.of(lost.pid)).NotTo(BeEmpty())
	})

	Context("with sweeps every tenth of a second", func() {
		within(400 * time.Millisecond)
		It("is written again if Redis has lost it", func() {
			t := openTab(s, "")
			kept.lose()
			Eventually(func() string { return kept.of(t.pid) }).WithTimeout(5 * time.Second).ShouldNot(BeEmpty())
		})
	})

	It("holds nobody up while Redis is away, and is written when it is back", func() {
		kept.goAway(true)
		t := openTab(s, "")
		t.next("connection_confirmed")
		Expect(s.log.String()).To(ContainSubstring("sockets cannot be kept for their return"))
		t.emit("subscribe_patterns", map[string]any{"patterns": []string{"Doji"}})
		t.next("subscription_confirmed")
		Expect(s.health().Counters.Unkept).To(BeNumerically(">", 0))
		kept.goAway(false)
		Eventually(func() string { return kept.of(t.pid) }).WithTimeout(5 * time.Second).Should(ContainSubstring("Doji"))
		Eventually(s.log.String).Should(ContainSubstring("sockets are kept for their return again"))
	})

	It("never gets into the log", func() {
		t := openTab(s, "")
		t.next("connection_confirmed")
		t.close()
		t.offset = "0-1"
		back := t.returns("Cookie", "user=8")
		back.close()
		Eventually(func() int { return s.health().Connections.Sockets["/"] }).Should(BeZero())
		Expect(s.log.String()).NotTo(Or(ContainSubstring(t.pid), ContainSubstring(back.pid)))
	})

	It("is kept in the other namespaces, too", func() {
		t := openTab(s, "/tickstockpl,", "Cookie", "user=7")
		Eventually(func() string { return kept.of(t.pid) }).Should(ContainSubstring(`"at":"0-1"`))
		t.close()
		backlog.publish(patternAlert("Hammer"))
		back := t.returns()
		Expect(back.id).To(Equal(t.id))
		Expect(back.hears("pattern_alert")).To(ContainSubstring("Hammer"))
	})

	It("is counted in the metrics", func() {
		t := openTab(s, "")
		t.hears("connection_confirmed")
		t.close()
		t.returns()
		Expect(s.ask("GET", "/metrics").body).To(And(
			ContainSubstring(`tickcast_recoveries_total{result="recovered"} 1`), ContainSubstring("tickcast_unkept_total 0")))
	})

	DescribeTable("is not promised", func(without func(*server.Sources)) {
		sources := server.Sources{Backlog: backlog, Recoveries: kept, Recovery: time.Minute}
		without(&sources)
		plain := openSite(config.HTTP{}, limits(), nil, sources)
		b := connectBrowser(plain.url)
		Expect(b.pid).To(BeEmpty())
		Expect(b.next("connection_confirmed").Args).To(HaveLen(1))
	},
		Entry("without a backlog", func(s *server.Sources) { s.Backlog = nil }),
		Entry("without a place to keep it", func(s *server.Sources) { s.Recoveries = nil }),
		Entry("with no time to come back in", func(s *server.Sources) { s.Recovery = 0 }),
	)

	It("is nothing that clients of protocol 3 hear of", func() {
		conn, in := dial(s.url, 3)
		b := &browser{conn: conn, in: in, events: make(chan event, 9), ended: make(chan struct{})}
		DeferCleanup(b.close)
		go b.read(make(chan string, 1))
		b.next("connection_confirmed").payload()
		backlog.publish(alert("A"))
		b.next("pattern_alert").payload()
	})
})
