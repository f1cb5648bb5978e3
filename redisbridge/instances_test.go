package redisbridge

import (
	"context"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

// present runs Instances with one figure, quickly.
func present(addr string, n int64) (instances *Instances, stop func()) {
	GinkgoHelper()
	client, err := Open(settings(addr))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(client.Close)
	instances = NewInstances(client, func() Figures { return Figures{"users": n} }, zerolog.New(GinkgoWriter))
	instances.period, instances.life = 20*time.Millisecond, 500*time.Millisecond
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		defer GinkgoRecover()
		Expect(instances.Run(ctx)).To(Succeed())
	})
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	DeferCleanup(stop)
	return instances, stop
}

var _ = Describe("Instances", func() {
	ctx := context.Background()
	var server *realRedis
	BeforeEach(func() { server = startRedis() })
	others := func(i *Instances) func() []Figures {
		return func() []Figures { told, _ := i.Others(); return told }
	}
	known := func(i *Instances) func() bool {
		return func() bool { _, known := i.Others(); return known }
	}

	It("know each other's figures, and who stops is gone at once", func() {
		first, _ := present(server.addr, 1)
		Eventually(known(first)).Should(BeTrue())
		Expect(others(first)()).To(BeEmpty())
		second, stop := present(server.addr, 2)
		Eventually(others(first)).Should(Equal([]Figures{{"users": 2}}))
		Eventually(others(second)).Should(Equal([]Figures{{"users": 1}}))
		stop()
		Eventually(others(first)).Should(BeEmpty())
		Expect(server.publisher().ZCard(ctx, "tickcast:instances").Val()).To(BeEquivalentTo(1))
	})

	It("forget who was killed, and make nothing of nonsense", func() {
		client := server.publisher()
		for _, id := range []string{"dead", "broken", "huge"} {
			client.ZAdd(ctx, "tickcast:instances", redis.Z{Score: float64(time.Now().UnixMilli()), Member: id})
		}
		client.Set(ctx, "tickcast:instance:dead", `{"users":9}`, 300*time.Millisecond)
		client.Set(ctx, "tickcast:instance:broken", `}{`, 0)
		client.Set(ctx, "tickcast:instance:huge", `{"users":9`+strings.Repeat(" ", maxFigures)+`}`, 0)
		first, _ := present(server.addr, 1)
		Eventually(others(first)).Should(Equal([]Figures{{"users": 9}}))
		Eventually(others(first)).Should(BeEmpty())
	})

	It("say so when they cannot know", func() {
		first, _ := present(server.addr, 1)
		Eventually(known(first)).Should(BeTrue())
		server.kill()
		Eventually(known(first)).Should(BeFalse())
		server.start()
		Eventually(known(first)).Should(BeTrue())
	})
})
