package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
	"github.com/spf13/pflag"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/redisbridge"
	"github.com/tickstock/tickcast/server"
	"github.com/tickstock/tickcast/server/sio"
)

// someRedis is a redis-server of the spec's own.
func someRedis() (addr string) {
	GinkgoHelper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	addr = free.Addr().String()
	free.Close()
	_, port, err := net.SplitHostPort(addr)
	Expect(err).NotTo(HaveOccurred())
	cmd := exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", GinkgoT().TempDir())
	Expect(cmd.Start()).To(Succeed())
	DeferCleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	Eventually(func() error {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		return err
	}).WithTimeout(patience).Should(Succeed())
	return addr
}

// knownUsers is a tickcast that believes the cookie "user=…". It returns where it listens.
func knownUsers(redisAddr string) string {
	GinkgoHelper()
	loaded, err := config.Load(pflag.NewFlagSet("spec", pflag.ContinueOnError), GinkgoT().TempDir())
	Expect(err).NotTo(HaveOccurred())
	cfg := loaded.Config
	cfg.Redis.URL = config.Secret("redis://" + redisAddr)
	cfg.Drain.Spread = 0
	client, err := redisbridge.Open(cfg.Redis)
	Expect(err).NotTo(HaveOccurred())
	log := zerolog.New(GinkgoWriter)
	jobs := redisbridge.NewJobs(client, log)
	users := redisbridge.NewUsers(client, cfg.Subscriptions.Keep, log)
	sockets := server.NewSockets(cfg.Sockets, cfg.Subscriptions, server.Sources{Jobs: jobs, Users: users, Identify: func(socket *sio.Socket) server.User {
		return server.User{ID: strings.TrimPrefix(socket.Header("Cookie"), "user=")}
	}}, log)
	registry := prometheus.NewRegistry()
	bridge := redisbridge.New(cfg.Redis, cfg.Streaming, client, sockets.Router(), registry, log)
	bridge.Follow(jobs)
	bridge.FollowUsers(users)
	users.Tell(sockets)
	instances := redisbridge.NewInstances(client, func() redisbridge.Figures { return sockets.Figures() }, log)
	front, err := server.New(server.Parts{Sockets: sockets, Redis: func() server.RedisState { return redisState(bridge.State(), false) }, Registry: registry}, log)
	Expect(err).NotTo(HaveOccurred())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	ctx, stop := context.WithCancel(context.Background())
	var moving sync.WaitGroup
	moving.Go(func() {
		defer GinkgoRecover()
		parts := running{sockets: sockets, bridge: bridge, jobs: jobs, users: users, instances: instances, front: front, http: front.HTTP(), drain: cfg.Drain, log: log}
		Expect(parts.run(ctx, listener)).To(Succeed())
	})
	DeferCleanup(func() {
		stop()
		moving.Wait()
		client.Close()
	})
	Eventually(func() bool { return bridge.State().Hearing() }).WithTimeout(patience).Should(BeTrue())
	return listener.Addr().String()
}

// tab is a page of a user.
type tab struct {
	conn    net.Conn
	in      io.Reader
	packets chan string // all but heartbeats
}

func openTab(addr, user string) *tab {
	GinkgoHelper()
	dialer := ws.Dialer{Header: ws.HandshakeHeaderHTTP{"Cookie": {"user=" + user}}}
	conn, buffered, _, err := dialer.Dial(context.Background(), "ws://"+addr+"/socket.io/?EIO=4&transport=websocket")
	Expect(err).NotTo(HaveOccurred())
	t := &tab{conn: conn, in: conn, packets: make(chan string, 64)}
	if buffered != nil {
		t.in = buffered
	}
	var reading sync.WaitGroup
	reading.Go(t.read)
	DeferCleanup(func() {
		conn.Close()
		reading.Wait()
	})
	t.send("40")
	Eventually(t.packets).WithTimeout(patience).Should(Receive(HavePrefix(`42["connection_confirmed"`)))
	return t
}

