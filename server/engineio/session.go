package engineio

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// inlineFrames is the outbox that needs no allocation: more wait only while a client is behind.
const inlineFrames = 4

// Session is one Engine.IO connection, over whatever transports it goes.
type Session struct {
	// Set once, then read only.
	server     *Server
	id         string
	protocol   int
	base64Only bool // protocol 3: the client cannot read binary bodies
	home       *writer
	listener   Listener
	owner      *owner       // nil = its requests are not compared
	origin     netip.Prefix // whose address it counts for

	proof   proof
	heard   atomic.Int64 // beat of the heartbeat in which the client was last heard
	posting atomic.Bool  // a POST's body is being read

	// Held while the listener is called.
	inbound sync.Mutex
	deaf    bool // Closed was called, or is about to be: no message may follow

	// Owned by the heartbeat.
	pinged int64 // beat of the last ping

	// Guarded by mu.
	mu      sync.Mutex
	state   state
	reason  CloseReason
	outbox  []*Frame
	inline  [inlineFrames]*Frame
	waiting int       // bytes in the outbox, and in the hands of who writes them
	full    time.Time // since when that has been over the bound; zero while it is not
	perPoll int       // packets that the poll which waits, or came last, takes at once
	corked  int
	writing bool       // queued at a writer, or in its hands
	ws      *websocket // nil while polling
	probe   *websocket // a websocket that wants to take over
	probed  bool       // it has been answered
	poll    *poll      // the GET that waits for frames
}

type state uint8

const (
	open state = iota
	closing
	closed
)

// websocket is a connection after its handshake.
type websocket struct {
	conn    net.Conn
	raw     syscall.RawConn
	reader  *reader
	deflate bool // messages may be compressed
	parted  bool // the client has sent its close frame; guarded by the session's mu
}

// ID is the session's secret name: who knows it can speak for the browser.
func (s *Session) ID() string { return s.id }

// Protocol is the Engine.IO revision: 3 or 4.
func (s *Session) Protocol() int { return s.protocol }

// Transport is what carries the session now: "polling" or "websocket".
func (s *Session) Transport() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.transport()
}

func (s *Session) transport() string {
	if s.ws != nil {
		return Websocket
	}
	return Polling
}

// Open reports whether frames can still be sent.
func (s *Session) Open() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == open
}

// hardBound is how many times the bound of the outbox may never be passed. What waits is shared
// by all who wait for it, so a burst costs little more than its own size.
const hardBound = 4

// Send queues the frames, one behind the other. It never blocks. A session whose outbox stays over
// its bound for WriteTimeout is closed as Slow, and one over the hard bound at once: a burst
// passes, who cannot keep up does not. One large message alone never closes anybody.
func (s *Session) Send(frames ...*Frame) bool {
	size := 0
	for _, f := range frames {
		size += f.Size()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != open {
		return false
	}
	if s.waiting >= s.server.cfg.Outbox && s.overdue() {
		s.shut(Slow, statusPolicy)
		return false
	}
	s.queue(size, frames...)
	return true
}

// overdue judges an outbox that is over its bound. mu is held.
func (s *Session) overdue() bool {
	if s.waiting >= hardBound*s.server.cfg.Outbox {
		return true
	}
	if s.full.IsZero() {
		s.full = time.Now()
	}
	return time.Since(s.full) >= s.server.cfg.WriteTimeout
}

// sent accounts for bytes that have left. mu is held.
func (s *Session) sent(size int) {
	if s.waiting -= size; s.waiting < s.server.cfg.Outbox {
		s.full = time.Time{}
	}
}

// queue adds to the outbox. mu is held.
func (s *Session) queue(size int, frames ...*Frame) {
	if s.outbox == nil {
		s.outbox = s.inline[:0]
	}
	s.waiting += size
	s.outbox = append(s.outbox, frames...)
	s.wake()
}

// Cork lets frames gather until Uncork, so that they leave together. Corks nest.
func (s *Session) Cork() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == open { // a farewell is not held back
		s.corked++
	}
}

// Uncork ends a Cork.
func (s *Session) Uncork() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.corked > 0 {
		s.corked--
	}
	s.wake()
}

// wake tells who writes that there is something to write. mu is held.
func (s *Session) wake() {
	if s.corked > 0 || len(s.outbox) == 0 {
		return
	}
	if s.ws == nil {
		s.poll.ring()
		return
	}
	if !s.writing {
		s.writing = true
		s.home.push(s)
	}
}

// take moves what waits to dst, and says how many bytes it is. mu is held.
func (s *Session) take(dst []*Frame, most int) (frames []*Frame, size int) {
	if s.corked > 0 {
		return dst, 0
	}
	n := min(len(s.outbox), most)
	for _, f := range s.outbox[:n] {
		size += f.Size()
	}
	dst = append(dst, s.outbox[:n]...)
	rest := copy(s.outbox, s.outbox[n:])
	clear(s.outbox[rest:])
	s.outbox = s.outbox[:rest]
	if rest == 0 {
		s.outbox = nil // back to the inline one: a burst's memory is not kept
	}
	return dst, size
}
