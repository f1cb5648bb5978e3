package redisbridge

import (
	"context"
	"regexp"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"
)

var _ = Describe("Jobs", func() {
	var (
		server *realRedis
		other  *redis.Client // somebody else's connection
		ours   *instance
	)
	ctx := context.Background()
	hear := func(channels ...string) <-chan *redis.Message { return hearOn(other, channels...) }
	empty := func() int64 { return other.DBSize(ctx).Val() }
	BeforeEach(func() {
		server = startRedis()
		other = server.publisher()
		ours = startInstance(settings(server.addr))
	})

	It("are published to the letter", func() {
		heard := hear(submitChannel)
		id := ours.submit("7", `"initial_capital":5e4`)
		Expect(id).To(MatchRegexp(`^backtest_\d{10}_[0-9a-f]{8}$`))
		var said *redis.Message
		Eventually(heard).Should(Receive(&said))
		Expect(said.Payload).To(MatchRegexp("^" + regexp.QuoteMeta(`{"type":"backtest_job","job_id":"`+id+`","user_id":"7","symbols":["AAPL"],`+
			`"start_date":"2024-01-01","end_date":"2024-12-31","patterns":["Doji"],"parameters":{"initial_capital":5e4,"commission_rate":0.001,`+
			`"slippage_rate":0.0005,"max_position_size":0.1,"stop_loss_pct":0.05,"take_profit_pct":0.1},"timestamp":`) +
			`\d{10}(\.\d{1,6})?` + regexp.QuoteMeta(`,"source":"tickstock_appv2"}`) + "$"))
	})

	It("have a record, and stand on the lists, for as long as the application keeps them", func() {
		id := ours.submit("7", `"parameters":{"initial_capital":5e4}`)
		text := other.Get(ctx, "tickstock:jobs:"+id).Val()
		Expect(text).To(MatchRegexp("^" + regexp.QuoteMeta(`{"job_id":"`+id+`","user_id":"7","config":{"symbols":["AAPL"],"start_date":"2024-01-01",`+
			`"end_date":"2024-12-31","patterns":["Doji"],"initial_capital":5e4,"commission_rate":0.001,"slippage_rate":0.0005,"max_position_size":0.1,`+
			`"stop_loss_pct":0.05,"take_profit_pct":0.1},"status":"queued","created_at":`) + `\d{10}(\.\d{1,6})?` +
			regexp.QuoteMeta(`,"started_at":null,"completed_at":null,"progress":0.0,"current_symbol":null,"estimated_completion":null,"error_message":null,"results":null}`) + "$"))
		created := record(other, id)()["created_at"]
		for _, list := range []string{"tickstock:user_jobs:7", "tickstock:active_jobs"} {
			Expect(other.ZRangeWithScores(ctx, list, 0, -1).Val()).To(Equal([]redis.Z{{Score: created.(float64), Member: id}}))
		}
		Expect(other.TTL(ctx, "tickstock:jobs:"+id).Val()).To(BeNumerically("~", 7*24*time.Hour, time.Minute))
		Expect(other.TTL(ctx, "tickstock:user_jobs:7").Val()).To(BeNumerically("~", 30*24*time.Hour, time.Minute))
		Expect(other.TTL(ctx, "tickstock:active_jobs").Val()).To(BeEquivalentTo(-1))
	})

	It("have their record, and their owner is known, before the producer hears of them", func() {
		said := monitor(server)
		id := ours.submit("7")
		var order []string
		Eventually(func() []string {
			order = nil
			for _, words := range said() {
				if words[0] == "SET" || words[0] == "ZADD" || words[0] == "PUBLISH" && words[1] != ours.bridge.control {
					order = append(order, words[0]+" "+words[1])
				}
			}
			return order
		}).Should(ContainElement("PUBLISH tickstock.jobs.backtest"))
		Expect(order).To(Equal([]string{
			"SET tickstock:jobs:" + id, "ZADD tickstock:user_jobs:7", "ZADD tickstock:active_jobs", "SET tickcast:job_owner:" + id,
			"PUBLISH tickcast:jobs", "PUBLISH tickstock.jobs.backtest",
		}))
	})

	It("of nobody in particular belong to anonymous, and to no room", func() {
		heard := hear(submitChannel, announceChannel)
		id := ours.submit("")
		var said *redis.Message
		Eventually(heard).Should(Receive(&said))
		Expect(said.Channel).To(Equal(submitChannel))
		Expect(said.Payload).To(ContainSubstring(`"user_id":"anonymous"`))
		Expect(other.ZRange(ctx, "tickstock:user_jobs:anonymous", 0, -1).Val()).To(Equal([]string{id}))
		Expect(other.Keys(ctx, "tickcast:*").Val()).To(BeEmpty())
	})

	It("that are refused leave nothing and are told to nobody", func() {
		heard := hear(submitChannel, announceChannel)
		_, err := ours.jobs.Submit(ctx, "7", backtest(`"commission_rate":0.5`))
		Expect(err).To(fault("commission_rate"))
		ours.submit("8")
		Eventually(heard).Should(Receive(HaveField("Payload", ContainSubstring(`"8"`))))
		Expect(other.Exists(ctx, "tickstock:user_jobs:7").Val()).To(BeZero())
	})

	It("are at most ten a user, however many are submitted at one time", func() {
		var submitting sync.WaitGroup
		for range 30 {
			submitting.Go(func() { ours.jobs.Submit(ctx, "7", backtest()) })
		}
		submitting.Wait()
		for range 10 {
			ours.jobs.Submit(ctx, "7", backtest())
		}
		_, err := ours.jobs.Submit(ctx, "7", backtest())
		Expect(err).To(fault("user"))
		mine := other.ZRange(ctx, "tickstock:user_jobs:7", 0, -1).Val()
		Expect(mine).To(HaveLen(10))
		Expect(other.Keys(ctx, "tickstock:jobs:*").Val()).To(HaveLen(10))
		Expect(other.Keys(ctx, "tickcast:job_owner:*").Val()).To(HaveLen(10))

		Expect(ours.jobs.Cancel(ctx, "7", mine[0])).To(Succeed())

		ours.submit("7")
		ours.submit("8")
	})

	It("are at most a hundred an hour, so that nobody fills Redis with cancelled ones", func() {
		for n := range 100 {
			other.ZAdd(ctx, "tickstock:user_jobs:7", redis.Z{Score: float64(time.Now().Unix() - 60), Member: n})
		}
		_, err := ours.jobs.Submit(ctx, "7", backtest())
		Expect(err).To(fault("user"))
		Expect(other.ZCard(ctx, "tickstock:user_jobs:7").Val()).To(BeEquivalentTo(100))
	})

	It("that nobody ended leave the list of active ones when their records have expired", func() {
		other.ZAdd(ctx, "tickstock:active_jobs", redis.Z{Score: float64(time.Now().Add(-8 * 24 * time.Hour).Unix()), Member: "backtest_1"})
		id := ours.submit("7")
		Expect(other.ZRange(ctx, "tickstock:active_jobs", 0, -1).Val()).To(Equal([]string{id}))
	})

	It("work in a Redis Cluster", func() {
		cluster := startRedis("--cluster-enabled", "yes")
		node := cluster.publisher()
		Expect(node.ClusterAddSlotsRange(ctx, 0, 16383).Err()).To(Succeed())
		Eventually(func() string { return node.ClusterInfo(ctx).Val() }).Should(ContainSubstring("cluster_state:ok"))
		cfg := settings(cluster.addr)
		cfg.URL = "redis+cluster://" + cfg.URL[len("redis://"):]
		clustered := startInstance(cfg)
		cancelled, done := clustered.submit("7"), clustered.submit("7")
		Expect(clustered.jobs.Cancel(ctx, "7", cancelled)).To(Succeed())
		publish(node, resultChannel, `{"job_id":"`+done+`"}`)
		Eventually(record(node, done)).Should(HaveKeyWithValue("status", "completed"))
		Expect(clustered.jobs.List(ctx, "7")).To(HaveLen(2))
		Expect(node.ZCard(ctx, "tickstock:active_jobs").Val()).To(BeZero())
	})

	Context("when Redis fails", func() {
		limited := func(rights ...any) *instance {
			GinkgoHelper()
			Expect(other.Do(ctx, append([]any{"ACL", "SETUSER", "limited", "on", ">pw", "allkeys", "allchannels", "+@all"}, rights...)...).Err()).To(Succeed())
			return startInstance(settings("limited:pw@" + server.addr))
		}

		It("leave no record if they cannot be published", func() {
			_, err := limited("-publish").jobs.Submit(ctx, "7", backtest())
			Expect(err).To(MatchError(ContainSubstring("announce a backtest: NOPERM")))
			Expect(empty()).To(BeZero())
		})

		It("leave no record later if they cannot even be erased now", func() {
			_, err := limited("-publish", "-del").jobs.Submit(ctx, "7", backtest())
			Expect(err).To(HaveOccurred())
			Expect(empty()).NotTo(BeZero())
			Expect(other.Do(ctx, "ACL", "SETUSER", "limited", "+del").Err()).To(Succeed())
			Eventually(empty).Should(BeZero())
		})

		It("are taken again once it is back", func() {
			server.kill()
			_, err := ours.jobs.Submit(ctx, "7", backtest())
			Expect(err).To(MatchError(ContainSubstring("write the record of a backtest")))
			server.start()
			Eventually(hearing(ours.bridge)).Should(BeTrue())
			id := ours.submit("7")
			publish(server.publisher(), resultChannel, `{"job_id":"`+id+`"}`)
			Eventually(record(server.publisher(), id)).Should(HaveKeyWithValue("status", "completed"))
		})

		It("are refused in time, without a field to blame", func() {
			server.freeze()
			DeferCleanup(server.thaw)
			short := func() context.Context {
				short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
				DeferCleanup(cancel)
				return short
			}
			id, err := ours.jobs.Submit(short(), "7", backtest())
			Expect(id).To(BeEmpty())
			Expect(err).To(MatchError(ContainSubstring("timeout")))
			_, err = ours.jobs.List(short(), "7")
			Expect(err).To(MatchError(ContainSubstring("list backtests")))
			Expect(ours.jobs.Cancel(short(), "7", "backtest_1")).To(MatchError(ContainSubstring("read the record")))
		})
	})
})
