package sio

import (
	"sync/atomic"

	"github.com/tickstock/tickcast/server/engineio"
)

// Stats is what has been counted since the start, but for Sockets and Rooms, which are now.
type Stats struct {
	Engine            engineio.Stats
	Strays            uint64 // packets from before the client's CONNECT, ignored
	UnknownNamespaces uint64 // CONNECTs to namespaces that do not exist
	Namespaces        map[string]NamespaceStats
}

// NamespaceStats are the counters of one namespace.
type NamespaceStats struct {
	Sockets     int
	Rooms       int // that someone is in
	Connects    uint64
	Disconnects uint64
	Refused     uint64            // by Admit
	EventsIn    map[string]uint64 // by name, of those that have a handler
	UnknownIn   uint64            // events of other names
	Emits       uint64            // events sent, however many sockets each was for
	Deliveries  uint64            // sockets that took one
	Unsound     uint64            // events not sent: their payload was no JSON, or their name reserved
	Panics      uint64            // of callbacks
}

// counts are the counters at work; names has a row for each event with a handler and is never written.
type counts struct {
	connects    atomic.Uint64
	disconnects atomic.Uint64
	refused     atomic.Uint64
	names       map[string]*atomic.Uint64
	unknown     atomic.Uint64
	emits       atomic.Uint64
	deliveries  atomic.Uint64
	unsound     atomic.Uint64
	panics      atomic.Uint64
}

func newNames(events map[string]Handler) map[string]*atomic.Uint64 {
	names := make(map[string]*atomic.Uint64, len(events))
	for name := range events {
		names[name] = new(atomic.Uint64)
	}
	return names
}

func (c *counts) received(event string) {
	if n := c.names[event]; n != nil {
		n.Add(1)
	} else {
		c.unknown.Add(1)
	}
}

// Stats counts everything since the start.
func (s *Server) Stats() Stats {
	stats := Stats{
		Engine:            s.engine.Stats(),
		Strays:            s.strays.Load(),
		UnknownNamespaces: s.unknown.Load(),
		Namespaces:        make(map[string]NamespaceStats, len(s.namespaces)),
	}
	for name, n := range s.namespaces {
		stats.Namespaces[name] = n.stats()
	}
	return stats
}

func (n *namespace) stats() NamespaceStats {
	c := &n.counts
	stats := NamespaceStats{
		Connects:    c.connects.Load(),
		Refused:     c.refused.Load(),
		EventsIn:    make(map[string]uint64, len(c.names)),
		UnknownIn:   c.unknown.Load(),
		Emits:       c.emits.Load(),
		Deliveries:  c.deliveries.Load(),
		Unsound:     c.unsound.Load(),
		Panics:      c.panics.Load(),
		Disconnects: c.disconnects.Load(),
	}
	members := n.members.Counts()
	stats.Sockets, stats.Rooms = members.Sockets, members.Rooms
	for name, count := range c.names {
		stats.EventsIn[name] = count.Load()
	}
	return stats
}
