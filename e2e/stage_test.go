package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/tickstock/tickcast/e2e/internal/client"
	"github.com/tickstock/tickcast/e2e/internal/process"
	"github.com/tickstock/tickcast/e2e/internal/wire"
)

const patterns = "tickstock.events.patterns"

// stage is a Redis and a tickcast of one spec's own.
type stage struct {
	redis    *process.Redis
	tickcast *process.Tickcast
}

// openStage starts both and waits until tickcast hears Redis.
func openStage(env ...string) *stage {
	GinkgoHelper()
	s := newStage(env...)
	s.startRedis()
	s.start()
	Eventually(s.get).WithArguments("/readyz").Should(haveStatus(http.StatusOK))
	return s
}

// newStage prepares both and starts neither.
func newStage(env ...string) *stage {
	GinkgoHelper()
	redis, err := process.NewRedis(GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	settings := []string{
		"REDIS_URL=" + redis.URL(),
		"TICKCAST_REDIS_PROBE_EVERY=1s", // a spec does not wait for ten
		"TICKCAST_DRAIN_SPREAD=50ms",
		"LOG_LEVEL=debug", "LOG_FORMAT=json",
	}
	tickcast, err := process.NewTickcast(tickcastBinary, GinkgoWriter, append(settings, env...)...)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(redis.Close)
	DeferCleanup(tickcast.Kill)
	return &stage{redis: redis, tickcast: tickcast}
}

// startRedis runs a Redis to which the producer has just shown that it is there.
func (s *stage) startRedis() {
	GinkgoHelper()
	Expect(s.redis.Start()).To(Succeed())
	Eventually(s.redis.Ping).WithArguments(context.Background()).Should(Succeed())
	s.beat()
}

// beat is the producer's heartbeat: without it nothing is healthy for longer than a minute.
func (s *stage) beat() {
	GinkgoHelper()
	now := strconv.FormatInt(time.Now().Unix(), 10)
	Expect(s.redis.Client().Set(context.Background(), "tickstock:producer:heartbeat", now, 0).Err()).To(Succeed())
}

// start runs tickcast. It must end well: no data race, no panic.
func (s *stage) start() {
	GinkgoHelper()
	Expect(s.tickcast.Start()).To(Succeed())
	DeferCleanup(s.stop, s.tickcast.Process())
}

// stop ends that tickcast politely, if it runs still.
func (s *stage) stop(p *process.Process) {
	GinkgoHelper()
	select {
	case <-p.Done():
		return
	default:
	}
	Expect(p.Signal(syscall.SIGTERM)).To(Succeed())
	Eventually(p.Done()).Should(BeClosed())
	Expect(p.ExitCode()).To(Equal(0), "%d tells of a data race", process.RaceExitCode)
}

// restart ends tickcast politely and starts it again on the same port.
func (s *stage) restart() {
	GinkgoHelper()
	s.stop(s.tickcast.Process())
	s.start()
	Eventually(s.get).WithArguments("/readyz").Should(haveStatus(http.StatusOK))
}

func (s *stage) get(path string) wire.Answer {
	answer, err := wire.Do(context.Background(), http.MethodGet, s.tickcast.URL(path), "", nil)
	if err != nil {
		return wire.Answer{Body: err.Error()} // not there yet, or not any more
	}
	return answer
}

// health is the report of /api/websocket/health.
type health struct {
	Status      string
	Reasons     []string
	Connections struct {
		Total   int
		Sockets map[string]int
	}
	Subscriptions struct {
		Total  int
		Topics map[string]int
	}
	Redis struct {
		State   string
		Hearing bool
		Losses  int
	}
}

func (s *stage) health() health {
	var h health
	if err := json.Unmarshal([]byte(s.get("/api/websocket/health").Body), &h); err != nil {
		return health{Status: "no answer"}
	}
	return h
}

func (s *stage) publish(channel, message string) {
	GinkgoHelper()
	_, err := s.redis.Publish(context.Background(), channel, message)
	Expect(err).NotTo(HaveOccurred())
}

// alert publishes a pattern of a symbol.
func (s *stage) alert(pattern, symbol string) {
	GinkgoHelper()
	s.publish(patterns, fmt.Sprintf(`{"pattern":%q,"symbol":%q,"confidence":0.9,"tier":"daily"}`, pattern, symbol))
}

// join connects a client of ours and waits for its welcome.
func (s *stage) join(transport client.Transport) (*client.Client, *client.Inbox) {
	GinkgoHelper()
	inbox := new(client.Inbox)
	c, err := client.Dial(context.Background(), client.Options{
		Address: s.tickcast.Address(), Transport: transport, Packet: inbox.Take,
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(c.Close)
	Eventually(inbox.Events).WithArguments("connection_confirmed").Should(HaveLen(1))
	return c, inbox
}

// enter connects a client of ours by websocket, to any namespace, as anybody.
func (s *stage) enter(options client.Options) (*client.Client, *client.Inbox) {
	GinkgoHelper()
	inbox := new(client.Inbox)
	options.Address, options.Packet = s.tickcast.Address(), inbox.Take
	if options.Transport == "" {
		options.Transport = client.WebSocket
	}
	c, err := client.Dial(context.Background(), options)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(c.Close)
	return c, inbox
}

// symbols are those of the alerts that came, in their order.
func symbols(inbox *client.Inbox) []string {
	var all []string
	for _, e := range inbox.Events("pattern_alert") {
		all = append(all, symbolOf(e.Args))
	}
	return all
}

// symbolOf is an alert's, whose position may follow.
func symbolOf(args []json.RawMessage) string {
	var alert struct{ Symbol string }
	if len(args) == 0 || len(args) > 2 || json.Unmarshal(args[0], &alert) != nil {
		return "no alert"
	}
	return alert.Symbol
}

func haveStatus(status int) types.GomegaMatcher {
	return WithTransform(func(a wire.Answer) int { return a.Status }, Equal(status))
}

// metric is one line of /metrics, such as tickcast_rooms; -1 if there is none.
func (s *stage) metric(name string) float64 {
	for line := range strings.Lines(s.get("/metrics").Body) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			if value, err := strconv.ParseFloat(strings.TrimSpace(rest), 64); err == nil {
				return value
			}
		}
	}
	return -1
}
