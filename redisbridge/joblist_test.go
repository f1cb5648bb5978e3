package redisbridge

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"
)

var _ = Describe("The jobs of a user", func() {
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
	listed := func(user string) (ids []string) {
		GinkgoHelper()
		records, err := ours.jobs.List(ctx, user)
		Expect(err).NotTo(HaveOccurred())
		for _, text := range records {
			var r struct {
				Job string `json:"job_id"`
			}
			Expect(json.Unmarshal(text, &r)).To(Succeed())
			ids = append(ids, r.Job)
		}
		return ids
	}
	// keep is a record of somebody else's making.
	keep := func(id string, score float64, text string) {
		other.ZAdd(ctx, "tickstock:user_jobs:7", redis.Z{Score: score, Member: id})
		if text != "" {
			other.Set(ctx, "tickstock:jobs:"+id, text, 0)
		}
	}

	It("are listed, latest first, and nobody else's", func() {
		first, second, third := ours.submit("7"), ours.submit("7"), ours.submit("7")
		ours.submit("8")
		ours.submit("")
		Expect(listed("7")).To(Equal([]string{third, second, first}))
		Expect(ours.jobs.List(ctx, "9")).To(Equal([]json.RawMessage{}))
	})

	It("are listed to the letter", func() {
		id := ours.submit("7")
		Expect(ours.jobs.List(ctx, "7")).To(Equal([]json.RawMessage{json.RawMessage(other.Get(ctx, "tickstock:jobs:"+id).Val())}))
	})

	It("are struck off the list when their records have expired", func() {
		keep("expired", 1, "")
		id := ours.submit("7")
		Expect(listed("7")).To(Equal([]string{id}))
		Expect(other.ZRange(ctx, "tickstock:user_jobs:7", 0, -1).Val()).To(Equal([]string{id}))
	})

	It("stay on it for a while without a record: another may be writing it just now", func() {
		keep("young", float64(time.Now().Unix()-30), "")
		keep("old", float64(time.Now().Unix()-90), "")
		Expect(listed("7")).To(BeEmpty())
		Expect(other.ZRange(ctx, "tickstock:user_jobs:7", 0, -1).Val()).To(Equal([]string{"young"}))
	})

	It("are not listed when their records are broken, or another's", func() {
		keep("broken", 1, "}{")
		keep("another's", 2, `{"job_id":"another's","user_id":"8"}`)
		keep("sound", 3, `{"job_id":"sound","user_id":"7"}`)
		Expect(listed("7")).To(Equal([]string{"sound"}))
	})

	It("are at most a hundred in an answer", func() {
		for n := range 120 {
			keep(time.Unix(int64(n), 0).String(), float64(n), `{"job_id":"j","user_id":"7"}`)
		}
		Expect(listed("7")).To(HaveLen(100))
	})

	It("are no more than a browser can be sent: older ones go without their results", func() {
		results := `{"trades":"` + strings.Repeat("long ", 40<<10) + `"}`
		for n, id := range []string{"a", "b", "c", "d"} {
			keep(id, float64(n), `{"job_id":"`+id+`","user_id":"7","results":`+results+`}`)
		}
		records, err := ours.jobs.List(ctx, "7")
		Expect(err).NotTo(HaveOccurred())
		Expect(records).To(HaveExactElements(
			ContainSubstring("long long"), ContainSubstring("long long"),
			BeEquivalentTo(`{"job_id":"b","user_id":"7","results":null}`), BeEquivalentTo(`{"job_id":"a","user_id":"7","results":null}`),
		))
	})

	// reads is how many records are read for a list of n of this kind.
	reads := func(n int, text string) int {
		GinkgoHelper()
		for i := range n {
			keep(fmt.Sprint("backtest_", i), float64(i), text)
		}
		said := monitor(server)
		Expect(listed("7")).NotTo(BeEmpty())
		publish(other, patterns, alert("LAST"))
		Eventually(said).Should(ContainElement(HaveExactElements("PUBLISH", patterns, Not(BeEmpty()))))
		return len(slices.DeleteFunc(said(), func(words []string) bool { return words[0] != "GET" }))
	}

	It("are not read when there is no room for them", func() {
		keep("latest", 1000, `{"job_id":"latest","user_id":"7"}`)
		Expect(reads(40, `{"job_id":"j","user_id":"7","config":"`+strings.Repeat("x", 100<<10)+`"}`)).To(BeNumerically("<", 10))
	})

	It("are not all read if it takes much to read them", func() {
		Expect(reads(40, `{"job_id":"j","user_id":"7","results":"`+strings.Repeat("x", 400<<10)+`"}`)).To(BeNumerically("<", 20))
	})

	It("are asked for by few at a time, so that Redis answers others meanwhile", func() {
		at := &throng{}
		ours.jobs.client.AddHook(at)
		var asking sync.WaitGroup
		for range 40 {
			asking.Go(func() { ours.jobs.List(ctx, "7") })
			asking.Go(func() { ours.jobs.Cancel(ctx, "7", "backtest_1") })
			asking.Go(func() { ours.jobs.Submit(ctx, "7", backtest()) })
		}
		asking.Wait()
		Expect(at.most.Load()).To(BeNumerically("<=", 4))
	})
})

// throng counts the commands that are at Redis at one time.
type throng struct{ now, most atomic.Int64 }

func (t *throng) enter(first redis.Cmder) (leave func()) {
	switch first.Name() {
	case "hello", "auth", "select", "client": // the library's own, while another waits for its connection
		return func() {}
	}
	for now, most := t.now.Add(1), t.most.Load(); now > most && !t.most.CompareAndSwap(most, now); most = t.most.Load() {
	}
	return func() { t.now.Add(-1) }
}

func (t *throng) DialHook(next redis.DialHook) redis.DialHook { return next }

func (t *throng) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		defer t.enter(cmd)()
		return next(ctx, cmd)
	}
}

func (t *throng) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		defer t.enter(cmds[0])()
		return next(ctx, cmds)
	}
}
