package engineio

import "sync"

// proof is how far a client has read: what was queued before a ping has come when its pong does. In protocol 3
// our pong and the client's next ping stand for the two. An answer belongs to the oldest ping that has none.
type proof struct {
	// Guarded by mu.
	mu      sync.Mutex
	pings   uint64
	pongs   uint64
	noted   string // before the ping of that number; one at a time
	at      uint64
	proven  string
	through uint64 // the ping that proved it; 0 = none
}

// ping is called before a ping is queued.
func (p *proof) ping(mark func() string) {
	if mark == nil {
		return
	}
	far := mark()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pings++
	if p.at <= p.through {
		p.noted, p.at = far, p.pings
	}
}

// pong is called for each answer. One that nobody has asked for proves nothing.
func (p *proof) pong() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pongs == p.pings {
		return
	}
	if p.pongs++; p.at > p.through && p.pongs >= p.at {
		p.proven, p.through = p.noted, p.at
	}
}

// Ask has the client prove now what it has got so far. In protocol 3 it is the client who begins, in its time.
func (s *Session) Ask() {
	if s.protocol == 4 {
		s.proof.ping(s.server.cfg.Mark)
		s.Send(pingFrame)
	}
}

// Pings is how many times Mark has been asked; see Proven.
func (s *Session) Pings() uint64 {
	s.proof.mu.Lock()
	defer s.proof.mu.Unlock()
	return s.proof.pings
}

// Proven is what Mark said last of all that the client has shown to have got, "" if that was not asked
// after so many pings.
func (s *Session) Proven(after uint64) string {
	s.proof.mu.Lock()
	defer s.proof.mu.Unlock()
	if s.proof.through <= after {
		return ""
	}
	return s.proof.proven
}
