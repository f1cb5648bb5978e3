package redisbridge

import (
	"context"
	"encoding/json"
	"strings"
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
		results := `{"trades":"` + strings.Repeat("x", 200<<10) + `"}`
		for n, id := range []string{"a", "b", "c", "d"} {
			keep(id, float64(n), `{"job_id":"`+id+`","user_id":"7","results":`+results+`}`)
		}
		records, err := ours.jobs.List(ctx, "7")
		Expect(err).NotTo(HaveOccurred())
		Expect(records).To(HaveExactElements(
			ContainSubstring("xxx"), ContainSubstring("xxx"),
			BeEquivalentTo(`{"job_id":"b","user_id":"7","results":null}`), BeEquivalentTo(`{"job_id":"a","user_id":"7","results":null}`),
		))
	})
})
