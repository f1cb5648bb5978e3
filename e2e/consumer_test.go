package e2e_test

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
)

// consumerRights are all that tickcast needs of Redis: it listens to everything of the producer, publishes jobs and
// on channels of its own, takes part in Flask-SocketIO's queue, reads the producer's heartbeat, and writes the
// records of jobs and its own keys.
var consumerRights = []any{
	"ACL", "SETUSER", "consumer", "on", ">listens", "-@all", "resetchannels",
	"&tickstock*", "&tickcast:*", "&flask-socketio", "+subscribe", "+unsubscribe", "+ping", "+hello", "+auth", "+client", "+select",
	"(+publish &tickcast:* &flask-socketio &tickstock.jobs.backtest &tickstock.jobs.cancel)",
	"(+getrange +scan +ttl %R~tickstock:producer:heartbeat %R~tickstock:patterns:*)",
	"(+@read +@write +@transaction +@scripting -@dangerous +time ~tickstock:jobs:* ~tickstock:user_jobs:* ~tickstock:active_jobs ~tickcast:*)",
}

var _ = Describe("The consumer's role", func() {
	It("needs no other right in Redis than to listen, to publish jobs, and to keep their records", func() {
		ctx := context.Background()
		s := newStage("FLASK_SECRET_KEY="+secretKey, "ADMIN_USERS=7")
		s.startRedis()
		Expect(s.redis.Client().Do(ctx, consumerRights...).Err()).To(Succeed())
		s.tickcast.Setenv("REDIS_URL=" + strings.Replace(s.redis.URL(), "redis://", "redis://consumer:listens@", 1))
		s.start()
		Eventually(s.health).Should(HaveField("Redis.Hearing", BeTrue()))

		user := s.login("7")
		_, admin := s.enter(client.Options{Namespace: "/admin-ws", Cookie: sessionOf("7")})
		user.subscribe(map[string]any{"symbols": []string{"AAPL"}})
		for _, c := range append(contractCases(bridgeCases), contractCases(ownCases)...) {
			s.publish(c.Channel, c.message())
		}
		job := user.ask("submit_backtest", map[string]any{"symbols": []string{"AAPL"}, "patterns": []string{"Doji"}, "start_date": "2024-01-01", "end_date": "2024-12-31"})
		Expect(job).To(HaveKeyWithValue("status", "ok"))
		s.publish("tickstock.events.backtesting.progress", `{"job_id":"`+job["job_id"].(string)+`","progress":0.5}`)
		Expect(user.ask("get_backtests", map[string]any{})).To(HaveKeyWithValue("status", "ok"))
		Expect(user.ask("cancel_backtest", map[string]any{"job_id": job["job_id"]})).To(HaveKeyWithValue("status", "ok"))
		s.alert("Doji", "LAST")
		Eventually(symbols).WithArguments(user.inbox).Should(ContainElement("LAST"))
		Eventually(admin.Events).WithArguments("connection_status_update").ShouldNot(BeEmpty())

		denied, err := s.redis.Client().Do(ctx, "ACL", "LOG").Slice()
		Expect(err).NotTo(HaveOccurred())
		Expect(denied).To(BeEmpty(), "what Redis refused to it")
	})
})
