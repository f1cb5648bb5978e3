package redisbridge

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
)

// realRedis is a redis-server of our own on a free port.
type realRedis struct {
	addr string
	args []string
	cmd  *exec.Cmd
}

func freeAddr() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	defer listener.Close()
	return listener.Addr().String()
}

// prepareRedis is a server that is not there yet.
func prepareRedis(args ...string) *realRedis { return &realRedis{addr: freeAddr(), args: args} }

func startRedis(args ...string) *realRedis {
	r := prepareRedis(args...)
	r.start()
	return r
}

func (r *realRedis) start() {
	GinkgoHelper()
	_, port, err := net.SplitHostPort(r.addr)
	Expect(err).NotTo(HaveOccurred())
	r.cmd = exec.Command("redis-server", append([]string{
		"--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", GinkgoT().TempDir(),
	}, r.args...)...)
	Expect(r.cmd.Start()).To(Succeed())
	DeferCleanup(r.kill)
	Eventually(func() error {
		conn, err := net.Dial("tcp", r.addr)
		if err == nil {
			conn.Close()
		}
		return err
	}).Should(Succeed())
}

func splitAddr(addr string) (host, port string, err error) { return net.SplitHostPort(addr) }

// startSentinel watches a server under the name mymaster.
func startSentinel(of *realRedis) (addr string) {
	GinkgoHelper()
	host, port, err := net.SplitHostPort(of.addr)
	Expect(err).NotTo(HaveOccurred())
	config := filepath.Join(GinkgoT().TempDir(), "sentinel.conf")
	Expect(os.WriteFile(config, []byte("sentinel monitor mymaster "+host+" "+port+" 1\n"), 0o600)).To(Succeed())
	s := prepareRedis("--sentinel")
	_, own, err := net.SplitHostPort(s.addr)
	Expect(err).NotTo(HaveOccurred())
	s.cmd = exec.Command("redis-server", config, "--sentinel", "--port", own, "--bind", "127.0.0.1")
	Expect(s.cmd.Start()).To(Succeed())
	DeferCleanup(s.kill)
	return s.addr
}

func (r *realRedis) kill() {
	if r.cmd != nil {
		r.cmd.Process.Kill()
		r.cmd.Wait()
		r.cmd = nil
	}
}

func (r *realRedis) freeze() { Expect(r.cmd.Process.Signal(syscall.SIGSTOP)).To(Succeed()) }
func (r *realRedis) thaw()   { Expect(r.cmd.Process.Signal(syscall.SIGCONT)).To(Succeed()) }

// publisher is the producer's connection.
func (r *realRedis) publisher() *redis.Client {
	client := redis.NewClient(&redis.Options{Addr: r.addr, Protocol: 2, MaxRetries: -1})
	DeferCleanup(client.Close)
	return client
}

// recorder is a Sink that keeps what it gets.
type recorder struct {
	mu     sync.Mutex
	events []rooms.Event
}

func (r *recorder) Route(event rooms.Event) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, built(event))
	return 1
}

// built has its payload, as if one room, user 7's, wanted it.
func built(event rooms.Event) rooms.Event {
	switch {
	case event.Compose != nil:
		event.Payload = event.Compose(1)
	case event.Personal != nil:
		event.Payload = event.Personal(rooms.UserRoom("7"), rooms.Filter{})
	}
	event.Compose, event.Personal = nil, nil
	return event
}

func (r *recorder) all() []rooms.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]rooms.Event(nil), r.events...)
}

// symbols are those of the patterns, one a pattern, whatever else became of it.
func (r *recorder) symbols() []string {
	var symbols []string
	for _, event := range r.all() {
		if event.Name == "pattern_alert" && event.Audience.Namespace == "/" {
			symbols = append(symbols, event.Traits.Symbol)
		}
	}
	return symbols
}

// eachPattern is how many events become of one pattern.
func eachPattern() uint64 { return uint64(len(newFinding(nil).rows)) }

func settings(addr string) config.Redis {
	return config.Redis{
		URL:        config.Secret("redis://" + addr),
		ProbeEvery: 600 * time.Millisecond,
		RetryMax:   time.Second,
		QueueBytes: 64 << 20,
		MessageMax: 1 << 20,
	}
}

// streaming are the defaults.
func streaming() config.Streaming {
	return config.Streaming{BufferEnabled: true, BufferInterval: 250 * time.Millisecond, MaxBuffer: 100}
}

// bridge runs a Bridge until the spec is over.
func bridge(cfg config.Redis, sink Sink) *Bridge {
	GinkgoHelper()
	client, err := Open(cfg)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(client.Close)
	log := zerolog.New(GinkgoWriter).With().Timestamp().Logger()
	b := New(cfg, streaming(), client, sink, prometheus.NewRegistry(), log)
	start(b)
	return b
}

func start(b *Bridge) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		defer GinkgoRecover()
		Expect(b.Run(ctx)).To(Succeed())
	})
	DeferCleanup(func() {
		cancel()
		running.Wait()
	})
}

func hearing(b *Bridge) func() bool { return func() bool { return b.State().Hearing() } }

// publish sends one message as the producer does.
func publish(client *redis.Client, channel, text string) {
	GinkgoHelper()
	Expect(client.Publish(context.Background(), channel, text).Err()).To(Succeed())
}

const patterns = "tickstock.events.patterns"

// alert is the smallest pattern.
func alert(symbol string) string {
	return `{"pattern":"Doji","symbol":"` + symbol + `","confidence":0.9}`
}

func numbered(n int) string { return alert(strconv.Itoa(n)) }
