package feed

import (
	"context"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/redisbridge"
	"github.com/tickstock/tickcast/rooms"
)

// alerts is where the bridge's events end.
type alerts struct {
	mu    sync.Mutex
	names map[string]int
}

func (a *alerts) Route(event rooms.Event) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.names[event.Name]++
	return 0
}

var _ = Describe("The built-in recording", func() {
	It("has all main channels, and is of a length that one can watch", func() {
		recording, err := load("")
		Expect(err).NotTo(HaveOccurred())
		channels := make(map[string]int)
		for _, message := range recording {
			channels[message.channel]++
		}
		Expect(channels).To(And(
			HaveKey("tickstock.events.patterns"), HaveKey("tickstock.events.backtesting.progress"),
			HaveKey("tickstock.events.backtesting.results"), HaveKey("tickstock.health.status"),
			HaveKey("tickstock:patterns:streaming"), HaveKey("tickstock:indicators:streaming")))
		Expect(len(recording)).To(And(BeNumerically(">=", 150), BeNumerically("<=", 250)))
	})

	DescribeTable("has each form of a pattern",
		func(form string) { Expect(string(builtIn)).To(MatchRegexp(form)) },
		Entry("flat", `"event_type": "pattern_detected", [^{]*"pattern": "`),
		Entry("nested", `"data": {"symbol": "[^"]*", "pattern": `),
		Entry("nested twice", `"data": {"flow_id": "[^"]*", "data": {`),
		Entry("under its legacy name", `"pattern_name": "`),
		Entry("under its legacy name, beside an empty one", `"pattern": "", "pattern_name"`),
		Entry("as documented", `"ticker": "`),
		Entry("in a batch", `"patterns": \[{"pattern"`),
		Entry("in a batch of detections", `"patterns": \[{"detection"`),
		Entry("from the fallback detector", `"source": "fallback_detector", "metadata"`),
		Entry("from the fallback detector, nested", `"source": "fallback_detector", "timestamp": [^{]*"data": {`),
		Entry("with the price elsewhere", `"price_at_detection"`),
	)

	It("is accepted to the last message", func() {
		embedded, err := redisbridge.Embed("127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(embedded.Close)
		cfg := config.Redis{URL: config.Secret("redis://" + embedded.Addr()), ProbeEvery: time.Second, RetryMax: time.Second, QueueBytes: 1 << 24, MessageMax: 1 << 20}
		client, err := redisbridge.Open(cfg)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		sink := &alerts{names: make(map[string]int)}
		bridge := redisbridge.New(cfg, config.Streaming{}, client, sink, prometheus.NewRegistry(), zerolog.New(GinkgoWriter))
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { bridge.Run(ctx) })
		DeferCleanup(func() {
			cancel()
			running.Wait()
		})
		Eventually(func() bool { return bridge.State().Hearing() }).Should(BeTrue())

		Expect(Run(ctx, Config{Redis: client, Rate: 1e4, Once: true, Log: zerolog.New(GinkgoWriter)})).To(Succeed())

		recording, err := load("")
		Expect(err).NotTo(HaveOccurred())
		published := make(map[string]uint64)
		for _, message := range recording {
			published[message.channel]++
		}
		for row, channel := range bridge.State().Channels {
			Eventually(func() uint64 { return bridge.State().Channels[row].Events }).Should(BeNumerically(">=", published[channel.Name]), channel.Name)
			Expect(bridge.State().Channels[row].Received).To(Equal(published[channel.Name]))
			Expect(bridge.State().Channels[row].Rejected).To(BeEmpty(), channel.Name)
		}
	})
})
