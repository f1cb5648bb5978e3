package redisbridge

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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
		life(id)
		told(ours, "user_7")
	})

	It("goes to its owner from an instance that was cut off when it was submitted", func() {
		wire := newWire(server.addr)
		far := startInstance(settings(wire.addr))
		wire.swallow()
		id := ours.submit("7")
		Eventually(func() uint64 { return far.bridge.State().Returns }).Should(BeEquivalentTo(1)) // what is said before it never hears
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
		known.add("0", "") // a Redis that lost its key
		for id, user := range map[string]string{"0": "8", "999": "7", "901": "7"} {
			found, _ := known.of(id)
			Expect(found).To(Equal(user))
		}
		_, found := known.of("900")
		Expect(found).To(BeFalse())
		Expect(known.places).To(HaveLen(100))
		Expect(known.order.Len()).To(Equal(100))
	})
})

func TestNobodysJobsAreAskedForAgainAfterMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known := newOwners(10)
		known.add("nobody's", "")
		known.add("7's", "7")
		of := func(id string) string {
			user, found := known.of(id)
			return fmt.Sprint(user, found)
		}
		<-time.After(5 * time.Minute)
		NewWithT(t).Expect(of("nobody's")).To(Equal("true"))
		<-time.After(1)
		NewWithT(t).Expect(of("nobody's")).To(Equal("false"))
		<-time.After(7 * 24 * time.Hour)
		NewWithT(t).Expect(of("7's")).To(Equal("7true"))
		known.add("nobody's", "8")
		NewWithT(t).Expect(of("nobody's")).To(Equal("8true"))
	})
}
