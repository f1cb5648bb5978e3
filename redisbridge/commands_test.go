package redisbridge

import (
	"context"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

// doorman keeps the names of those whom he was to send away, and of those whose choices have changed.
type doorman struct {
	mu      sync.Mutex
	users   []string
	changed []string
}

func (d *doorman) ReadChoice(user string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changed = append(d.changed, user)
}

func (d *doorman) choices() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string{}, d.changed...)
}

func (d *doorman) Kick(user string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.users = append(d.users, user)
	return 1
}

func (d *doorman) kicked() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string{}, d.users...)
}

var _ = Describe("A command of the application", func() {
	var (
		server   *realRedis
		producer *redis.Client
	)
	obeying := func(commanded Commanded) *Bridge {
		GinkgoHelper()
		client, err := Open(settings(server.addr))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		b := New(settings(server.addr), streaming(), client, &recorder{}, prometheus.NewRegistry(), zerolog.New(GinkgoWriter))
		b.Obey(commanded)
		start(b)
		Eventually(hearing(b)).Should(BeTrue())
		return b
	}
	BeforeEach(func() {
		server = startRedis()
		producer = server.publisher()
	})

	DescribeTable("kicks a user",
		func(command, user string) {
			door := &doorman{}
			b := obeying(door)
			publish(producer, commandChannel, command)
			Eventually(door.kicked).Should(Equal([]string{user}))
			Expect(b.State().Commands).To(Equal(CommandState{Kicks: 1}))
		},
		Entry("by a text", `{"kick":{"user":"7"}}`, "7"),
		Entry("by a number", `{"kick": {"user": 7}}`, "7"),
		Entry("by a number that no float holds", `{"kick":{"user":9007199254740993}}`, "9007199254740993"),
		Entry("in letters of any kind", `{"kick":{"user":"J\u00fcrgen"},"by":"admin"}`, "Jürgen"),
	)

	It("tells that a user's alert preferences have changed", func() {
		door := &doorman{}
		b := obeying(door)
		publish(producer, commandChannel, `{"preferences":{"user":7}}`)
		Eventually(door.choices).Should(Equal([]string{"7"}))
		Expect(door.kicked()).To(BeEmpty())
		Expect(b.State().Commands).To(Equal(CommandState{Changes: 1}))
	})

	DescribeTable("is harmless if it is none",
		func(command string) {
			door := &doorman{}
			b := obeying(door)
			publish(producer, commandChannel, command)
			publish(producer, commandChannel, `{"kick":{"user":"NEXT"}}`)
			Eventually(door.kicked).Should(Equal([]string{"NEXT"}))
			Expect(b.State().Commands).To(Equal(CommandState{Kicks: 1, Skipped: 1}))
			Expect(b.State().Losses).To(BeZero())
			Expect(b.State().Unknown.Received).To(BeZero(), "it is nobody's event")
		},
		Entry("empty", ``),
		Entry("no JSON", `}{`),
		Entry("another one behind it", `{"kick":{"user":"7"}}{"kick":{"user":"8"}}`),
		Entry("no object", `["kick"]`),
		Entry("nothing to do", `{}`),
		Entry("something else", `{"restart":{}}`),
		Entry("nobody", `{"kick":{}}`),
		Entry("null", `{"kick":{"user":null}}`),
		Entry("an empty id", `{"kick":{"user":""}}`),
		Entry("a list of users", `{"kick":{"user":["7","8"]}}`),
		Entry("everybody", `{"kick":{"user":true}}`),
		Entry("a session", `{"kick":{"session":"7"}}`),
		Entry("an id that cannot be printed", `{"kick":{"user":"7\u0000"}}`),
		Entry("an id that is broken", "{\"kick\":{\"user\":\"7\xff\"}}"),
		Entry("an id that is too long", `{"kick":{"user":"`+strings.Repeat("7", 65)+`"}}`),
		Entry("too long", `{"kick":{"user":"7"}}`+strings.Repeat(" ", 2000)),
		Entry("deep", strings.Repeat("[", 1000)),
	)

	It("reaches every instance, and who obeys nobody does not listen", func() {
		first, second := &doorman{}, &doorman{}
		obeying(first)
		obeying(second)
		bridge(settings(server.addr), &recorder{})
		Expect(producer.PubSubNumSub(context.Background(), commandChannel).Val()).To(HaveKeyWithValue(commandChannel, BeEquivalentTo(2)))
		publish(producer, commandChannel, `{"kick":{"user":"7"}}`)
		Eventually(first.kicked).Should(Equal([]string{"7"}))
		Eventually(second.kicked).Should(Equal([]string{"7"}))
	})

	It("is counted for Prometheus", func() {
		door := &doorman{}
		b := obeying(door)
		publish(producer, commandChannel, `{}`)
		publish(producer, commandChannel, `{"kick":{"user":"7"}}`)
		Eventually(door.kicked).Should(HaveLen(1))
		registry := prometheus.NewRegistry()
		Expect(registry.Register(newMetrics(b))).To(Succeed())
		samples := scrape(registry)
		Expect(samples).To(HaveKeyWithValue("tickcast_redis_commands_total{kick}", 1.0))
		Expect(samples).To(HaveKeyWithValue("tickcast_redis_commands_total{skipped}", 1.0))
	})
})
