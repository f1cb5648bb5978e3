package redisbridge

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"
)

var _ = Describe("The record of a job", func() {
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

	It("is not overwritten by who had looked before another wrote", func() {
		looks := 0
		Expect(ours.jobs.revise(ctx, id, func(r jobRecord) {
			if looks++; looks == 1 {
				producer.Set(ctx, "tickstock:jobs:"+id, `{"status":"completed"}`, 0)
			}
			r.put("looks", fmt.Sprint(looks))
		})).To(Succeed())
		Expect(text()).To(Equal(`{"status":"completed","looks":2}`))
	})

	It("leaves what the application wrote beside it as it is", func() {
		id = "backtest_1_theirs"
		producer.Set(ctx, "tickstock:jobs:"+id, ` {"extra": [1.0, {"b":2e0}], "user_id": 7, "status": "queued", "progress": 0}`, 0)
		progress(`,"progress":0.5`)
		Eventually(kept).Should(HaveKeyWithValue("status", "running"))
		Expect(text()).To(HavePrefix(`{"extra": [1.0, {"b":2e0}], "user_id": 7, "status": "running", "progress": 0.5,"started_at":`))
	})

	DescribeTable("is neither made nor changed when a job",
		func(name string) {
			producer.Set(ctx, "tickstock:jobs:backtest_broken", "}{", 0)
			id = name
			before := producer.Keys(ctx, "*").Val()
			progress(`,"progress":0.5`)
			result(``)
			settle()
			Expect(producer.Get(ctx, "tickstock:jobs:backtest_broken").Val()).To(Equal("}{"))
			Expect(producer.Keys(ctx, "*").Val()).To(And(ContainElements(before), HaveLen(len(before)+3)), "and those of the job that settled")
		},
		Entry("has no record", "backtest_1_unknown"),
		Entry("has a broken record", "backtest_broken"),
	)

	DescribeTable("is not looked up when a job",
		func(name string) {
			said := monitor(server)
			id = name
			progress(`,"progress":0.5`)
			result(``)
			settle()
			for _, words := range said() {
				Expect(words[0] != "PUBLISH" && strings.Contains(strings.Join(words, " "), name)).To(BeFalse(), "%q", words)
			}
		},
		Entry("has another application's id", "mock_job_123"),
		Entry("has an id that is another key", "backtest_:x"),
		Entry("has a long id", "backtest_"+strings.Repeat("x", 100)),
	)

	It("may be something else by mistake: we go on", func() {
		id = "backtest_1_list"
		producer.LPush(ctx, "tickstock:jobs:"+id, "x")
		result(``)
		settle()
	})

	It("keeps no text that is too long for a record", func() {
		progress(`,"progress":0.5,"current_symbol":"` + strings.Repeat("x", 1000) + `","estimated_completion":{"a":1}`)
		Eventually(kept).Should(HaveKeyWithValue("status", "running"))
		Expect(kept()).To(And(HaveKeyWithValue("current_symbol", BeNil()), HaveKeyWithValue("estimated_completion", BeNil())))
	})
})
