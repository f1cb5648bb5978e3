package redisbridge

import (
	"context"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/rooms"
)

var _ = Describe("The backlog", func() {
	var (
		server   *realRedis
		producer *redis.Client
	)
	ctx := context.Background()
	begin := func() *keeper {
		GinkgoHelper()
		return keep(settings(server.addr), backlogSettings(), &recorder{})
	}
	BeforeEach(func() {
		server = startRedis()
		producer = server.publisher()
	})

	It("has each message once however many instances hear it, and all know it by one position", func() {
		instances := []*keeper{begin(), begin(), begin()}
		for n := range 500 {
			publish(producer, patterns, numbered(n))
		}
		for _, k := range instances {
			Eventually(k.sink.symbols).Should(Equal(numbers(0, 500)))
			Expect(k.sink.marks()).To(Equal(instances[0].sink.marks()))
			Expect(k.State().Backlog).To(And(HaveField("Kept", BeEquivalentTo(500)), HaveField("Filled", BeZero()), HaveField("Failed", BeZero())))
		}
		Expect(entries(producer)).To(HaveLen(500))
	})

	It("has a message twice that is published twice", func() {
		instances := []*keeper{begin(), begin()}
		for range 300 {
			publish(producer, patterns, alert("SAME"))
		}
		for _, k := range instances {
			Eventually(k.sink.symbols).Should(HaveLen(300))
			Consistently(k.sink.symbols, "100ms").Should(HaveLen(300))
			Expect(k.sink.marks()).To(Equal(instances[0].sink.marks()))
		}
		Expect(entries(producer)).To(HaveLen(300))
	})

	It("is right about messages published twice when an instance starts in between", func() {
		first := begin()
		publish(producer, patterns, alert("SAME"))
		Eventually(first.sink.symbols).Should(HaveLen(1))
		second := begin()
		publish(producer, patterns, alert("SAME"))
		Eventually(first.sink.marks).Should(HaveLen(2))
		Eventually(second.sink.marks).Should(Equal(first.sink.marks()[1:]))
		Expect(entries(producer)).To(HaveLen(2))
	})

	It("numbers the events of a message, so that the rest of them can be had", func() {
		k := begin()
		publish(producer, patterns, alert("AAPL"))
		Eventually(func() int { return len(k.sink.all()) }).Should(BeEquivalentTo(eachPattern()))
		all := k.sink.all()
		var rest []string
		_, complete, err := k.backlog.Replay(ctx, all[1].Position, func(e rooms.Event) { rest = append(rest, e.Position) })
		Expect(err).NotTo(HaveOccurred())
		Expect(complete).To(BeTrue())
		var expected []string
		for _, event := range all[2:] {
			expected = append(expected, event.Position)
		}
		Expect(rest).To(Equal(expected))
	})

	It("keeps alerts and results, and nothing that the next value replaces", func() {
		k := begin()
		publish(producer, "tickstock.market.prices", `{"symbol":"AAPL","price":1.5}`)
		publish(producer, patterns, alert("AAPL"))
		Eventually(k.sink.symbols).Should(HaveLen(1))
		Expect(entries(producer)).To(HaveLen(1))
		Expect(k.sink.all()[0]).To(HaveField("Position", BeEmpty()))
		var replayable []string
		for _, channel := range Channels() {
			if channel.Replay {
				replayable = append(replayable, channel.Name)
			}
		}
		Expect(replayable).To(ConsistOf(patterns, progressChannel, resultChannel, "tickstock.events.market_state",
			"tickstock:alerts:critical", "tickstock:alerts:indicators", "tickstock.dashboard.alerts"))
	})

	It("replays what came after a position, in order, on any instance", func() {
		first, second := begin(), begin()
		for n := range 350 {
			publish(producer, patterns, numbered(n))
		}
		Eventually(first.sink.marks).Should(HaveLen(350))
		Eventually(second.sink.marks).Should(HaveLen(350))
		last, _ := parsePosition(first.sink.marks()[99])
		for _, k := range []*keeper{first, second, begin()} {
			symbols, complete := k.replay(last.entry.String())
			Expect(symbols).To(Equal(numbers(100, 350)))
			Expect(complete).To(BeTrue())
		}
	})

	DescribeTable("is not complete from a position that is none",
		func(from string) {
			k := begin()
			publish(producer, patterns, alert("AAPL"))
			Eventually(k.sink.symbols).Should(HaveLen(1))
			symbols, complete := k.replay(from)
			Expect(symbols).To(BeEmpty())
			Expect(complete).To(BeFalse())
			joined := ""
			if from != "" {
				Expect(k.backlog.Meet(from, func(rooms.Event) {}, func(at string) { joined = at })).To(BeFalse())
				Expect(joined).To(Equal(k.backlog.Settled()))
			}
		},
		Entry("because it is empty", ""),
		Entry("because it is words", "the beginning"),
		Entry("because it is too long", strings.Repeat("9", 100)+"-0"),
		Entry("because a number does not fit", "18446744073709551616-0"),
		Entry("because it has a sign", "-1-0-0"),
		Entry("because it has four parts", "1-2-3-4"),
		Entry("because it is in the future", "9999999999999-0"),
	)

	It("is not complete where the oldest were removed because there are too many", func() {
		few := backlogSettings()
		few.Max = 100
		k := keep(settings(server.addr), few, &recorder{})
		from := k.backlog.Settled()
		for n := range 1500 {
			publish(producer, patterns, numbered(n))
		}
		Eventually(k.sink.marks).Should(HaveLen(1500))
		Expect(producer.XLen(ctx, backlogStream).Val()).To(BeNumerically("<", 400))
		symbols, complete := k.replay(from)
		Expect(complete).To(BeFalse())
		Expect(symbols).To(ContainElement("1499"))
		late, _ := parsePosition(k.sink.marks()[1450])
		symbols, complete = k.replay(late.entry.String())
		Expect(complete).To(BeTrue())
		Expect(symbols).To(Equal(numbers(1451, 1500)))
	})

	It("removes what is too old, but never the newest", func() {
		soon := backlogSettings()
		soon.Age = 10 * time.Millisecond
		k := keep(settings(server.addr), soon, &recorder{})
		for n := range 300 {
			publish(producer, patterns, numbered(n))
		}
		Eventually(k.sink.marks).Should(HaveLen(300))
		Eventually(func() int64 { return producer.XLen(ctx, backlogStream).Val() }).Should(BeNumerically("<", 200))
		Expect(entries(producer)).To(ContainElement(numbered(299)))
	})

	It("is not complete across a Redis that has lost its memory, and positions go on", func() {
		k, other := begin(), begin()
		publish(producer, patterns, alert("BEFORE"))
		Eventually(k.sink.marks).Should(HaveLen(1))
		Eventually(other.sink.marks).Should(HaveLen(1))
		before := k.backlog.Settled()
		Expect(producer.FlushAll(ctx).Err()).To(Succeed())
		publish(producer, patterns, alert("AFTER"))
		publish(producer, patterns, alert("LAST"))
		for _, k := range []*keeper{k, other, begin()} {
			Eventually(func() []string { symbols, _ := k.replay(before); return symbols }).Should(Equal([]string{"AFTER", "LAST"}))
			_, complete := k.replay(before)
			Expect(complete).To(BeFalse())
		}
		Expect(k.sink.symbols()).To(Equal([]string{"BEFORE", "AFTER", "LAST"}))
		after, _ := parsePosition(k.sink.marks()[1])
		earlier, _ := parseEntryID(before)
		Expect(after.entry.after(earlier)).To(BeTrue())
		symbols, complete := k.replay(after.entry.String())
		Expect(symbols).To(Equal([]string{"LAST"}))
		Expect(complete).To(BeTrue())
	})

	It("works with the embedded Redis", func() {
		embedded, err := Embed("127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(embedded.Close)
		client := redis.NewClient(&redis.Options{Addr: embedded.Addr(), Protocol: 2})
		DeferCleanup(client.Close)
		first := keep(settings(embedded.Addr()), backlogSettings(), &recorder{})
		second := keep(settings(embedded.Addr()), backlogSettings(), &recorder{})
		from := first.backlog.Settled()
		for n := range 100 {
			publish(client, patterns, numbered(n/2))
		}
		Eventually(first.sink.marks).Should(HaveLen(100))
		Eventually(second.sink.marks).Should(Equal(first.sink.marks()))
		Expect(entries(client)).To(HaveLen(100))
		symbols, complete := second.replay(from)
		Expect(symbols).To(HaveLen(100))
		Expect(complete).To(BeTrue())
	})

	DescribeTable("delivers what Redis does not keep, counts it, and keeps it later",
		func(refuse, allow []any) {
			k := begin()
			from := k.backlog.Settled()
			Expect(producer.Do(ctx, refuse...).Err()).To(Succeed())
			publish(producer, patterns, alert("REFUSED"))
			Eventually(k.sink.symbols).Should(Equal([]string{"REFUSED"}))
			Expect(k.sink.marks()).To(Equal([]string{""}))
			Eventually(k.State).Should(HaveField("Backlog", And(HaveField("Failed", BeEquivalentTo(1)), HaveField("Waiting", BeEquivalentTo(1)))))
			_, complete := k.replay(from)
			Expect(complete).To(BeFalse())

			Expect(producer.Do(ctx, allow...).Err()).To(Succeed())
			Eventually(k.State).Should(HaveField("Backlog.Waiting", BeZero()))
			publish(producer, patterns, alert("KEPT"))
			Eventually(k.sink.symbols).Should(Equal([]string{"REFUSED", "KEPT"}))
			symbols, complete := k.replay(from)
			Expect(symbols).To(Equal([]string{"REFUSED", "KEPT"}))
			Expect(complete).To(BeTrue())
		},
		Entry("because it has no memory left", []any{"CONFIG", "SET", "maxmemory", "1"}, []any{"CONFIG", "SET", "maxmemory", "0"}),
		Entry("because it has too few replicas", []any{"CONFIG", "SET", "min-replicas-to-write", "1"}, []any{"CONFIG", "SET", "min-replicas-to-write", "0"}),
		Entry("because we may not", []any{"ACL", "SETUSER", "default", "-xadd"}, []any{"ACL", "SETUSER", "default", "+xadd"}),
	)

	It("shows a job's result to its owner alone, and to nobody if Redis does not say who that is", func() {
		k := begin()
		client, err := Open(settings(server.addr))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		k.jobs = NewJobs(client, zerolog.New(GinkgoWriter))
		from := k.backlog.Settled()
		const job = "backtest_1758902400_1a2b3c4d"
		Expect(producer.XAdd(ctx, &redis.XAddArgs{Stream: backlogStream, Values: []any{fieldChannel, resultChannel, fieldText, `{"job_id":"` + job + `","user_id":"8"}`}}).Err()).To(Succeed())
		Expect(producer.HSet(ctx, backlogState, "top", producer.XRevRangeN(ctx, backlogStream, "+", "-", 1).Val()[0].ID).Err()).To(Succeed())
		Expect(producer.Do(ctx, "ACL", "SETUSER", "default", "-get").Err()).To(Succeed())
		Eventually(k.backlog.Settled).ShouldNot(BeEmpty())
		audiences := func() (all []rooms.Audience) {
			k.backlog.Replay(ctx, from, func(e rooms.Event) { all = append(all, e.Audience) })
			return all
		}
		Consistently(audiences, "200ms").ShouldNot(ContainElement(HaveField("Rooms", ContainElement(rooms.UserRoom("8")))))
		k.jobs.owners.add(job, "7")
		Eventually(audiences).Should(ConsistOf(rooms.Audience{Namespace: "/", Rooms: []rooms.Room{rooms.UserRoom("7")}}))
	})

	It("counts for Prometheus", func() {
		k := begin()
		publish(producer, patterns, alert("AAPL"))
		Eventually(k.sink.symbols).Should(HaveLen(1))
		registry := prometheus.NewRegistry()
		Expect(registry.Register(newMetrics(k.Bridge))).To(Succeed())
		Eventually(func() map[string]float64 { return scrape(registry) }).Should(And(
			HaveKeyWithValue("tickcast_redis_backlog_messages_total{kept}", 1.0),
			HaveKeyWithValue("tickcast_redis_backlog_gaps_total", 0.0),
			HaveKeyWithValue("tickcast_redis_backlog_waiting", 0.0)))
	})

	It("keeps its keys in one slot of a Redis Cluster", func() {
		for _, key := range []string{backlogStream, backlogState, backlogSaid, backlogSaid2} {
			Expect(key).To(ContainSubstring("{backlog}"))
		}
	})

	DescribeTable("reads positions", func(text string, expected position) {
		p, ok := parsePosition(text)
		Expect(ok).To(BeTrue())
		Expect(p).To(Equal(expected))
	},
		Entry("of all of a message", "12-3", position{entryID{12, 3}, allEvents}),
		Entry("of one event", "12-3-4", position{entryID{12, 3}, 4}),
	)

	It("compares positions as numbers", func() {
		Expect(entryID{10, 0}.after(entryID{9, 99})).To(BeTrue())
		Expect(entryID{9, 10}.after(entryID{9, 9})).To(BeTrue())
		Expect(entryID{9, 9}.after(entryID{9, 9})).To(BeFalse())
		Expect(fmt.Sprint(entryID{9, 9}.next())).To(Equal("9-10"))
	})
})
