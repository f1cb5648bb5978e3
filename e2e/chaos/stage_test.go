package chaos_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/balancer"
	"github.com/tickstock/tickcast/e2e/internal/crowd"
	"github.com/tickstock/tickcast/e2e/internal/flaskcookie"
	"github.com/tickstock/tickcast/e2e/internal/process"
	"github.com/tickstock/tickcast/e2e/internal/wire"
)

const secretKey = "a key of the specs"

// stage is one Redis, some tickcasts, and a balancer in front of them.
type stage struct {
	redis     *process.Redis
	instances []*process.Tickcast
	front     *balancer.Balancer
}

// open starts n instances and waits until all of them hear Redis.
func open(n int, env ...string) *stage {
	GinkgoHelper()
	redis, err := process.NewRedis(GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(redis.Close)
	s := &stage{redis: redis}
	s.startRedis()
	s.front, err = balancer.Start()
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(s.front.Close)
	for range n {
		s.join(env...)
	}
	return s
}

// join starts one more instance.
func (s *stage) join(env ...string) {
	GinkgoHelper()
	settings := append([]string{
		"REDIS_URL=" + s.redis.URL(), "FLASK_SECRET_KEY=" + secretKey,
		"TICKCAST_REDIS_PROBE_EVERY=1s", "TICKCAST_DRAIN_SPREAD=1s", "LOG_LEVEL=info", "LOG_FORMAT=json",
	}, env...)
	instance, err := process.NewTickcast(tickcastBinary, GinkgoWriter, settings...)
	Expect(err).NotTo(HaveOccurred())
	s.instances = append(s.instances, instance)
	s.start(instance)
	var addresses []string
	for _, instance := range s.instances {
		addresses = append(addresses, instance.Address())
	}
	s.front.To(addresses...)
}

func (s *stage) startRedis() {
	GinkgoHelper()
	Expect(s.redis.Start()).To(Succeed())
	Eventually(s.redis.Ping).WithArguments(context.Background()).Should(Succeed())
	now := strconv.FormatInt(time.Now().Unix(), 10)
	Expect(s.redis.Client().Set(context.Background(), "tickstock:producer:heartbeat", now, 0).Err()).To(Succeed())
}

func (s *stage) start(instance *process.Tickcast) {
	GinkgoHelper()
	Expect(instance.Start()).To(Succeed())
	DeferCleanup(instance.Process().Kill)
	Eventually(ready).WithArguments(instance).Should(BeTrue())
}

// stop ends an instance as a deployment does.
func (s *stage) stop(instance *process.Tickcast) {
	GinkgoHelper()
	p := instance.Process()
	Expect(p.Signal(syscall.SIGTERM)).To(Succeed())
	Eventually(p.Done(), 40*time.Second).Should(BeClosed())
	Expect(p.ExitCode()).To(BeZero())
}

func ready(instance *process.Tickcast) bool {
	return get(instance, "/readyz").Status == http.StatusOK
}

func get(instance *process.Tickcast, path string) wire.Answer {
	answer, err := wire.Do(context.Background(), http.MethodGet, instance.URL(path), "", nil)
	if err != nil {
		return wire.Answer{Body: err.Error()}
	}
	return answer
}

// redisHealth is what an instance says of Redis.
type redisHealth struct {
	Losses  int
	Hearing bool
	Backlog struct {
		Gaps   int
		Filled int
	}
}

func healthOf(instance *process.Tickcast) redisHealth {
	var report struct{ Redis redisHealth }
	_ = json.Unmarshal([]byte(get(instance, "/api/websocket/health").Body), &report) // an instance that is gone says nothing
	return report.Redis
}

// enter has a crowd come in through the balancer, and waits until all are subscribed.
func (s *stage) enter(setup crowd.Setup) *crowd.Crowd {
	GinkgoHelper()
	if setup.URLs == nil {
		setup.URLs = []string{s.front.URL()}
	}
	if setup.Transports == nil {
		setup.Transports = []string{"websocket"}
	}
	if setup.Delay == 0 {
		setup.Delay = 100
	}
	c, err := crowd.Start(exec.Command("node", "../clients/crowd.cjs"), setup, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(c.Stop)
	allReady(c)
	return c
}

func allReady(c *crowd.Crowd) {
	GinkgoHelper()
	Eventually(func() (int, error) {
		verdict, err := c.Report(nil)
		return verdict.Ready, err
	}, time.Minute).Should(Equal(c.Count))
}

// users are the cookies of so many users who have logged in.
func users(n int) (cookies []string) {
	for i := range n {
		cookies = append(cookies, flaskcookie.Header(secretKey, fmt.Sprint(i+1), time.Now()))
	}
	return cookies
}
