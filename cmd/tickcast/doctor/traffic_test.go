package doctor

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/config"
)

var _ = Describe("Channels", func() {
	It("are listened to and counted", func() {
		ctx := context.Background()
		addr, _ := startRedis()
		client := clientOf(addr)
		e := examOf(addr, "", "")
		e.Listen = 2 * time.Second
		found := make(chan map[string]Finding, 1)
		go func() { found <- examine(ctx, e) }()
		Eventually(client.PubSubNumSub).WithArguments(ctx, channels()[0]).Should(HaveField("Val()", HaveKeyWithValue(channels()[0], int64(1))))
		for range 3 {
			Expect(client.Publish(ctx, "tickstock.events.patterns", "{}").Err()).To(Succeed())
		}
		Expect(client.Publish(ctx, "tickstock:errors", "{}").Err()).To(Succeed())
		Expect(client.Publish(ctx, "somebody:else", "{}").Err()).To(Succeed())
		var findings map[string]Finding
		Eventually(found).Should(Receive(&findings))
		Expect(findings["traffic"].Status).To(Equal(OK))
		Expect(findings["traffic"].Says).To(And(
			HavePrefix("4 messages in 2s: tickstock.events.patterns 3, tickstock:errors 1; silent: tickstock.events.backtesting.progress, "),
			HaveSuffix(", tickstock:alerts:critical")))
	})

	It("are not listened to for no time", func() {
		addr, _ := startRedis()
		e := examOf(addr, "", "")
		e.Listen = 0
		Expect(examine(context.Background(), e)).NotTo(HaveKey("traffic"))
	})

	It("end with the context", func() {
		addr, _ := startRedis()
		e := examOf(addr, "", "")
		e.Listen = time.Hour
		ctx, cancel := context.WithCancel(context.Background())
		found := make(chan map[string]Finding, 1)
		go func() { found <- examine(ctx, e) }()
		Eventually(clientOf(addr).PubSubNumSub).WithArguments(context.Background(), channels()[0]).Should(HaveField("Val()", HaveKeyWithValue(channels()[0], int64(1))))
		cancel()
		Eventually(found).Should(Receive(Not(HaveKey("traffic"))))
	})

	DescribeTable("tell who else listens:",
		func(says string, counts ...int64) {
			names := []string{"a", "b", "c"}
			heard := map[string]int64{"a": counts[0], "b": counts[1], "c": counts[2]}
			Expect(judgeListeners(names, heard)).To(Equal(fine("%s", says)))
		},
		Entry("nobody", "nobody listens to the producer's 3 channels: no tickcast runs on this Redis", int64(0), int64(0), int64(0)),
		Entry("two of us", "each of the producer's 3 channels has 2 listening: at most so many instances of tickcast", int64(2), int64(2), int64(2)),
		Entry("one of us and Flask", "each of the producer's 3 channels has 1 listening: at most so many instances of tickcast; somebody else, such as Flask's own subscriber, listens to a, c", int64(2), int64(1), int64(3)),
		Entry("Flask alone", "no tickcast listens; somebody else, such as Flask's own subscriber, listens to b", int64(0), int64(1), int64(0)),
	)

	It("are those of the producer's heartbeat, too", func() {
		ctx := context.Background()
		addr, _ := startRedis()
		client := clientOf(addr)
		e := plain()
		e.Config.Redis.URL = config.Secret("redis://" + addr)
		Expect(client.Set(ctx, "tickstock:producer:heartbeat", time.Now().Unix(), 0).Err()).To(Succeed())
		Expect(examine(ctx, e)["producer"].Says).To(MatchRegexp(`^online: its heartbeat is \ds old$`))
		Expect(client.Set(ctx, "tickstock:producer:heartbeat", "planted \x1b[2J", 0).Err()).To(Succeed())
		Expect(examine(ctx, e)["producer"].Says).To(Equal("offline: tickstock:producer:heartbeat is no time in seconds"))
	})
})
