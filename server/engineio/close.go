package engineio

import "time"

// lingering is how long a polling client that is between two polls may take to fetch its farewell.
const lingering = 10 * time.Second

// Close ends the session: what waits is sent first, as far as the client takes it.
// It never blocks; Listener.Closed follows.
func (s *Session) Close(reason CloseReason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut(reason, closeStatus(reason))
}

func closeStatus(reason CloseReason) uint16 {
	switch reason {
	case Drain:
		return statusGoingAway
	case Slow, PingTimeout:
		return statusPolicy
	case ParseError, TransportError:
		return statusProtocol
	default:
		return statusNormal
	}
}

// shut begins the end, once. mu is held.
func (s *Session) shut(reason CloseReason, status uint16) {
	if s.state != open {
		return
	}
	s.state, s.reason, s.corked = closing, reason, 0
	if reason == Slow || reason == TransportClose || reason == PingTimeout {
		s.drop()
	}
	ours := reason == ServerClose || reason == Drain // the client is well, and should get our last words
	switch {
	case s.probe == nil:
	case s.probed && ours:
		s.probe.reader.pin(closeGrace) // its client may have left polling already: the farewell goes where it goes
	default:
		_ = s.probe.conn.Close() // its reader ends by that
	}
	s.server.running.Add(1) // before it is out of the server's sight: who stops the server waits for finish
	s.last(reason, status)
	if ours && s.ws == nil && (s.poll == nil || len(s.outbox) > 1) {
		s.server.linger(s)
	}
	s.server.remove(s) // after linger: a poll finds it in one place or the other
	go s.finish(reason)
}

// linger keeps a session that we close for the poll that is about to come: it brings what was sent last.
// Who broke the protocol has been told by the answer to that.
func (s *Server) linger(session *Session) {
	s.mu.Lock()
	s.leaving[session.id] = session
	s.mu.Unlock()
	time.AfterFunc(lingering, func() {
		s.mu.Lock()
		delete(s.leaving, session.id)
		s.mu.Unlock()
	})
}

// drop forgets what waits: nobody will read it. mu is held.
func (s *Session) drop() {
	for _, f := range s.outbox {
		s.waiting -= f.Size()
	}
	clear(s.outbox)
	s.outbox = nil
}

// last queues the words of farewell. mu is held.
func (s *Session) last(reason CloseReason, status uint16) {
	switch {
	case s.ws == nil && reason == TransportClose:
		s.queue(noopFrame.Size(), noopFrame) // the client has gone: only its poll is to be answered
	case s.ws == nil && reason == Drain:
		s.queue(noopFrame.Size(), noopFrame) // Python's client stays away after a close packet: the refusal of its next poll brings it back
	case s.ws == nil:
		s.queue(closePacket.Size(), closePacket)
	case reason == Slow && s.writing:
		_ = s.ws.conn.Close() // a frame may be half written: nothing can follow it
	default:
		farewell := closeFrame(status, string(reason))
		s.queue(farewell.Size(), farewell)
	}
}

// finish tells the listener, after the message that may be in its hands.
func (s *Session) finish(reason CloseReason) {
	defer s.server.running.Done()
	s.inbound.Lock()
	defer s.inbound.Unlock()
	s.deaf = true
	s.guarded("closed", func() error { s.listener.Closed(reason); return nil })
}

// hangUp says that nothing more will be written: the reader waits a little for the client's own end.
// mu is held.
func (s *Session) hangUp() {
	s.state = closed
	if half, ok := s.ws.conn.(interface{ CloseWrite() error }); ok && !s.ws.parted && half.CloseWrite() == nil {
		s.ws.reader.pin(closeGrace)
		return
	}
	_ = s.ws.conn.Close()
}

// broken ends a session whose connection failed.
func (s *Session) broken(reason CloseReason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut(reason, closeStatus(reason))
	s.drop()
	s.state = closed
	if s.ws != nil {
		_ = s.ws.conn.Close()
	}
}
