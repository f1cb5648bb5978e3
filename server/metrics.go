package server

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// register puts our metrics, and those of the process, into the registry.
func (s *Server) register(registry prometheus.Registerer) error {
	for _, c := range []prometheus.Collector{newCollector(s), s.sockets.written, s.buildInfo()} {
		if err := registry.Register(c); err != nil {
			return fmt.Errorf("register metrics: %w", err)
		}
	}
	process := collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})
	for _, c := range []prometheus.Collector{collectors.NewGoCollector(), process} {
		err := registry.Register(c)
		if _, twice := errors.AsType[prometheus.AlreadyRegisteredError](err); err != nil && !twice {
			return fmt.Errorf("register metrics of the process: %w", err)
		}
	}
	return nil
}

func (s *Server) buildInfo() prometheus.Collector {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "tickcast_build_info",
		Help:        "Always 1; the labels say what runs.",
		ConstLabels: prometheus.Labels{"version": s.version, "goversion": runtime.Version()},
	})
	info.Set(1)
	return info
}

// figures is everything that a scrape looks at, read once.
type figures struct {
	io       sio.Stats
	routed   rooms.Stats
	counters counterReport
	users    int
	callback callbackState
	status   string
	passed   map[string]uint64 // requests to the application
}

// collector reads the counters that the parts keep anyway, when it is scraped: a delivery pays nothing for it.
type collector struct {
	server   *Server
	families []family
	descs    []*prometheus.Desc // of families, in their order
	matching *prometheus.Desc
	handover *prometheus.Desc
}

func newCollector(s *Server) *collector {
	c := &collector{
		server:   s,
		families: families(),
		matching: prometheus.NewDesc("tickcast_match_seconds", "How long finding the rooms of an event took.", nil, nil),
		handover: prometheus.NewDesc("tickcast_handover_seconds", "From an event's arrival until it was in every outbox.", nil, nil),
	}
	for _, f := range c.families {
		c.descs = append(c.descs, prometheus.NewDesc("tickcast_"+f.name, f.help, f.labels, nil))
	}
	return c
}

func (c *collector) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range c.descs {
		descs <- desc
	}
	descs <- c.matching
	descs <- c.handover
}

func (c *collector) Collect(metrics chan<- prometheus.Metric) {
	seen := c.server.figures()
	for i, f := range c.families {
		f.read(seen, func(value float64, labels ...string) {
			metrics <- prometheus.MustNewConstMetric(c.descs[i], f.kind, value, labels...)
		})
	}
	metrics <- histogram(c.matching, seen.routed.Matching)
	metrics <- histogram(c.handover, seen.routed.Handover)
}

func histogram(desc *prometheus.Desc, l rooms.Latency) prometheus.Metric {
	return prometheus.MustNewConstHistogram(desc, l.Count, l.Total.Seconds(), l.Cumulative())
}

func (s *Server) figures() *figures {
	io, routed := s.sockets.io.Stats(), s.sockets.router.Stats()
	status, _ := s.readiness(s.redis())
	return &figures{io, routed, s.reportCounters(io, routed), s.sockets.users.Counts().Users, s.sockets.callback(), status, s.passed.counted()}
}
