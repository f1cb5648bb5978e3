package redisbridge

import (
	"context"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"

	"github.com/tickstock/tickcast/rooms"
)

// hall is a Sink with people in it, who each write down the symbols they get.
type hall struct {
	recorder
	held    chan struct{} // an event called HOLD waits for it
	holding atomic.Bool
	inside  sync.Mutex
	guests  []*guest
}

type guest struct{ symbols []string }

func (g *guest) hear(e rooms.Event) {
	if e.Name == "pattern_alert" && e.Audience.Namespace == "/" {
		g.symbols = append(g.symbols, e.Traits.Symbol)
	}
}

func (h *hall) Route(e rooms.Event) int {
	if strings.HasPrefix(e.Traits.Symbol, "HOLD") {
		h.holding.Store(true)
		<-h.held
	}
	h.inside.Lock()
	for _, g := range h.guests {
		g.hear(e)
	}
	h.inside.Unlock()
	return h.recorder.Route(e)
}

func (h *hall) join(g *guest) {
	h.inside.Lock()
	defer h.inside.Unlock()
	h.guests = append(h.guests, g)
}

func (h *hall) heard(g *guest) []string {
	h.inside.Lock()
	defer h.inside.Unlock()
	return append([]string(nil), g.symbols...)
}

var _ = Describe("Meeting what is live", func() {
	var (
		server   *realRedis
		producer *redis.Client
		place    *hall
		k        *keeper
	)
	ctx := context.Background()
	BeforeEach(func() {
		server = startRedis()
		producer = server.publisher()
		place = &hall{held: make(chan struct{})}
		k = keep(settings(server.addr), backlogSettings(), place)
	})

	It("neither misses nor repeats a message that is on its way", func() {
		from := k.backlog.Settled()
		publish(producer, patterns, alert("BEFORE"))
		publish(producer, patterns, alert("HOLD"))
		Eventually(place.holding.Load).Should(BeTrue())
		publish(producer, patterns, alert("AFTER"))
		settled := k.backlog.Settled()

		g := &guest{}
		var whole atomic.Bool
		var meeting sync.WaitGroup
		meeting.Go(func() { whole.Store(k.backlog.Meet(from, g.hear, func(string) { place.join(g) })) })
		Consistently(k.backlog.Settled, "50ms").Should(Equal(settled), "it has not reached everybody yet")
		Expect(settled).NotTo(Equal(from))

		close(place.held)
		meeting.Wait()
		Eventually(func() []string { return place.heard(g) }).Should(Equal([]string{"BEFORE", "HOLD", "AFTER"}))
		Expect(whole.Load()).To(BeTrue())
		Eventually(k.backlog.Settled).Should(Equal(strings.TrimSuffix(place.marks()[2], "-0")))
	})

	It("hands over nothing, and is whole, from no position", func() {
		close(place.held)
		publish(producer, patterns, alert("AAPL"))
		Eventually(place.symbols).Should(HaveLen(1))
		g, at := &guest{}, ""
		Expect(k.backlog.Meet("", g.hear, func(position string) { at = position })).To(BeTrue())
		Expect(g.symbols).To(BeEmpty())
		Expect(at).To(Equal(k.backlog.Settled()))
	})

	It("is not whole where more came than it holds", func() {
		close(place.held)
		from := k.backlog.Settled()
		for n := range ringEntries + 1 {
			publish(producer, patterns, numbered(n))
		}
		Eventually(place.symbols).Should(HaveLen(ringEntries + 1))
		g := &guest{}
		Expect(k.backlog.Meet(from, g.hear, func(string) {})).To(BeFalse())
		Expect(g.symbols).To(Equal(numbers(1, ringEntries+1)))
	})

	It("gives each who joins all after his position, once and in order", func() {
		close(place.held)
		other := keep(settings(server.addr), backlogSettings(), &recorder{})
		const count, joiners = 1500, 200
		var publishing sync.WaitGroup
		publishing.Go(func() {
			defer GinkgoRecover()
			for n := range count {
				publish(producer, patterns, numbered(n))
			}
		})
		begin := k.backlog.Settled()
		guests, first := make([]*guest, joiners), make([]int, joiners)
		var joining sync.WaitGroup
		for i := range joiners {
			guests[i] = &guest{}
			Eventually(func() int { return len(other.sink.marks()) }).Should(BeNumerically(">=", i*count/joiners/2))
			from := begin
			if marks := other.sink.marks(); len(marks) > 0 && i%10 > 0 {
				first[i] = rand.N(len(marks)) + 1
				from = strings.TrimSuffix(marks[first[i]-1], "-0")
			}
			joining.Go(func() {
				defer GinkgoRecover()
				to, complete, err := k.backlog.Replay(ctx, from, guests[i].hear)
				Expect(err).NotTo(HaveOccurred())
				Expect(complete).To(BeTrue())
				Expect(k.backlog.Meet(to, guests[i].hear, func(string) { place.join(guests[i]) })).To(BeTrue())
			})
		}
		joining.Wait()
		publishing.Wait()
		for i, g := range guests {
			Eventually(func() []string { return place.heard(g) }).Should(Equal(numbers(first[i], count)), "joined after "+strconv.Itoa(first[i]))
		}
	})
})

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
		Eventually(loser.sink.symbols).Should(HaveLen(count))
		for i, sym := range loser.sink.symbols() {
			if sym != strconv.Itoa(i) {
				lo, hi := max(0, i-6), min(count, i+14)
				GinkgoWriter.Println("DEBUG", i, loser.sink.symbols()[lo:hi], loser.sink.marks()[lo:hi], loser.State().Backlog)
				break
			}
		}
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
