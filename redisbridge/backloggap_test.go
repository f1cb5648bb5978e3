package redisbridge

import (
	"context"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"
)

var _ = Describe("A gap", func() {
	var (
		server   *realRedis
		producer *redis.Client
	)
	ctx := context.Background()
	begin := func() *keeper {
		GinkgoHelper()
		return keep(settings(server.addr), backlogSettings(), &recorder{})
	}
	// beginAs has a user of its own in Redis, so that it alone can be cut off.
	beginAs := func(user string) *keeper {
		GinkgoHelper()
		Expect(producer.Do(ctx, "ACL", "SETUSER", user, "on", ">pw", "allkeys", "allchannels", "+@all").Err()).To(Succeed())
		return keep(settings(user+":pw@"+server.addr), backlogSettings(), &recorder{})
	}
	cut := func(k *keeper, user string) {
		GinkgoHelper()
		Eventually(hearing(k.Bridge)).Should(BeTrue())
		losses := k.State().Losses
		Expect(producer.Do(ctx, "CLIENT", "KILL", "USER", user, "TYPE", "pubsub").Err()).To(Succeed())
		Eventually(func() uint64 { return k.State().Losses }).Should(BeNumerically(">", losses))
	}
	BeforeEach(func() {
		server = startRedis()
		producer = server.publisher()
	})

	It("is counted where nobody else was hearing, and nobody's replay across it is complete", func() {
		k := begin()
		publish(producer, patterns, alert("BEFORE"))
		Eventually(k.sink.marks).Should(HaveLen(1))
		from := k.backlog.Settled()
		Expect(producer.Do(ctx, "CLIENT", "KILL", "TYPE", "pubsub").Err()).To(Succeed())
		Eventually(k.State).Should(HaveField("Backlog.Gaps", BeEquivalentTo(1)))
		Eventually(k.sure).Should(BeTrue())
		publish(producer, patterns, alert("AFTER"))
		Eventually(k.sink.symbols).Should(Equal([]string{"BEFORE", "AFTER"}))
		for _, k := range []*keeper{k, begin()} {
			symbols, complete := k.replay(from)
			Expect(symbols).To(Equal([]string{"AFTER"}))
			Expect(complete).To(BeFalse())
		}
		after, _ := parsePosition(k.sink.marks()[1])
		_, complete := k.replay(after.entry.String())
		Expect(complete).To(BeTrue(), "what came later is all there")
	})

	It("is counted where all were cut off at once", func() {
		instances := []*keeper{begin(), begin()}
		Expect(producer.Do(ctx, "CLIENT", "KILL", "TYPE", "pubsub").Err()).To(Succeed())
		for _, k := range instances {
			Eventually(k.State).Should(HaveField("Backlog.Gaps", BeEquivalentTo(1)))
		}
	})

	It("is none at the start, whose replays from before are not complete all the same", func() {
		k := begin()
		publish(producer, patterns, alert("BEFORE"))
		Eventually(k.sink.marks).Should(HaveLen(1))
		from := k.backlog.Settled()
		k.stop()
		next := begin()
		Expect(next.State().Backlog.Gaps).To(BeZero())
		_, complete := next.replay(from)
		Expect(complete).To(BeFalse())
	})

	It("is none where an instance joins others", func() {
		first := begin()
		publish(producer, patterns, alert("BEFORE"))
		Eventually(first.sink.marks).Should(HaveLen(1))
		from := first.backlog.Settled()
		second := begin()
		first.stop()
		publish(producer, patterns, alert("AFTER"))
		Eventually(second.sink.marks).Should(HaveLen(1))
		symbols, complete := begin().replay(from)
		Expect(symbols).To(Equal([]string{"AFTER"}))
		Expect(complete).To(BeTrue())
	})

	It("is filled with what another instance has heard, each message once and in order", func() {
		steady, loser := begin(), beginAs("loser")
		const count = 2000
		var publishing sync.WaitGroup
		publishing.Go(func() {
			defer GinkgoRecover()
			for n := range count {
				publish(producer, patterns, numbered(n))
			}
		})
		for range 3 {
			seen := len(loser.sink.symbols())
			Eventually(func() int { return len(loser.sink.symbols()) }).Should(BeNumerically(">", min(seen+50, count-1)))
			cut(loser, "loser")
		}
		publishing.Wait()
		Eventually(steady.sink.symbols).Should(Equal(numbers(0, count)))
		Eventually(loser.sink.symbols).Should(Equal(numbers(0, count)))
		Expect(entries(producer)).To(HaveLen(count))
		Eventually(loser.sure).Should(BeTrue())
		Expect(loser.State().Backlog.Gaps).To(BeZero())
		Expect(loser.State().Backlog.Filled).To(BeNumerically(">", 0))
		Expect(steady.State().Backlog.Filled).To(BeZero())
		_, complete := loser.replay(strings.TrimSuffix(loser.sink.marks()[0], "-0"))
		Expect(complete).To(BeTrue())
	})

	It("is none where Redis was frozen, and what it held back comes once", func() {
		instances := []*keeper{begin(), begin()}
		server.freeze()
		for _, k := range instances {
			Eventually(hearing(k.Bridge), "20s").Should(BeFalse())
		}
		server.thaw()
		publish(producer, patterns, alert("THAWED"))
		for _, k := range instances {
			Eventually(k.sink.symbols).Should(Equal([]string{"THAWED"}))
			Eventually(hearing(k.Bridge)).Should(BeTrue())
			Expect(k.State().Backlog.Gaps).To(BeZero())
		}
	})

	It("is owned up to when the queue runs over", func() {
		place := &hall{held: make(chan struct{})}
		cfg := settings(server.addr)
		cfg.QueueBytes = 2 << 10
		k := keep(cfg, backlogSettings(), place)
		publish(producer, patterns, alert("HOLD"))
		Eventually(place.holding.Load).Should(BeTrue())
		for n := range 500 {
			publish(producer, patterns, numbered(n))
		}
		Eventually(func() uint64 { return k.State().Channels[0].Received }).Should(BeEquivalentTo(501))
		close(place.held)
		Eventually(k.State).Should(HaveField("Backlog.Gaps", BeEquivalentTo(1)))
		Eventually(place.symbols).Should(ContainElement("499"))
	})

	It("is in doubt as long as a message that had no room is not owned up to", func() {
		k := begin()
		k.backlog.live.Lock()
		k.backlog.displaced.Store(true)
		sure := k.backlog.sure()
		k.backlog.live.Unlock()
		Expect(sure).To(BeFalse())
		Eventually(k.sure).Should(BeTrue())
		Expect(k.State().Backlog.Gaps).To(BeEquivalentTo(1))
	})

	It("is owned up to when prices take the last room in the queue, though nothing that is kept follows", func() {
		place := &hall{held: make(chan struct{})}
		cfg := settings(server.addr)
		cfg.QueueBytes = 2 << 10
		k := keep(cfg, backlogSettings(), place)
		from := k.backlog.Settled()
		publish(producer, patterns, alert("HOLD"))
		Eventually(place.holding.Load).Should(BeTrue())
		publish(producer, patterns, alert("DISPLACED"))
		for range 500 {
			publish(producer, "tickstock.market.summary", `{}`)
		}
		Eventually(k.backlog.displaced.Load).Should(BeTrue())
		close(place.held)
		Eventually(k.State).Should(HaveField("Backlog.Gaps", BeEquivalentTo(1)))
		Eventually(k.sure).Should(BeTrue())
		Expect(place.symbols()).To(Equal([]string{"HOLD"}))
		_, complete := k.replay(from)
		Expect(complete).To(BeFalse())
	})

	It("has every instance own up to what it owes for too long", func() {
		k := begin()
		from := k.backlog.Settled()
		Expect(producer.Do(ctx, "ACL", "SETUSER", "default", "-xadd").Err()).To(Succeed())
		for n := range maxOwed + 1 {
			publish(producer, patterns, numbered(n))
		}
		Eventually(k.sink.symbols).Should(Equal(numbers(0, maxOwed+1)))
		Expect(producer.Do(ctx, "ACL", "SETUSER", "default", "+xadd").Err()).To(Succeed())
		Eventually(k.State, 20*time.Second).Should(HaveField("Backlog.Gaps", BeEquivalentTo(1)))
		Eventually(k.sure).Should(BeTrue())
		publish(producer, patterns, alert("LAST"))
		Eventually(k.sink.symbols).Should(HaveLen(maxOwed + 2))
		symbols, complete := k.replay(from)
		Expect(symbols).To(Equal([]string{"LAST"}))
		Expect(complete).To(BeFalse())
	})
})
