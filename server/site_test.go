package server_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/server"
)

func limits() config.Sockets {
	return config.Sockets{
		PingInterval:   10 * time.Second,
		PingTimeout:    60 * time.Second,
		ConnectTimeout: 5 * time.Second,
		UpgradeTimeout: 5 * time.Second,
		WriteTimeout:   5 * time.Second,
		ReadTimeout:    5 * time.Second,
		MaxPayload:     5 << 20,
		Outbox:         1 << 20,
		MaxAttachments: 10,
		Origins:        "https://app.example, http://localhost:3000",
	}
}

// site is a whole server, but for Redis, whose state a spec sets.
type site struct {
	url     string
	server  *server.Server
	sockets *server.Sockets
	front   *httptest.Server
	redis   atomic.Pointer[server.RedisState]
	log     *journal
}

// hearing is a Redis that is well.
func hearing() server.RedisState {
	return server.RedisState{State: "subscribed", Hearing: true, Since: time.Now()}
}

// startSite serves page and knows users by identify; both may be nil.
func startSite(page http.Handler, identify server.Identify) *site {
	GinkgoHelper()
	return startSiteWith(page, server.Sources{Identify: identify})
}

func startSiteWith(page http.Handler, sources server.Sources) *site {
	GinkgoHelper()
	noLeaks()
	return openSite(config.HTTP{}, limits(), page, sources)
}

func openSite(edge config.HTTP, limits config.Sockets, page http.Handler, sources server.Sources) *site {
	GinkgoHelper()
	return openSiteKeeping(config.Subscriptions{Keep: time.Hour, Queued: 100}, edge, limits, page, sources, func(*server.Sockets) {})
}

// openSiteKeeping prepares the sockets before they run.
func openSiteKeeping(subscriptions config.Subscriptions, edge config.HTTP, limits config.Sockets, page http.Handler,
	sources server.Sources, prepare func(*server.Sockets)) *site {
	GinkgoHelper()
	s := &site{log: &journal{}}
	logger := zerolog.New(io.MultiWriter(GinkgoWriter, s.log)).Level(zerolog.DebugLevel)
	s.redis.Store(new(hearing()))
	s.sockets = server.NewSockets(limits, subscriptions, sources, logger)
	prepare(s.sockets)
	var err error
	s.server, err = server.New(server.Parts{
		Sockets:  s.sockets,
		Redis:    func() server.RedisState { return *s.redis.Load() },
		Page:     page,
		HTTP:     edge,
		Registry: prometheus.NewRegistry(),
		Version:  "1.2.3",
	}, logger)
	Expect(err).NotTo(HaveOccurred())
	s.run()
	s.front = httptest.NewUnstartedServer(nil)
	s.front.Config = s.server.HTTP()
	s.front.Start()
	DeferCleanup(s.front.Close)
	s.url = s.front.URL
	return s
}

// run moves the sockets until the spec is over.
func (s *site) run() {
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		defer GinkgoRecover()
		Expect(s.sockets.Run(ctx)).To(Succeed())
	})
	DeferCleanup(func() {
		stop()
		running.Wait()
	})
}

// answer is an HTTP answer, read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a request on a connection of its own.
func (s *site) ask(method, path string, header ...string) answer {
	GinkgoHelper()
	request, err := http.NewRequest(method, s.url+path, nil)
	Expect(err).NotTo(HaveOccurred())
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return answer{response.StatusCode, response.Header, string(body)}
}

// journal keeps what was logged.
type journal struct {
	mu   sync.Mutex
	text []byte
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.text = append(j.text, p...)
	return len(p), nil
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return string(j.text)
}
