package server

import (
	"bytes"
	stdlog "log"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/zerolog"
	"github.com/tickstock/tickcast/config"
)

const (
	readHeaderTimeout = 5 * time.Second
	idleTimeout       = 65 * time.Second // longer than the minute after which balancers give a connection up
	maxHeaderBytes    = 16 << 10
)

// Parts are what a Server puts HTTP around.
type Parts struct {
	Sockets  *Sockets
	Redis    func() RedisState // asked for each answer of health, readiness and metrics
	Peers    Peers             // nil = there are none
	Page     http.Handler      // everything that no other route takes, and the browser client's files; nil = nothing
	HTTP     config.HTTP       // which paths are ours, who gets the others, and whom we believe
	Registry *prometheus.Registry
	Version  string
}

// Server answers HTTP.
type Server struct {
	// Set once, then read only.
	sockets  *Sockets
	redis    func() RedisState
	peers    Peers
	page     http.Handler
	own      []string
	upstream *upstream // nil = there is none
	passed   *tally    // requests to it, by what came of them
	proxies  proxies
	metrics  http.Handler
	version  string
	started  time.Time
	log      zerolog.Logger
	// Safe for concurrent use on their own.
	draining atomic.Bool
	panics   atomic.Uint64
}

// New puts parts together and registers their metrics.
func New(parts Parts, log zerolog.Logger) (*Server, error) {
	s := &Server{
		sockets: parts.Sockets,
		redis:   parts.Redis,
		peers:   parts.Peers,
		page:    parts.Page,
		own:     parts.HTTP.Own(),
		passed:  newResults(),
		proxies: parts.HTTP.Trusted(),
		metrics: promhttp.HandlerFor(parts.Registry, promhttp.HandlerOpts{}),
		version: parts.Version,
		started: time.Now(),
		log:     log,
	}
	if s.page == nil {
		s.page = http.HandlerFunc(notFound)
	}
	if base := parts.HTTP.Application(); base != nil {
		s.upstream = newUpstream(base, s.passed, log)
	}
	if err := s.register(parts.Registry); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler is the whole public surface.
func (s *Server) Handler() http.Handler {
	return s.contain(seal(s.proxies.settle(dispatch(s.routes()))))
}

// HTTP is an http.Server for Handler; the caller brings the listener. It has no timeout for a whole
// request: a long poll lasts as long as it likes, and its session watches over it.
func (s *Server) HTTP() *http.Server {
	h := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          stdlog.New(warnings{s.log}, "", 0),
	}
	if s.upstream != nil {
		h.RegisterOnShutdown(s.upstream.hangUp)
	}
	return h
}

// SetDraining turns health and readiness to 503, so that a balancer looks away before connections are closed.
func (s *Server) SetDraining() { s.draining.Store(true) }

// warnings is the log of net/http, which has no levels: what it has to say is about the listener, mostly.
type warnings struct {
	log zerolog.Logger
}

func (w warnings) Write(line []byte) (int, error) {
	w.log.Warn().Str("from", "net/http").Msg(string(bytes.TrimSpace(line)))
	return len(line), nil
}
