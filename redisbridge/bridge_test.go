package redisbridge

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
)

// gate is a Sink that lets nothing pass until it is opened.
type gate struct {
	recorder
	open chan struct{}
}

func (g *gate) Route(event rooms.Event) int {
	<-g.open
	return g.recorder.Route(event)
}

// stumbler is a Sink that panics at one symbol.
type stumbler struct{ recorder }

func (s *stumbler) Route(event rooms.Event) int {
	if event.Traits.Symbol == "STUMBLE" {
		panic("stumbled")
	}
	return s.recorder.Route(event)
}

var _ = Describe("The bridge", func() {
	var (
		server   *realRedis
		producer *redis.Client
	)
	ctx := context.Background()
	listening := func(sink Sink) *Bridge {
		GinkgoHelper()
		b := bridge(settings(server.addr), sink)
		Eventually(hearing(b)).Should(BeTrue())
		return b
	}
	BeforeEach(func() {
		server = startRedis()
		producer = server.publisher()
	})

	It("delivers in the order of publishing", func() {
		sink := &recorder{}
		listening(sink)
		var expected []string
		for n := range 2000 {
			publish(producer, patterns, numbered(n))
			expected = append(expected, strconv.Itoa(n))
		}
		Eventually(func() int { return len(sink.symbols()) }).Should(Equal(len(expected)))
		Expect(sink.symbols()).To(Equal(expected))
	})

	It("subscribes once to each channel by its name, and to no pattern", func() {
		b := listening(&recorder{})
		Expect(producer.PubSubNumSub(ctx, b.names()...).Val()).To(HaveEach(BeEquivalentTo(1)))
		Expect(producer.PubSubChannels(ctx, "*").Val()).To(ConsistOf(b.names()))
		Expect(producer.PubSubNumPat(ctx).Val()).To(BeZero())
	})

	It("says nothing in Redis but its own probe", func() {
		ear := producer.PSubscribe(ctx, "*")
		DeferCleanup(ear.Close)
		b := listening(&recorder{})
		for range 3 {
			heard, err := ear.ReceiveMessage(ctx)
			Expect(err).NotTo(HaveOccurred())
			Expect(heard.Channel).To(Equal(b.control))
		}
	})

	It("tells what each channel brought, and measures its probe", func() {
		b := listening(&recorder{})
		before := time.Now()
		publish(producer, patterns, alert("AAPL"))
		publish(producer, patterns, `{"symbol":"AAPL"}`)
		publish(producer, patterns, `{"test":"health_check"}`)
		channel := func() ChannelState { return b.State().Channels[0] }
		Eventually(channel).Should(HaveField("Received", BeEquivalentTo(3)))
		Eventually(channel).Should(HaveField("Rejected", Equal(map[Reason]uint64{MissingPattern: 1, Probe: 1})))
		Expect(channel().Name).To(Equal(patterns))
		Expect(channel().Events).To(Equal(eachPattern()))
		Expect(channel().LastEvent).To(BeTemporally(">=", before))
		Expect(channel().LastMessage).To(BeTemporally(">=", channel().LastEvent))
		Eventually(func() time.Duration { return b.State().RoundTrip }).Should(BeNumerically(">", 0))
	})

	DescribeTable("skips poison, counts it and goes on",
		func(text string, reason Reason) {
			sink := &recorder{}
			b := listening(sink)
			publish(producer, patterns, text)
			publish(producer, patterns, alert("NEXT"))
			Eventually(sink.symbols).Should(Equal([]string{"NEXT"}))
			Expect(b.State().Channels[0].Rejected).To(Equal(map[Reason]uint64{reason: 1}))
		},
		Entry("that is no JSON", "}{", NotJSON),
		Entry("that is empty", "", NotJSON),
		Entry("that is larger than allowed", alert(strings.Repeat("x", 2<<20)), TooLarge),
		Entry("that is nested without end", `{"data":`+strings.Repeat("[", 100_000), TooDeep),
		Entry("that is no text", "\x80\x04\x95\xff", BadUTF8),
		Entry("that holds NaN", `{"pattern":"Doji","symbol":"AAPL","confidence":NaN}`, NotFinite),
	)

	It("survives a sink that panics", func() {
		sink := &stumbler{}
		b := listening(sink)
		publish(producer, patterns, `{"patterns":[`+alert("STUMBLE")+`,`+alert("SAME BATCH")+`]}`)
		publish(producer, patterns, alert("NEXT"))
		Eventually(sink.symbols).Should(Equal([]string{"SAME BATCH", "NEXT"}))
		Expect(b.State().Channels[0].Rejected).To(Equal(map[Reason]uint64{Panicked: eachPattern()}))
	})

	It("survives a translator that panics", func() {
		client, err := Open(settings(server.addr))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		sink := &recorder{}
		b := New(settings(server.addr), streaming(), client, sink, prometheus.NewRegistry(), zerolog.New(GinkgoWriter))
		b.channels[1].Translate = func(*message) iter.Seq2[rooms.Event, Reason] { panic("no translation") }
		start(b)
		Eventually(hearing(b)).Should(BeTrue())
		publish(producer, b.channels[1].Name, `{"job_id":"j"}`)
		publish(producer, patterns, alert("NEXT"))
		Eventually(sink.symbols).Should(Equal([]string{"NEXT"}))
		Expect(b.State().Channels[1].Rejected).To(Equal(map[Reason]uint64{Panicked: 1}))
	})

	It("keeps the newest when the router is slow, and is never cut off", func() {
		sink := &gate{open: make(chan struct{})}
		cfg := settings(server.addr)
		cfg.QueueBytes = 20 << 10
		b := bridge(cfg, sink)
		Eventually(hearing(b)).Should(BeTrue())
		const count = 3000
		for n := range count {
			publish(producer, patterns, numbered(n))
		}
		Eventually(func() uint64 { return b.State().Channels[0].Received }).Should(BeEquivalentTo(count))
		Expect(b.State().Queue.Bytes).To(BeNumerically("<=", cfg.QueueBytes))
		Expect(b.State().Losses).To(BeZero())

		close(sink.open)

		Eventually(sink.symbols).Should(ContainElement(strconv.Itoa(count - 1)))
		state := b.State().Channels[0]
		Expect(state.Rejected[QueueFull]).To(BeNumerically(">", 0))
		Expect(state.Events/eachPattern() + state.Rejected[QueueFull]).To(BeEquivalentTo(count))
	})

	It("routes what it has heard before it stops", func() {
		sink := &gate{open: make(chan struct{})}
		client, err := Open(settings(server.addr))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		b := New(settings(server.addr), streaming(), client, sink, prometheus.NewRegistry(), zerolog.New(GinkgoWriter))
		stopping, stop := context.WithCancel(ctx)
		var running sync.WaitGroup
		running.Go(func() { b.Run(stopping) })
		Eventually(hearing(b)).Should(BeTrue())
		for n := range 100 {
			publish(producer, patterns, numbered(n))
		}
		Eventually(func() uint64 { return b.State().Channels[0].Received }).Should(BeEquivalentTo(100))

		stop()
		close(sink.open)

		running.Wait()
		Expect(sink.symbols()).To(HaveLen(100))
	})

	It("brings the last batch before it stops", func() {
		sink := &recorder{}
		client, err := Open(settings(server.addr))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		forever := config.Streaming{BufferEnabled: true, BufferInterval: time.Hour, MaxBuffer: 100}
		b := New(settings(server.addr), forever, client, sink, prometheus.NewRegistry(), zerolog.New(GinkgoWriter))
		stopping, stop := context.WithCancel(ctx)
		var running sync.WaitGroup
		running.Go(func() { b.Run(stopping) })
		Eventually(hearing(b)).Should(BeTrue())
		publish(producer, streamingPatterns, detected("Doji", "AAPL", 0.5))
		Eventually(func() int { return b.State().Buffer.Windows[0].Waiting }).Should(Equal(1))

		stop()

		running.Wait()
		Expect(sink.all()).To(ConsistOf(HaveField("Name", "streaming_patterns_batch")))
	})

	It("counts for Prometheus under names that never grow", func() {
		b := listening(&recorder{})
		publish(producer, patterns, "}{")
		publish(producer, patterns, alert("AAPL"))
		Eventually(func() uint64 { return b.State().Channels[0].Events }).Should(Equal(eachPattern()))
		registry := prometheus.NewRegistry()
		Expect(registry.Register(newMetrics(b))).To(Succeed())
		samples := scrape(registry)
		Expect(samples).To(HaveKeyWithValue("tickcast_redis_connected", 1.0))
		Expect(samples).To(HaveKeyWithValue("tickcast_redis_events_total{tickstock.events.patterns,accepted}", float64(eachPattern())))
		Expect(samples).To(HaveKeyWithValue("tickcast_redis_events_total{tickstock.events.patterns,not_json}", 1.0))
		Expect(samples).To(HaveKeyWithValue("tickcast_redis_losses_total", 0.0))
	})
})

// scrape reads all metrics, labels in the order of their names.
func scrape(registry *prometheus.Registry) map[string]float64 {
	GinkgoHelper()
	families, err := registry.Gather()
	Expect(err).NotTo(HaveOccurred())
	samples := make(map[string]float64)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			name := family.GetName()
			var labels []string
			for _, label := range metric.GetLabel() {
				labels = append(labels, label.GetValue())
			}
			if len(labels) > 0 {
				name += "{" + strings.Join(labels, ",") + "}"
			}
			samples[name] = metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
		}
	}
	return samples
}