func (t *tab) read() {
	for {
		packet, err := wsutil.ReadServerText(struct {
			io.Reader
			io.Writer
		}{t.in, t.conn})
		if err != nil {
			return
		}
		if text := string(packet); strings.HasPrefix(text, "42") || strings.HasPrefix(text, "43") {
			t.packets <- text
		}
	}
}

func (t *tab) send(packet string) {
	GinkgoHelper()
	Expect(wsutil.WriteClientText(t.conn, []byte(packet))).To(Succeed())
}

// ask emits with an acknowledgement wanted, and returns it.
func (t *tab) ask(event string) string {
	GinkgoHelper()
	t.send("421" + event)
	var packet string
	Eventually(t.packets).WithTimeout(patience).Should(Receive(&packet))
	if strings.HasPrefix(packet, `42["backtest_submitted"`) {
		Eventually(t.packets).WithTimeout(patience).Should(Receive(&packet))
	}
	return strings.TrimPrefix(packet, "431")
}

var _ = Describe("A backtest", func() {
	BeforeEach(forgetSettings)

	It("goes from a page to the producer, and comes back to that user alone, on every instance", func() {
		ctx := context.Background()
		addr := someRedis()
		one, two := knownUsers(addr), knownUsers(addr)
		first, second, other := openTab(one, "7"), openTab(two, "7"), openTab(two, "8")
		producer := redis.NewClient(&redis.Options{Addr: addr, Protocol: 2})
		DeferCleanup(producer.Close)
		ear := producer.Subscribe(ctx, "tickstock.jobs.backtest", "tickstock.jobs.cancel")
		DeferCleanup(ear.Close)
		for range 2 {
			_, err := ear.Receive(ctx)
			Expect(err).NotTo(HaveOccurred())
		}

		answer := first.ask(`["submit_backtest",{"symbols":["AAPL"],"start_date":"2024-01-01","end_date":"2024-12-31","patterns":["Doji"],"user_id":"8"}]`)
		var ack []struct {
			Status string
			Job    string `json:"job_id"`
		}
		Expect(json.Unmarshal([]byte(answer), &ack)).To(Succeed())
		Expect(ack[0].Status).To(Equal("ok"))
		id := ack[0].Job
		said, err := ear.ReceiveMessage(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(said.Payload).To(And(ContainSubstring(id), ContainSubstring(`"user_id":"7"`)))

		Expect(other.ask(`["cancel_backtest",{"job_id":"` + id + `"}]`)).To(Equal(`[{"status":"error","field":"job_id","message":"no such job"}]`))
		Expect(producer.Publish(ctx, "tickstock.events.backtesting.progress", `{"job_id":"`+id+`","progress":0.5}`).Err()).To(Succeed())
		for _, t := range []*tab{first, second} {
			Eventually(t.packets).WithTimeout(patience).Should(Receive(HavePrefix(`42["backtest_progress",{"type":"backtest_progress","job_id":"` + id + `","progress":0.5,`)))
		}
		Eventually(func() string { return second.ask(`["get_backtests"]`) }).WithTimeout(patience).Should(ContainSubstring(`"status":"running"`))
		Expect(second.ask(`["cancel_backtest",{"job_id":"` + id + `"}]`)).To(Equal(`[{"status":"ok","job_id":"` + id + `"}]`))
		said, err = ear.ReceiveMessage(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(said.Channel).To(Equal("tickstock.jobs.cancel"))

		Expect(producer.Publish(ctx, "tickstock.events.backtesting.results", `{"job_id":"`+id+`","status":"cancelled"}`).Err()).To(Succeed())
		for _, t := range []*tab{first, second} {
			Eventually(t.packets).WithTimeout(patience).Should(Receive(HavePrefix(`42["backtest_result",{"type":"backtest_result","job_id":"` + id + `","status":"cancelled",`)))
		}
		Expect(other.ask(`["get_backtests"]`)).To(Equal(`[{"status":"ok","jobs":[]}]`), "and no event before it")
		Expect(producer.TTL(ctx, "tickstock:jobs:"+id).Val()).To(BeNumerically(">", 6*24*time.Hour))
	})
})
