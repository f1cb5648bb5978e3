package e2e_test

import (
	"context"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/balancer"
	"github.com/tickstock/tickcast/e2e/internal/client"
	"github.com/tickstock/tickcast/e2e/internal/process"
)

var _ = Describe("While Redis is out of reach", func() {
	ctx := context.Background()
	hearing := func(s *stage) bool { return s.health().Redis.Hearing }

	// Frozen for longer than a page waits for an answer about its backtest.
	It("frozen: pages are answered, nothing that is published is lost, and everything works when it thaws", func() {
		s := openStage("TICKCAST_REDIS_PROBE_EVERY=500ms")
		c, inbox := s.join(client.WebSocket)
		Expect(s.redis.Freeze()).To(Succeed())
		Eventually(hearing).WithArguments(s).Should(BeFalse())
		late := make(chan error, 1)
		go func() {
			_, err := s.redis.Publish(ctx, patterns, `{"pattern":"Doji","symbol":"FROZEN","confidence":0.9,"tier":"daily"}`)
			late <- err
		}()
		answer, err := c.Ask(ctx, "submit_backtest", backtestAsked())
		Expect(err).NotTo(HaveOccurred())
		Expect(answer).To(MatchJSON(`[{"status":"error","field":"","message":"backtests are not available, try again"}]`))
		Expect(s.get("/healthz")).To(haveStatus(http.StatusOK))

		Expect(s.redis.Thaw()).To(Succeed())
		Eventually(late).Should(Receive(BeNil()))
		Eventually(hearing).WithArguments(s).Should(BeTrue())
		s.alert("Doji", "AFTER")
		Eventually(symbols).WithArguments(inbox).Should(Equal([]string{"FROZEN", "AFTER"}))
		s.publish("flask-socketio", `{"method":"emit","event":"note","data":"from Flask","namespace":"/","room":null,"skip_sid":null,"callback":null,"host_id":"flask"}`)
		Eventually(inbox.Events).WithArguments("note").Should(HaveLen(1))
		answer, err = c.Ask(ctx, "submit_backtest", backtestAsked())
		Expect(err).NotTo(HaveOccurred())
		Expect(answer).To(ContainSubstring(`"job_id"`))
		Eventually(s.redis.Client().ZCard(ctx, "tickstock:active_jobs").Result).Should(BeEquivalentTo(1), "what was refused is gone")
	})

	It("cut off for a message larger than Redis keeps for us: it subscribes again", func() {
		s := openStage()
		_, inbox := s.join(client.WebSocket)
		Expect(s.redis.Client().ConfigSet(ctx, "client-output-buffer-limit", "pubsub 1mb 0 0").Err()).To(Succeed())
		s.publish(patterns, strings.Repeat("x", 40<<20))
		Eventually(s.health).Should(HaveField("Redis.Losses", 1))
		Eventually(hearing).WithArguments(s).Should(BeTrue())
		s.alert("Doji", "AFTER")
		Eventually(symbols).WithArguments(inbox).Should(Equal([]string{"AFTER"}))
	})

	Context("behind a network", func() {
		var (
			s       *stage
			network *balancer.Balancer
			inbox   *client.Inbox
		)
		BeforeEach(func() {
			s = newStage("TICKCAST_REDIS_PROBE_EVERY=500ms")
			s.startRedis()
			var err error
			network, err = balancer.Start(s.redis.Address())
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(network.Close)
			s.tickcast.Setenv("REDIS_URL=redis://" + network.Address())
			s.start()
			Eventually(s.get).WithArguments("/readyz").Should(haveStatus(http.StatusOK))
			_, inbox = s.join(client.WebSocket)
		})

		It("that is silent for a moment: nothing is lost", func() {
			network.Hold()
			Eventually(hearing).WithArguments(s).Should(BeFalse())
			s.alert("Doji", "MEANWHILE")
			network.Release()
			Eventually(hearing).WithArguments(s).Should(BeTrue())
			s.alert("Doji", "AFTER")
			Eventually(symbols).WithArguments(inbox).Should(Equal([]string{"MEANWHILE", "AFTER"}))
		})

		It("that has forgotten our connections: it makes new ones", func() {
			network.Forget()
			Eventually(s.health).Should(HaveField("Redis.Losses", 1))
			Eventually(hearing).WithArguments(s).Should(BeTrue())
			s.alert("Doji", "AFTER")
			Eventually(symbols).WithArguments(inbox).Should(Equal([]string{"AFTER"}))
		})

		It("that leads to another, empty Redis once it is back: it hears that one", func() {
			network.Hold()
			Eventually(hearing).WithArguments(s).Should(BeFalse())
			var err error
			s.redis, err = process.NewRedis(GinkgoWriter)
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(s.redis.Close)
			s.startRedis()
			network.Forget()
			network.To(s.redis.Address())
			network.Release()
			Eventually(hearing).WithArguments(s).WithTimeout(3 * time.Second).Should(BeTrue()) // promised: one
			s.alert("Doji", "AFTER")
			Eventually(symbols).WithArguments(inbox).Should(Equal([]string{"AFTER"}))
		})
	})

	It("does not keep the processor busy, and says only once that it is away", func() {
		out := &lines{}
		s := newStage("LOG_LEVEL=info")
		var err error
		s.tickcast, err = process.NewTickcast(tickcastBinary, out, "REDIS_URL="+s.redis.URL(), "LOG_LEVEL=info", "LOG_FORMAT=json", "TICKCAST_DRAIN_SPREAD=50ms")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(s.tickcast.Kill)
		s.startRedis()
		s.start()
		Eventually(s.get).WithArguments("/readyz").Should(haveStatus(http.StatusOK))
		s.redis.Kill()
		Eventually(hearing).WithArguments(s).Should(BeFalse())
		before := s.metric("process_cpu_seconds_total")
		Consistently(hearing, 3*time.Second, time.Second).WithArguments(s).Should(BeFalse())
		Expect(s.metric("process_cpu_seconds_total")-before).To(BeNumerically("<", 1), "a busy loop takes three seconds")
		s.startRedis()
		Eventually(hearing).WithArguments(s).Should(BeTrue())
		Expect(out.with("redis is lost")).To(HaveLen(1))
		Expect(out.with("redis is back")).To(HaveLen(1))
		Expect(out.with(`"level":"error"`)).To(BeEmpty())
	})
})

func backtestAsked() map[string]any {
	return map[string]any{"symbols": []string{"AAPL"}, "patterns": []string{"Doji"}, "start_date": "2024-01-01", "end_date": "2024-12-31"}
}
