package sio

import (
	"strconv"
	"time"

	"github.com/tickstock/tickcast/rooms"
)

// Callbacks of a socket take turns. Connected and the handlers are called one after the other by the
// session's reader; the end can come from anywhere, and Disconnected then waits for the running one.

// open makes the socket reachable, after its CONNECT, and begins the turn of Connected.
func (s *Socket) open() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != entering || !s.session.add(s) {
		return false
	}
	s.state, s.busy, s.opened = open, true, true
	s.pings = s.session.engine.Pings()
	s.namespace.members.Join(s, rooms.Room(s.id))
	s.namespace.counts.connects.Add(1)
	return true
}

// begin begins a handler's turn; there is none any more once the socket is gone.
func (s *Socket) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = s.state == open
	return s.busy
}

// end ends a turn.
func (s *Socket) end() {
	s.mu.Lock()
	s.busy = false
	over := s.state == gone
	s.mu.Unlock()
	if over {
		s.farewell()
	}
}

// close takes the socket out of everything, once. The library may call it twice.
func (s *Socket) close(reason string) {
	s.mu.Lock()
	before, busy := s.state, s.busy
	if before != gone {
		s.state, s.reason = gone, reason
	}
	s.mu.Unlock()
	if before == open {
		s.namespace.members.LeaveAll(s)
		s.session.remove(s)
		if !busy {
			s.farewell()
		}
	}
	s.session.settle(kindDisconnect, s)
}

func (s *Socket) farewell() {
	defer s.part()
	s.namespace.counts.disconnects.Add(1)
	if s.namespace.Disconnected != nil {
		s.namespace.guarded("disconnected", func() { s.namespace.Disconnected(s, s.reason) })
	}
}

// dispatch calls the event's handler, on the session's reader.
func (s *Socket) dispatch(p *packet) {
	handle, known := s.namespace.Events[p.event]
	s.namespace.counts.received(p.event)
	if !known {
		s.namespace.server.log.Debug().Str("namespace", s.namespace.Name).
			Str("event", strconv.QuoteToASCII(p.event[:min(len(p.event), 64)])).Msg("event without a handler")
		return
	}
	if !s.begin() {
		return
	}
	defer s.end()
	var answer Message
	p.Asked = p.asked
	if !s.namespace.guarded(p.event, func() { answer = handle(s, p.Message) }) || !p.asked {
		return
	}
	reply := packet{kind: kindAck, namespace: p.namespace, asked: true, id: p.id}
	s.answer(reply.carry(answer))
}

// answer sends an acknowledgement, which is no event and not counted as one.
func (s *Socket) answer(reply *packet) {
	if sound(s.namespace, "acknowledgement", reply.Args) && s.is(open) {
		s.session.engine.Send(reply.frames()...)
	}
}

// answered passes an acknowledgement on to whoever has asked for it: one of us, or the library.
func (s *Socket) answered(p *packet) {
	if answer := s.namespace.questions.settle(p.id, s, time.Now()); answer != nil {
		s.namespace.guarded("answer", func() { answer(p.Message) })
		return
	}
	if _, asked := s.library.Acks().Load(p.id); asked {
		s.session.conn.receive(p.answer())
	}
}
