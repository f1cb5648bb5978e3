package redisbridge

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"
)

var _ = Describe("Jobs that are cancelled", func() {
	var (
		server *realRedis
		other  *redis.Client // somebody else's connection
		ours   *instance
	)
	ctx := context.Background()
	BeforeEach(func() {
		server = startRedis()
		other = server.publisher()
		ours = startInstance(settings(server.addr))
	})

	It("are told to the producer to the letter", func() {
		heard := hearOn(other, cancelChannel)
		id := ours.submit("7")
		Expect(ours.jobs.Cancel(ctx, "7", id)).To(Succeed())
		var said *redis.Message
		Eventually(heard).Should(Receive(&said))
		Expect(said.Payload).To(MatchRegexp(`^{"type":"cancel_job","job_id":"` + id + `","timestamp":\d{10}(\.\d{1,6})?,"source":"tickstock_appv2"}$`))
	})

	It("are so at once if they have not begun", func() {
		id := ours.submit("7")
		Expect(ours.jobs.Cancel(ctx, "7", id)).To(Succeed())
		Expect(record(other, id)()).To(And(HaveKeyWithValue("status", "cancelled"), HaveKeyWithValue("completed_at", BeNumerically(">", 1e9)),
			HaveKeyWithValue("started_at", BeNil())))
		Expect(other.Exists(ctx, "tickstock:active_jobs").Val()).To(BeZero())
	})

	It("run until the producer says that they have ended", func() {
		id := ours.submit("7")
		publish(other, progressChannel, `{"job_id":"`+id+`","progress":0.1}`)
		Eventually(record(other, id)).Should(HaveKeyWithValue("status", "running"))
		Expect(ours.jobs.Cancel(ctx, "7", id)).To(Succeed())
		Expect(record(other, id)()).To(HaveKeyWithValue("status", "running"))
		Expect(other.Exists(ctx, "tickstock:active_jobs").Val()).To(BeZero(), "nor does it keep him from the next one meanwhile")
		publish(other, resultChannel, `{"job_id":"`+id+`","status":"cancelled"}`)
		Eventually(record(other, id)).Should(HaveKeyWithValue("status", "cancelled"))
	})

	It("leave room for others even if the producer never says that they have ended", func() {
		for range 10 {
			id := ours.submit("7")
			publish(other, progressChannel, `{"job_id":"`+id+`","progress":0.1}`)
			Eventually(record(other, id)).Should(HaveKeyWithValue("status", "running"))
			Expect(ours.jobs.Cancel(ctx, "7", id)).To(Succeed())
		}
		ours.submit("7")
	})

	It("are unknown if their record is gone by then", func() {
		Expect(ours.jobs.cancelQueued(ctx, "backtest_1")).To(And(fault("job_id"), HaveField("Problem", "no such job")))
	})

	DescribeTable("must be the user's own and still to do, and nobody hears of others:",
		func(user, id, problem string) {
			heard := hearOn(other, cancelChannel)
			other.Set(ctx, "tickstock:jobs:backtest_done", `{"job_id":"backtest_done","user_id":"7","status":"completed"}`, 0)
			other.Set(ctx, "tickstock:jobs:backtest_broken", `}{`, 0)
			other.Set(ctx, "tickstock:jobs:backtest_nobodys", `{"status":"queued"}`, 0)
			other.Set(ctx, "tickstock:jobs:backtest_anonymous", `{"user_id":"anonymous","status":"queued"}`, 0)
			err := ours.jobs.Cancel(ctx, user, id)
			Expect(err).To(And(fault("job_id"), HaveField("Problem", ContainSubstring(problem))))
			Expect(heard).NotTo(Receive())
		},
		Entry("another's", "8", "backtest_done", "no such job"),
		Entry("one that has ended", "7", "backtest_done", "is completed already"),
		Entry("one that never was", "7", "backtest_none", "no such job"),
		Entry("a broken one", "7", "backtest_broken", "no such job"),
		Entry("nobody's", "", "backtest_nobodys", "no such job"),
		Entry("anonymous' for a user", "7", "backtest_anonymous", "no such job"),
		Entry("no id", "7", "", "must be backtest_"),
		Entry("an id of another kind", "7", "job_1", "must be backtest_"),
		Entry("the prefix alone", "7", "backtest_", "must be backtest_"),
		Entry("a long id", "7", "backtest_"+strings.Repeat("x", 56), "at most 64"),
		Entry("another key", "7", "backtest_:../tickstock:active_jobs", "must be backtest_"),
		Entry("another slot", "7", "backtest_{1}", "must be backtest_"),
		Entry("a pattern", "7", "backtest_*", "must be backtest_"),
		Entry("a line break", "7", "backtest_1\r\nFLUSHALL", "must be backtest_"),
		Entry("what looks like a letter", "7", "backtest_а", "must be backtest_"),
	)
})
