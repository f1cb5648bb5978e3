package redisbridge

import (
	"context"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"
)

var _ = Describe("The life of a job", func() {
	var (
		server   *realRedis
		producer *redis.Client
		ours     *instance
		id       string
	)
	ctx := context.Background()
	progress := func(members string) { publish(producer, progressChannel, `{"job_id":"`+id+`"`+members+`}`) }
	result := func(members string) { publish(producer, resultChannel, `{"job_id":"`+id+`"`+members+`}`) }
	text := func() string { return producer.Get(ctx, "tickstock:jobs:"+id).Val() }
	kept := func() map[string]any { return record(producer, id)() }
	// settle waits until all that was published is in the records.
	settle := func() {
		GinkgoHelper()
		last := ours.submit("9")
		publish(producer, resultChannel, `{"job_id":"`+last+`"}`)
		Eventually(record(producer, last)).Should(HaveKeyWithValue("status", "completed"))
		Eventually(ours.jobs.pending.len).Should(BeZero())
	}
	BeforeEach(func() {
		server = startRedis()
		producer = server.publisher()
		ours = startInstance(settings(server.addr))
		id = ours.submit("7")
	})

	It("is in its record, from the first progress to the result", func() {
		before := text()
		progress(`,"progress":0.450,"current_symbol":"AAPL","estimated_completion":1758902460.5,"status":"running"`)
		Eventually(kept).Should(HaveKeyWithValue("status", "running"))
		started := kept()["started_at"]
		Expect(started).To(BeNumerically(">=", kept()["created_at"]))
		expected := strings.NewReplacer(`"queued"`, `"running"`, `"started_at":null`, `"started_at":`+epochOf(started), `"progress":0.0`, `"progress":0.450`,
			`"current_symbol":null`, `"current_symbol":"AAPL"`, `"estimated_completion":null`, `"estimated_completion":1758902460.5`).Replace(before)
		Expect(text()).To(Equal(expected))

		progress(`,"progress":0.9,"current_symbol":null`)
		Eventually(kept).Should(HaveKeyWithValue("progress", 0.9))
		Expect(kept()).To(And(HaveKeyWithValue("started_at", started), HaveKeyWithValue("current_symbol", "AAPL")))
		Expect(producer.ZScore(ctx, "tickstock:active_jobs", id).Err()).NotTo(HaveOccurred())

		result(`,"status":"completed","results":{"win_rate":0.610,"trades":[{"a":1.0}]}`)
		Eventually(kept).Should(HaveKeyWithValue("status", "completed"))
		Expect(kept()).To(And(HaveKeyWithValue("completed_at", BeNumerically(">=", started)), HaveKeyWithValue("progress", 1.0), HaveKeyWithValue("error_message", BeNil())))
		Expect(text()).To(And(ContainSubstring(`"progress":1.0,`), HaveSuffix(`"results":{"win_rate":0.610,"trades":[{"a":1.0}]}}`)))
		Eventually(func() error { return producer.ZScore(ctx, "tickstock:active_jobs", id).Err() }).Should(MatchError(redis.Nil))
		Expect(producer.TTL(ctx, "tickstock:jobs:"+id).Val()).To(BeNumerically("~", 7*24*time.Hour, time.Minute))
	})

	DescribeTable("ends",
		func(members, status string, message OmegaMatcher) {
			result(members)
			Eventually(kept).Should(HaveKeyWithValue("status", status))
			Expect(kept()).To(And(HaveKeyWithValue("error_message", message), HaveKeyWithValue("progress", 1.0), HaveKeyWithValue("completed_at", BeNumerically(">", 1e9))))
		},
		Entry("completed", `,"status":"completed"`, "completed", BeNil()),
		Entry("completed if nothing else is said", ``, "completed", BeNil()),
		Entry("completed if the status says nothing", `,"status":null`, "completed", BeNil()),
		Entry("failed, with its message", `,"status":"failed","error_message":"no data"`, "failed", Equal("no data")),
		Entry("failed under any other name", `,"status":"timed_out"`, "failed", BeNil()),
		Entry("failed if the status is no text", `,"status":{"a":1}`, "failed", BeNil()),
		Entry("cancelled", `,"status":"cancelled"`, "cancelled", BeNil()),
	)

	DescribeTable("is not changed by what comes late:",
		func(late string, members string) {
			result(`,"status":"failed","error_message":"no data"`)
			Eventually(kept).Should(HaveKeyWithValue("status", "failed"))
			before := text()
			publish(producer, late, `{"job_id":"`+id+`"`+members+`}`)
			settle()
			Expect(text()).To(Equal(before))
		},
		Entry("progress", progressChannel, `,"progress":0.99,"current_symbol":"MSFT"`),
		Entry("another result", resultChannel, `,"status":"completed","results":{}`),
	)

	It("never goes back", func() {
		progress(`,"progress":0.8,"current_symbol":"MSFT"`)
		Eventually(kept).Should(HaveKeyWithValue("progress", 0.8))
		before := text()
		progress(`,"progress":0.7,"current_symbol":"AAPL"`)
		settle()
		Expect(text()).To(Equal(before))
	})

	It("stays cancelled when a cancelled job completes all the same, and its owner is told", func() {
		Expect(ours.jobs.Cancel(ctx, "7", id)).To(Succeed())
		before := text()
		progress(`,"progress":0.5`)
		result(`,"status":"completed"`)
		settle()
		Expect(text()).To(Equal(before))
		Expect(ours.addressees("backtest_result")).To(ContainElement("user_7"))
	})

	It("is written once, however often it is told", func() {
		said := monitor(server)
		for range 20 {
			progress(`,"progress":0.5`)
			settle()
		}
		result(``)
		settle()
		written := 0
		for _, words := range said() {
			if words[0] == "SET" && words[1] == "tickstock:jobs:"+id {
				written++
			}
		}
		Expect(written).To(Equal(2))
	})

	It("is kept by two instances as by one", func() {
		twin := startInstance(settings(server.addr))
		var ids []string
		for n := range 8 {
			ids = append(ids, ours.submit(fmt.Sprintf("user%d", n)))
		}
		for step := range 50 {
			for _, id := range ids {
				publish(producer, progressChannel, fmt.Sprintf(`{"job_id":"%s","progress":%d,"current_symbol":"S%d"}`, id, step, step))
			}
		}
		for _, id := range ids {
			publish(producer, resultChannel, `{"job_id":"`+id+`","status":"completed","results":{"roi":0.1}}`)
		}
		for _, id := range ids {
			Eventually(record(producer, id)).Should(And(HaveKeyWithValue("status", "completed"), HaveKeyWithValue("progress", 1.0), HaveKeyWithValue("started_at", Not(BeNil()))))
		}
		for _, i := range []*instance{ours, twin} {
			Eventually(i.jobs.pending.len).Should(BeZero())
		}
		settle()
		Expect(producer.ZRange(ctx, "tickstock:active_jobs", 0, -1).Val()).To(Equal([]string{id}))
	})

	It("is caught up with after Redis was away, from the latest of each job", func() {
		other := ours.submit("7")
		Expect(producer.Do(ctx, "ACL", "SETUSER", "default", "-set").Err()).To(Succeed()) // heard, but not kept
		for step := range 20 {
			progress(fmt.Sprintf(`,"progress":0.%02d`, step))
		}
		publish(producer, progressChannel, `{"job_id":"`+other+`","progress":0.3}`)
		result(`,"results":{"roi":0.1}`)
		progress(`,"progress":0.99`)
		Eventually(func() int { return len(ours.sink.all()) }).Should(Equal(23))
		Expect(kept()).To(HaveKeyWithValue("status", "queued"))

		Expect(producer.Do(ctx, "ACL", "SETUSER", "default", "+set").Err()).To(Succeed())

		Eventually(kept).Should(And(HaveKeyWithValue("status", "completed"), HaveKeyWithValue("results", Not(BeNil())), HaveKeyWithValue("started_at", Not(BeNil()))))
		Eventually(record(producer, other)).Should(HaveKeyWithValue("progress", 0.3))
	})

	It("is written to its end before we stop", func() {
		for range 200 {
			progress(`,"progress":0.5`)
		}
		result(``)
		Eventually(func() int { return len(ours.sink.all()) }).Should(Equal(201))
		ours.stop()
		Expect(kept()).To(HaveKeyWithValue("status", "completed"))
	})

	It("is kept in the embedded Redis", func() {
		embedded, err := Embed("127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(embedded.Close)
		alone := startInstance(settings(embedded.Addr()))
		producer = (&realRedis{addr: embedded.Addr()}).publisher()
		id = alone.submit("7")
		progress(`,"progress":0.5`)
		Eventually(kept).Should(HaveKeyWithValue("status", "running"))
		result(``)
		Eventually(kept).Should(HaveKeyWithValue("status", "completed"))
		Expect(alone.jobs.List(ctx, "7")).To(HaveLen(1))
	})

	It("is all that we tell Redis, besides the probe", func() {
		said := monitor(server)
		id = ours.submit("7")
		progress(`,"progress":0.5`)
		Eventually(kept).Should(HaveKeyWithValue("status", "running"))
		result(``)
		settle()
		cancelled := ours.submit("7")
		Expect(ours.jobs.Cancel(ctx, "7", cancelled)).To(Succeed())
		Expect(ours.jobs.List(ctx, "7")).NotTo(BeEmpty())
		for _, words := range said() {
			switch words[0] {
			case "PUBLISH":
				Expect(words[1]).To(BeElementOf(submitChannel, cancelChannel, announceChannel, ours.bridge.control, progressChannel, resultChannel))
			case "HELLO", "PING", "MULTI", "EXEC", "UNWATCH":
			default:
				Expect(words[1]).To(MatchRegexp(`^(tickstock:(jobs:backtest_\w+|user_jobs:[79]|active_jobs)|tickcast:job_owner:backtest_\w+)$`), "%q", words)
			}
		}
	})
})

// epochOf is a time of a record as it stands there.
func epochOf(seconds any) string { return epoch(time.UnixMicro(int64(seconds.(float64)*1e6 + 0.5))) }
