package redisbridge

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"

	"github.com/tickstock/tickcast/rooms"
)

var _ = Describe("What the producer says of a job that this instance does not know", func() {
	var (
		server   *realRedis
		producer *redis.Client
		ours     *instance
	)
	ctx := context.Background()
	progress := func(id string, step int) {
		GinkgoHelper()
		publish(producer, progressChannel, fmt.Sprintf(`{"job_id":"%s","progress":%d}`, id, step))
	}
	result := func(id string) {
		GinkgoHelper()
		publish(producer, resultChannel, `{"job_id":"`+id+`"}`)
	}
	// steps are the progress of all jobs that has gone out, as it came.
	steps := func(i *instance) (all []int) {
		GinkgoHelper()
		for _, event := range i.sink.all() {
			if event.Name != "backtest_progress" {
				continue
			}
			var said struct{ Progress int }
			Expect(json.Unmarshal(event.Payload, &said)).To(Succeed())
			all = append(all, said.Progress)
		}
		return all
	}
	// routed waits until all that was published is at the router.
	routed := func(i *instance) {
		GinkgoHelper()
		publish(producer, patterns, alert("LAST"))
		Eventually(i.sink.symbols).Should(ContainElement("LAST"))
	}
	const stranger = "backtest_1758902400_1a2b3c4d"
	BeforeEach(func() {
		server = startRedis()
		producer = server.publisher()
		ours = startInstance(settings(server.addr))
	})

	It("goes to its owner alone if the instance comes while the producer speaks", func() {
		id := ours.submit("7")
		stop := make(chan struct{})
		var speaking sync.WaitGroup
		speaking.Go(func() {
			defer GinkgoRecover()
			for step := 1; ; step++ {
				select {
				case <-stop:
					return
				default:
					progress(id, step)
				}
			}
		})
		twin := startInstance(settings(server.addr))
		Eventually(func() []int { return steps(twin) }).ShouldNot(BeEmpty())
		close(stop)
		speaking.Wait()
		result(id)
		Eventually(twin.addressees).WithArguments("backtest_result").Should(Equal([]string{"user_7"}))
		Expect(twin.addressees("backtest_progress")).To(HaveEach("user_7"))
		Expect(slices.IsSorted(steps(twin))).To(BeTrue())
	})

	It("waits until Redis has told whose it is, in its order, and delays nothing else", func() {
		id := ours.submit("7")
		late := prepareInstance(settings(server.addr))
		late.run(late.bridge.Run)
		Eventually(hearing(late.bridge)).Should(BeTrue())
		for step := range 20 {
			progress(id, step)
			progress(stranger, step)
		}
		result(id)
		result(stranger)
		routed(late)
		Expect(steps(late)).To(BeEmpty())
		Expect(late.addressees("backtest_result")).To(BeEmpty())

		late.run(late.jobs.Run)

		Eventually(late.addressees).WithArguments("backtest_result").Should(ConsistOf("user_7", "everyone"))
		each := map[string][]string{}
		for _, event := range late.sink.all() {
			if strings.HasPrefix(event.Name, "backtest_") {
				to := fmt.Sprint(event.Audience.Rooms)
				each[to] = append(each[to], event.Name)
			}
		}
		whole := append(slices.Repeat([]string{"backtest_progress"}, 20), "backtest_result")
		Expect(each).To(Equal(map[string][]string{"[]": whole, "[user_7]": whole}))
		progress(id, 20)
		Eventually(late.addressees).WithArguments("backtest_progress").Should(HaveLen(41))
	})

	It("goes to its owner if it was cancelled before this instance came", func() {
		id := ours.submit("7")
		Expect(ours.jobs.Cancel(ctx, "7", id)).To(Succeed())
		ours.stop()
		ours = startInstance(settings(server.addr))
		result(id)
		Eventually(ours.addressees).WithArguments("backtest_result").Should(Equal([]string{"user_7"}))
	})

	It("goes to its owner if that is announced only now", func() {
		late := prepareInstance(settings(server.addr))
		late.run(late.bridge.Run)
		Eventually(hearing(late.bridge)).Should(BeTrue())
		progress(stranger, 1)
		publish(producer, announceChannel, `{"job_id":"`+stranger+`","user":"7"}`)
		progress(stranger, 2)
		routed(late)
		late.run(late.jobs.Run)
		Eventually(late.addressees).WithArguments("backtest_progress").Should(Equal([]string{"user_7", "user_7"}))
		Expect(steps(late)).To(Equal([]int{1, 2}))
	})

	It("goes to everyone if it is nobody's, for the price of one question", func() {
		said := monitor(server)
		for step := range 20 {
			progress(stranger, step)
			Eventually(func() []int { return steps(ours) }).Should(HaveLen(step + 1))
		}
		result(stranger)
		Eventually(ours.addressees).WithArguments("backtest_result").Should(Equal([]string{"everyone"}))
		Expect(ours.addressees("backtest_progress")).To(HaveEach("everyone"))
		Expect(steps(ours)).To(HaveExactElements(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19))
		asked := slices.DeleteFunc(said(), func(words []string) bool { return words[0] != "GET" || !strings.HasPrefix(words[1], "tickcast:") })
		Expect(asked).To(Equal([][]string{{"GET", "tickcast:job_owner:" + stranger}}))
	})

	It("goes to everyone if Redis does not let us ask: then no job here is a user's", func() {
		Expect(producer.Do(ctx, "ACL", "SETUSER", "default", "-get").Err()).To(Succeed())
		result(stranger)
		Eventually(ours.addressees).WithArguments("backtest_result").Should(Equal([]string{"everyone"}))
	})

	DescribeTable("goes to everyone at once if no instance could have submitted it:",
		func(id string) {
			deaf := prepareInstance(settings(server.addr))
			deaf.run(deaf.bridge.Run)
			Eventually(hearing(deaf.bridge)).Should(BeTrue())
			result(id)
			Eventually(deaf.addressees).WithArguments("backtest_result").Should(Equal([]string{"everyone"}))
		},
		Entry("of another kind", "mock_job_123"),
		Entry("without its time", "backtest_1a2b3c4d"),
		Entry("without a time that is one", "backtest__1a2b3c4d"),
		Entry("without its eight digits", "backtest_1758902400_1a2b3c4"),
		Entry("in capitals", "backtest_1758902400_1A2B3C4D"),
	)

	It("waits for a Redis that is away, and leaks meanwhile to nobody", func() {
		far := startRedis()
		far.publisher().Set(ctx, "tickcast:job_owner:"+stranger, "7", 0)
		far.freeze()
		late := prepareInstanceOf(settings(server.addr), settings(far.addr))
		late.run(late.bridge.Run, late.jobs.Run)
		Eventually(hearing(late.bridge)).Should(BeTrue())
		progress(stranger, 1)
		result(stranger)
		routed(late)
		Expect(late.addressees("backtest_result")).To(BeEmpty())
		far.thaw()
		Eventually(late.addressees).WithArguments("backtest_result").Should(Equal([]string{"user_7"}))
		Expect(late.addressees("backtest_progress")).To(Equal([]string{"user_7"}))
	})

	It("is counted while it waits, and when it is given up because we stop", func() {
		deaf := prepareInstance(settings(server.addr))
		deaf.run(deaf.bridge.Run)
		Eventually(hearing(deaf.bridge)).Should(BeTrue())
		progress(stranger, 1)
		result(stranger)
		routed(deaf)
		Expect(deaf.bridge.State().Parked).To(Equal(2))
		Expect(deaf.bridge.State().Channels[2].Events).To(BeZero())
		deaf.stop()
		Expect(deaf.bridge.State().Channels[2].Rejected).To(Equal(map[Reason]uint64{Stopped: 1}))
		Expect(deaf.addressees("backtest_result")).To(BeEmpty())
	})

	It("gives way to newer news of other jobs", func() {
		deaf := prepareInstance(settings(server.addr))
		deaf.bridge.parked = newParked(3, 1<<20)
		deaf.run(deaf.bridge.Run)
		Eventually(hearing(deaf.bridge)).Should(BeTrue())
		for step := range 5 {
			progress(stranger, step)
		}
		routed(deaf)
		Expect(deaf.bridge.State().Channels[1].Rejected).To(Equal(map[Reason]uint64{OwnerUnknown: 2}))
		deaf.run(deaf.jobs.Run)
		Eventually(func() []int { return steps(deaf) }).Should(Equal([]int{2, 3, 4}))
	})

	It("is bounded in bytes as well, but one is always kept", func() {
		p := newParked(100, 1000)
		event := func(job string, size int) parkedEvent {
			return parkedEvent{job: job, event: rooms.Event{Payload: make([]byte, size)}}
		}
		Expect(p.put(event("a", 300))).To(BeEmpty())
		Expect(p.put(event("b", 300))).To(BeEmpty())
		Expect(p.put(event("a", 300))).To(Equal([]parkedEvent{event("a", 300)}))
		Expect(p.put(event("c", 5000))).To(HaveLen(2))
		Expect(p.jobs).To(Equal(map[string]int{"c": 1}))
		p.remove(p.events.Front())
		Expect(p.bytes).To(BeZero())
	})

	It("is asked for of a bounded number of jobs at one time", func() {
		a := newAskedOwners(2)
		for _, id := range []string{"a", "b", "a", "c"} {
			a.ask(id)
		}
		Expect(a.all()).To(ConsistOf("a", "b"))
		a.settle("a")
		a.ask("c")
		Expect(a.all()).To(ConsistOf("b", "c"))
	})
})
