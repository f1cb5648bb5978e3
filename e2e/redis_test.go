package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
)

var _ = Describe("When Redis fails", func() {
	// A silent Redis is noticed by the probe alone.
	open := func() (*stage, *client.Inbox) {
		GinkgoHelper()
		s := openStage("TICKCAST_REDIS_PROBE_EVERY=500ms")
		_, inbox := s.join(client.WebSocket)
		s.alert("Doji", "BEFORE")
		Eventually(symbols).WithArguments(inbox).Should(Equal([]string{"BEFORE"}))
		return s, inbox
	}
	notReady := func(s *stage) {
		GinkgoHelper()
		Eventually(s.get).WithArguments("/readyz").Should(haveStatus(http.StatusServiceUnavailable))
		Eventually(s.health).Should(And(HaveField("Status", "degraded"), HaveField("Reasons", Not(BeEmpty())),
			HaveField("Redis.Hearing", BeFalse())))
		Expect(s.get("/healthz")).To(haveStatus(http.StatusOK), "a restart would not mend it")
	}
	resumes := func(s *stage, inbox *client.Inbox) {
		GinkgoHelper()
		Eventually(s.get).WithArguments("/readyz").WithTimeout(3 * time.Second).Should(haveStatus(http.StatusOK)) // promised: one
		Eventually(s.health).Should(And(HaveField("Status", "healthy"), HaveField("Redis.Losses", BeNumerically(">=", 1))))
		s.alert("Doji", "AFTER")
		Eventually(symbols).WithArguments(inbox).Should(Equal([]string{"BEFORE", "AFTER"}))
	}

	It("killed and started again: it says so, and delivery resumes", func() {
		s, inbox := open()
		s.redis.Kill()
		notReady(s)
		s.startRedis()
		resumes(s, inbox)
	})

	It("frozen and thawed: it says so, and delivery resumes", func() {
		s, inbox := open()
		Expect(s.redis.Freeze()).To(Succeed())
		notReady(s)
		Expect(s.redis.Thaw()).To(Succeed())
		resumes(s, inbox)
	})

	It("cut off by an operator: it subscribes again", func() {
		s, inbox := open()
		Expect(s.redis.Client().Do(context.Background(), "CLIENT", "KILL", "TYPE", "pubsub").Err()).To(Succeed())
		Eventually(s.health).Should(HaveField("Redis.Losses", BeNumerically(">=", 1)))
		resumes(s, inbox)
	})

	It("absent at start: it serves, says so, and delivers when Redis comes", func() {
		s := newStage()
		s.start()
		notReady(s)
		_, inbox := s.join(client.WebSocket)
		s.startRedis()
		Eventually(s.get).WithArguments("/readyz").Should(haveStatus(http.StatusOK))
		s.alert("Doji", "FIRST")
		Eventually(symbols).WithArguments(inbox).Should(Equal([]string{"FIRST"}))
	})

	It("keeps browsers connected and answered meanwhile", func() {
		s, inbox := open()
		c, other := s.join(client.Polling)
		s.redis.Kill()
		notReady(s)
		Expect(c.Emit("heartbeat")).To(Succeed())
		Eventually(other.Events).WithArguments("heartbeat_ack").Should(HaveLen(1))
		s.startRedis()
		resumes(s, inbox)
		Eventually(symbols).WithArguments(other).Should(Equal([]string{"AFTER"}))
	})

	It("subscribes by exact names, which an operator can count", func() {
		s := openStage()
		counts := func() map[string]int64 {
			n, err := s.redis.Client().PubSubNumSub(context.Background(), patterns, "tickstock.events.backtesting.progress",
				"tickstock.events.backtesting.results", "tickstock.health.status").Result()
			Expect(err).NotTo(HaveOccurred())
			return n
		}
		Expect(counts()).To(And(HaveLen(4), HaveEach(int64(1))))
		Expect(s.redis.Client().PubSubNumPat(context.Background()).Val()).To(BeZero())
		s.redis.Kill()
		s.startRedis()
		Eventually(counts).Should(HaveEach(int64(1)))
	})

	It("counts and skips messages that are none, and goes on", func() {
		s, inbox := open()
		for _, message := range []string{"", "{", "null", "[]", "\xff\xfe", `{"pattern":"Doji"}`, fmt.Sprintf("%1000000s", "[")} {
			s.publish(patterns, message)
		}
		s.alert("Doji", "AFTER")
		Eventually(symbols).WithArguments(inbox).Should(Equal([]string{"BEFORE", "AFTER"}))
		Expect(s.get("/api/websocket/health").Body).To(ContainSubstring(`"rejected"`))
	})
})
