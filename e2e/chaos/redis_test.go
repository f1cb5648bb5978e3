package chaos_test

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/balancer"
	"github.com/tickstock/tickcast/e2e/internal/crowd"
)

var _ = Describe("Redis", func() {
	ctx := context.Background()
	var (
		s *stage
		c *crowd.Crowd
		p *producer
	)
	BeforeEach(func() {
		s = open(2)
		c = s.enter(crowd.Setup{Version: "4.8.4", Count: 40})
		p = s.produce(sized(100, 300))
		p.goesOn(50)
	})

	It("may cut one subscription: what that instance did not hear comes out of the backlog", func() {
		for range 5 {
			var first string
			for _, client := range subscribers(s) {
				first = client
				break
			}
			Expect(s.redis.Client().Do(ctx, "CLIENT", "KILL", "ID", first).Err()).To(Succeed())
			p.goesOn(50)
		}
		Eventually(func() int { return healthOf(s.instances[0]).Losses + healthOf(s.instances[1]).Losses }).Should(BeNumerically(">=", 5))
		p.goesOn(50)
		p.spared("CLIENT KILL of 1 of 2, five times", "40 × 4.8.4", c)
	})

	It("may be frozen: what was published before and after comes, once", func() {
		Expect(s.redis.Freeze()).To(Succeed())
		DeferCleanup(s.redis.Thaw)
		Eventually(func() bool { return ready(s.instances[0]) || ready(s.instances[1]) }).Should(BeFalse())
		if full {
			Consistently(func() bool { return ready(s.instances[0]) }, "12s").Should(BeFalse())
		}
		Expect(s.redis.Thaw()).To(Succeed())
		Eventually(func() bool { return ready(s.instances[0]) && ready(s.instances[1]) }).Should(BeTrue())
		p.goesOn(100)
		p.spared("Redis frozen", "40 × 4.8.4", c)
	})

	It("may lose everything: the gap is counted, and nothing comes twice", func() {
		s.redis.Kill()
		Eventually(func() bool { return ready(s.instances[0]) || ready(s.instances[1]) }).Should(BeFalse())
		s.startRedis()
		Eventually(func() bool { return ready(s.instances[0]) && ready(s.instances[1]) }).Should(BeTrue())
		Eventually(func() int { return healthOf(s.instances[0]).Backlog.Gaps + healthOf(s.instances[1]).Backlog.Gaps }).Should(BeNumerically(">=", 1))
		p.goesOn(100)
		verdict := p.settle(c)
		_, events := p.dues()
		note(row{"Redis killed, and all that it had lost", "40 × 4.8.4", events, fmt.Sprintf("lost %d of what one instance alone heard on its return, doubled %d, out of order %d", verdict.Lost, verdict.Doubled, verdict.Disordered)})
		Expect(verdict).To(And(HaveField("Doubled", 0), HaveField("Disordered", 0)))
	})
})

var _ = Describe("One instance's way to Redis", func() {
	It("may go silent: what it did not hear comes out of the backlog once it has noticed", func() {
		s := open(1)
		way, err := balancer.Start(s.redis.Address())
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(way.Close)
		s.join("REDIS_URL=redis://" + way.Address() + "/0")
		c := s.enter(crowd.Setup{Version: "4.8.4", Count: 40})
		p := s.produce(100)
		p.goesOn(50)
		way.Hold()
		Eventually(func() bool { return ready(s.instances[1]) }).Should(BeFalse())
		p.goesOn(sized(100, 1000))
		way.Cut() // else all that was held would come, as if nothing had been
		way.Release()
		Eventually(func() bool { return ready(s.instances[1]) }).Should(BeTrue())
		p.goesOn(50)
		p.spared("one instance's Redis silent, then cut", "40 × 4.8.4", c)
	})
})

var _ = Describe("A message that Redis cannot get rid of", func() {
	It("costs the subscriptions, once: what was under way with it is a gap, and nothing comes twice", func() {
		s := open(2)
		ctx := context.Background()
		Expect(s.redis.Client().ConfigSet(ctx, "client-output-buffer-limit", "pubsub 1mb 0 0").Err()).To(Succeed())
		c := s.enter(crowd.Setup{Version: "4.8.4", Count: 40})
		p := s.produce(100)
		p.goesOn(50)
		_, err := s.redis.Publish(ctx, "tickstock.events.patterns", strings.Repeat("x", 40<<20))
		Expect(err).NotTo(HaveOccurred())
		Eventually(func() int { return healthOf(s.instances[0]).Losses + healthOf(s.instances[1]).Losses }).Should(Equal(2))
		Eventually(func() bool { return ready(s.instances[0]) && ready(s.instances[1]) }).Should(BeTrue())
		p.goesOn(100)
		verdict := p.settle(c)
		_, events := p.dues()
		gaps := healthOf(s.instances[0]).Backlog.Gaps + healthOf(s.instances[1]).Backlog.Gaps
		note(row{"40 MiB, subscriptions cut by Redis", "40 × 4.8.4", events, fmt.Sprintf("lost %d with %d gaps counted, doubled %d, out of order %d", verdict.Lost, gaps, verdict.Doubled, verdict.Disordered)})
		Expect(verdict).To(And(HaveField("Doubled", 0), HaveField("Disordered", 0)))
		if verdict.Lost > 0 {
			Expect(gaps).To(BeNumerically(">", 0))
		}
	})
})

// subscribers are the ids of the connections that are subscribed.
func subscribers(s *stage) (ids []string) {
	GinkgoHelper()
	list, err := s.redis.Client().Do(context.Background(), "CLIENT", "LIST", "TYPE", "pubsub").Text()
	Expect(err).NotTo(HaveOccurred())
	var id int
	for _, line := range lines(list) {
		if n, _ := fmt.Sscanf(line, "id=%d", &id); n == 1 {
			ids = append(ids, fmt.Sprint(id))
		}
	}
	Expect(ids).NotTo(BeEmpty())
	return ids
}

func lines(text string) []string { return strings.Split(strings.TrimSpace(text), "\n") }
