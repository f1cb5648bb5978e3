package redisbridge

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

// ago is a heartbeat of that age.
func ago(age time.Duration) string {
	return fmt.Sprintf("%.2f", float64(time.Now().Add(-age).UnixMilli())/1e3)
}

var _ = Describe("The producer", func() {
	var (
		server *realRedis
		client *redis.Client
	)
	ctx := context.Background()
	asked := func() string {
		status, _, err := newProducer(client, zerolog.New(GinkgoWriter)).ask(ctx)
		Expect(err == nil).To(Equal(status == Online), "a reason, unless it is online: %v", err)
		return status
	}
	// crowd puts keys of others into Redis.
	crowd := func(count int) {
		GinkgoHelper()
		pipe := client.Pipeline()
		for n := range count {
			pipe.Set(ctx, fmt.Sprintf("session:%d", n), "", 0)
		}
		_, err := pipe.Exec(ctx)
		Expect(err).NotTo(HaveOccurred())
	}
	BeforeEach(func() {
		server = startRedis()
		client = server.publisher()
	})

	DescribeTable("by its heartbeat is",
		func(status string, beat func() string) {
			Expect(client.Set(ctx, heartbeatKey, beat(), 0).Err()).To(Succeed())
			Expect(asked()).To(Equal(status))
		},
		Entry("online if it beats", Online, func() string { return ago(0) }),
		Entry("online if it is a little late", Online, func() string { return ago(50 * time.Second) }),
		Entry("online if its clock is fast", Online, func() string { return ago(-time.Minute) }),
		Entry("offline after a minute", Offline, func() string { return ago(61 * time.Second) }),
		Entry("offline if it is no number", Offline, func() string { return "2025-09-26T16:00:00Z" }),
		Entry("offline if it is not a number", Offline, func() string { return "nan" }),
		Entry("offline if it is without end", Offline, func() string { return "inf" }),
		Entry("offline if it is in milliseconds", Offline, func() string { return ago(0)[:10] + "000" }),
		Entry("offline if it is endless digits", Offline, func() string { return ago(0) + strings.Repeat("0", 1<<20) }),
	)

	It("is offline if its heartbeat is no text", func() {
		Expect(client.LPush(ctx, heartbeatKey, "1").Err()).To(Succeed())
		Expect(asked()).To(Equal(Offline))
	})

	DescribeTable("without a heartbeat is",
		func(status string, ttl time.Duration) {
			crowd(3 * scanCount)
			Expect(client.Set(ctx, "tickstock:patterns:AAPL:Doji:1758902400", "", ttl).Err()).To(Succeed())
			Expect(asked()).To(Equal(status))
		},
		Entry("online if a pattern was cached lately", Online, 30*time.Minute),
		Entry("offline if the pattern stays for ever", Offline, time.Duration(0)),
		Entry("offline if the pattern stays too long", Offline, 2*time.Hour),
	)

	It("is offline if nothing is there at all", func() {
		Expect(asked()).To(Equal(Offline))
	})

	It("is found in a walk that ends", func() {
		crowd(2 * scanCount * scanRounds)
		Expect(client.ConfigResetStat(ctx).Err()).To(Succeed())
		Expect(asked()).To(Equal(Offline))
		Expect(client.Info(ctx, "commandstats").Val()).To(And(
			ContainSubstring(fmt.Sprintf("cmdstat_scan:calls=%d,", scanRounds)),
			Not(ContainSubstring("cmdstat_keys")),
		))
	})

	It("is unknown while Redis is away", func() {
		server.kill()
		Expect(asked()).To(Equal(Unknown))
	})

	It("is unknown while Redis is frozen", func() {
		server.freeze()
		DeferCleanup(server.thaw)
		Expect(asked()).To(Equal(Unknown))
	})

	It("is in the log when it changes", func() {
		log := &journal{}
		producer := newProducer(client, zerolog.New(log))
		for _, status := range []string{Unknown, Offline, Offline, Online, Online, Offline, Unknown} {
			producer.note(status, time.Time{}, nil)
		}
		Expect(log.lines("the producer is ")).To(HaveLen(4))
		Expect(log.lines("the producer is offline")).To(HaveLen(2))
	})

	It("is watched", func() {
		producer := newProducer(client, zerolog.New(GinkgoWriter))
		producer.every = 10 * time.Millisecond
		watching, stop := context.WithCancel(ctx)
		var watcher sync.WaitGroup
		watcher.Go(func() { producer.watch(watching) })
		DeferCleanup(func() {
			stop()
			watcher.Wait()
		})
		status := func() string { return producer.read().Status }

		Eventually(status).Should(Equal(Offline))
		beat := ago(0)
		Expect(client.Set(ctx, heartbeatKey, beat, 0).Err()).To(Succeed())
		Eventually(status).Should(Equal(Online))
		Expect(client.Del(ctx, heartbeatKey).Err()).To(Succeed())
		Eventually(status).Should(Equal(Offline))

		last := float64(producer.read().LastBeat.UnixMilli()) / 1e3
		Expect(fmt.Sprintf("%.2f", last)).To(Equal(beat))
	})

	It("is asked after from the start, and shows in state and metrics", func() {
		Expect(client.Set(ctx, heartbeatKey, ago(0), 0).Err()).To(Succeed())
		b := bridge(settings(server.addr), &recorder{})
		Eventually(func() string { return b.State().Producer.Status }).Should(Equal(Online))
		registry := prometheus.NewRegistry()
		Expect(registry.Register(newMetrics(b))).To(Succeed())
		Expect(scrape(registry)).To(HaveKeyWithValue("tickcast_redis_producer_online", 1.0))
	})
})
