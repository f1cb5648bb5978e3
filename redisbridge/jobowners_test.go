package redisbridge

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"
)

var _ = Describe("What the producer says of a job", func() {
	var (
		server   *realRedis
		producer *redis.Client
		ours     *instance
	)
	ctx := context.Background()
	// life publishes one progress and one result.
	life := func(id string) {
		GinkgoHelper()
		publish(producer, progressChannel, `{"job_id":"`+id+`","progress":0.5}`)
		publish(producer, resultChannel, `{"job_id":"`+id+`","user_id":"1"}`)
	}
	told := func(i *instance, to string) {
		GinkgoHelper()
		Eventually(i.addressees).WithArguments("backtest_result").Should(Equal([]string{to}))
		Expect(i.addressees("backtest_progress")).To(Equal([]string{to}))
	}
	BeforeEach(func() {
		server = startRedis()
		producer = server.publisher()
		ours = startInstance(settings(server.addr))
	})

	It("goes to its owner alone", func() {
		life(ours.submit("7"))
		told(ours, "user_7")
	})

	It("goes to its owner from every instance, even if the producer answers at once", func() {
		twin := startInstance(settings(server.addr))
		ear := producer.Subscribe(ctx, submitChannel)
		DeferCleanup(ear.Close)
		_, err := ear.Receive(ctx)
		Expect(err).NotTo(HaveOccurred())
		id := ours.submit("7")
		_, err = ear.ReceiveMessage(ctx)
		Expect(err).NotTo(HaveOccurred())
		life(id)
		told(ours, "user_7")
		told(twin, "user_7")
	})

	It("goes to its owner after a restart", func() {
		id := ours.submit("7")
		ours.stop()
		ours = startInstance(settings(server.addr))
		Eventually(ours.jobs.owners.of).WithArguments(id).Should(Equal("7"))
		life(id)
		told(ours, "user_7")
	})

	It("goes to its owner from an instance that was cut off when it was submitted", func() {
		wire := newWire(server.addr)
		far := startInstance(settings(wire.addr))
		wire.swallow()
		id := ours.submit("7")
		Eventually(func() uint64 { return far.bridge.State().Returns }).Should(BeEquivalentTo(1)) // what is said before it never hears
		Eventually(far.jobs.owners.of).WithArguments(id).Should(Equal("7"))
		life(id)
		told(far, "user_7")
	})

	DescribeTable("goes to everyone if",
		func(id func() string) {
			life(id())
			told(ours, "everyone")
		},
		Entry("nobody in particular has submitted it", func() string { return ours.submit("") }),
		Entry("the application has submitted it", func() string {
			publish(producer, submitChannel, `{"type":"backtest_job","job_id":"backtest_1758902400_1a2b3c4d","user_id":"7"}`)
			producer.Set(ctx, "tickstock:jobs:backtest_1758902400_1a2b3c4d", `{"user_id":"7","status":"queued"}`, 0)
			return "backtest_1758902400_1a2b3c4d"
		}),
		Entry("nobody knows of it", func() string { return "j" }),
		Entry("it is announced under an id that is none", func() string {
			publish(producer, announceChannel, `{"job_id":"j","user":"7"}`)
			return "j"
		}),
		Entry("its announcement is too long", func() string {
			publish(producer, announceChannel, `{"job_id":"backtest_1","user":"`+strings.Repeat("7", 2000)+`"}`)
			return "backtest_1"
		}),
		Entry("its announcement is broken", func() string {
			publish(producer, announceChannel, `}{`)
			return "backtest_1"
		}),
	)

	It("stays its owner's when it is announced for nobody", func() {
		id := ours.submit("7")
		publish(producer, announceChannel, `{"job_id":"`+id+`","user":""}`)
		life(id)
		told(ours, "user_7")
	})

	It("is no message of a channel that pages hear: announcements are not counted among them", func() {
		ours.submit("7")
		Expect(ours.bridge.State().Unknown.Received).To(BeZero())
	})

	It("is remembered for a bounded number of jobs, the latest used", func() {
		known := newOwners(100)
		for n := range 1000 {
			known.add(fmt.Sprint(n), "7")
			known.of("0")
		}
		known.add("0", "8")
		Expect(known.of("0")).To(Equal("8"))
		Expect(known.of("999")).To(Equal("7"))
		Expect(known.of("900")).To(BeEmpty())
		Expect(known.places).To(HaveLen(100))
		Expect(known.order.Len()).To(Equal(100))
	})
})
