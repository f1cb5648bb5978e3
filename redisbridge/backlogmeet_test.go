package redisbridge

import (
	"context"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

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
		letGo    func()
	)
	ctx := context.Background()
	BeforeEach(func() {
		server = startRedis()
		producer = server.publisher()
		place = &hall{held: make(chan struct{})}
		letGo = sync.OnceFunc(func() { close(place.held) })
		k = keep(settings(server.addr), backlogSettings(), place)
		DeferCleanup(func() { letGo() })
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
		Expect(settled).To(Equal(strings.TrimSuffix(place.marks()[0], "-0")))

		letGo()
		meeting.Wait()
		Eventually(func() []string { return place.heard(g) }).Should(Equal([]string{"BEFORE", "HOLD", "AFTER"}))
		Expect(whole.Load()).To(BeTrue())
		Eventually(k.backlog.Settled).Should(Equal(strings.TrimSuffix(place.marks()[2], "-0")))
	})

	It("hands over nothing, and is whole, from no position", func() {
		letGo()
		publish(producer, patterns, alert("AAPL"))
		Eventually(place.symbols).Should(HaveLen(1))
		g, at := &guest{}, ""
		Expect(k.backlog.Meet("", g.hear, func(position string) { at = position })).To(BeTrue())
		Expect(g.symbols).To(BeEmpty())
		Expect(at).To(Equal(k.backlog.Settled()))
	})

	It("is not whole where more came than it holds", func() {
		letGo()
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
		letGo()
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
