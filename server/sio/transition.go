package sio

import (
	"time"

	"github.com/tickstock/tickcast/server/engineio"
)

// transition is a CONNECT or a DISCONNECT that the library carries out on a goroutine of its own.
// The reader waits for it, so that the packets behind it find its outcome.
type transition struct {
	// Set once, then read only.
	until   kind    // kindConnect, kindDisconnect
	entrant *Socket // that connects; nil = it is made later
	socket  *Socket // that disconnects
	done    chan struct{}

	// Guarded by the session's mu.
	settled bool
	corked  bool
}

// transit begins a transition and waits for its end. A Connected that takes too long costs the session.
func (s *session) transit(t *transition, begin func()) {
	t.done = make(chan struct{})
	s.mu.Lock()
	s.waiting = t
	s.mu.Unlock()
	if t.socket != nil && t.socket.gone() { // kicked just before: nobody would tell us
		s.settle(t.until, t.socket)
	} else {
		begin()
	}
	late := time.NewTimer(s.server.cfg.ConnectTimeout)
	defer late.Stop()
	select {
	case <-t.done:
	case <-late.C:
		s.server.log.Warn().Str("type", string(t.until)).Dur("after", s.server.cfg.ConnectTimeout).Msg("callback takes too long")
		s.engine.Close(engineio.ServerClose)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = nil
	if t.corked {
		s.engine.Uncork()
	}
}

// settle ends the transition that the reader waits for, if it is this one.
func (s *session) settle(until kind, socket *Socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.waiting; t != nil && t.until == until && t.socket == socket && !t.settled {
		t.settled = true
		close(t.done)
	}
}

func (s *session) connecting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting != nil && s.waiting.until == kindConnect
}

// entrant is the socket of the CONNECT that is being carried out.
func (s *session) entrant(n *namespace) *Socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting != nil && s.waiting.entrant != nil {
		return s.waiting.entrant
	}
	return newSocket(n, s, nil)
}

// write puts a packet of the library into the outbox. From its CONNECT on a session is corked,
// so that what Connected emits leaves with it.
func (s *session) write(packet *encoded) {
	if packet.kind == kindConnect {
		s.cork()
	}
	s.engine.Send(packet.frames...)
	if packet.kind == kindConnectError {
		s.settle(kindConnect, nil)
	}
}

func (s *session) cork() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting != nil && !s.waiting.corked {
		s.waiting.corked = true
		s.engine.Cork()
	}
}
