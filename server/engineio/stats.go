package engineio

import (
	"sync/atomic"
	"time"
)

// Stats is a snapshot of what a Server has done. Counters only grow; gauges say so.
type Stats struct {
	Sessions   map[Kind]int // gauge: open now
	Handshake  uint64
	Upgrades   uint64
	Closed     map[CloseReason]uint64
	Refused    map[string]uint64 // requests, by what was wrong
	FramesIn   uint64
	FramesOut  uint64
	BytesIn    uint64
	BytesOut   uint64
	BytesSaved uint64 // by compression
	Writes     uint64 // system calls, or polls answered: frames per write is the gain of gathering
	Stalls     uint64 // writes that had to wait for a client
	Panics     uint64 // of listeners, contained
}

// Kind is what a session speaks, over what.
type Kind struct {
	Protocol  int
	Transport string
}

// Kinds lists every Kind.
var Kinds = []Kind{{3, Polling}, {3, Websocket}, {4, Polling}, {4, Websocket}}

type counters struct {
	sessions   map[Kind]*atomic.Int64
	closings   map[CloseReason]*atomic.Uint64
	refused    map[*refusal]*atomic.Uint64
	handshake  atomic.Uint64
	upgrades   atomic.Uint64
	framesIn   atomic.Uint64
	framesOut  atomic.Uint64
	bytesIn    atomic.Uint64
	bytesOut   atomic.Uint64
	bytesSaved atomic.Uint64
	writes     atomic.Uint64
	stalls     atomic.Uint64
	panics     atomic.Uint64
	observe    func(time.Duration)
}

func newCounters(observe func(time.Duration)) *counters {
	c := &counters{
		sessions: map[Kind]*atomic.Int64{}, closings: map[CloseReason]*atomic.Uint64{},
		refused: map[*refusal]*atomic.Uint64{}, observe: observe,
	}
	for _, kind := range Kinds {
		c.sessions[kind] = new(atomic.Int64)
	}
	for _, reason := range Reasons {
		c.closings[reason] = new(atomic.Uint64)
	}
	for _, why := range refusals {
		c.refused[why] = new(atomic.Uint64)
	}
	return c
}

func (c *counters) opened(kind Kind) {
	c.handshake.Add(1)
	c.sessions[kind].Add(1)
}

func (c *counters) moved(protocol int) {
	c.upgrades.Add(1)
	c.sessions[Kind{protocol, Polling}].Add(-1)
	c.sessions[Kind{protocol, Websocket}].Add(1)
}

// closed counts a session out. Its mu is held.
func (c *counters) closed(s *Session) {
	c.closings[s.reason].Add(1)
	c.sessions[Kind{s.protocol, s.transport()}].Add(-1)
}

// wrote counts one write of so many frames, the oldest of which was made then.
func (c *counters) wrote(frames, bytes int, oldest time.Time) {
	c.writes.Add(1)
	c.framesOut.Add(uint64(frames))
	c.bytesOut.Add(uint64(bytes))
	if c.observe != nil && !oldest.IsZero() {
		c.observe(time.Since(oldest))
	}
}

// Stats reads all counters. They are read one by one, so a sum may be a moment apart.
func (s *Server) Stats() Stats {
	c := s.stats
	stats := Stats{
		Sessions: map[Kind]int{}, Closed: map[CloseReason]uint64{}, Refused: map[string]uint64{},
		Handshake: c.handshake.Load(), Upgrades: c.upgrades.Load(),
		FramesIn: c.framesIn.Load(), FramesOut: c.framesOut.Load(),
		BytesIn: c.bytesIn.Load(), BytesOut: c.bytesOut.Load(), BytesSaved: c.bytesSaved.Load(),
		Writes: c.writes.Load(), Stalls: c.stalls.Load(), Panics: c.panics.Load(),
	}
	for kind, n := range c.sessions {
		stats.Sessions[kind] = int(n.Load())
	}
	for reason, n := range c.closings {
		stats.Closed[reason] = n.Load()
	}
	for why, n := range c.refused {
		stats.Refused[why.name] = n.Load()
	}
	return stats
}
