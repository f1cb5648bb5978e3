package server

import (
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// absence is what a socket that arrives has missed. The zero absence is nothing.
type absence struct {
	from string            // the position up to which it is known; "" = nobody asks
	each func(rooms.Event) // takes what has come after that
	done func()            // sends it: after the welcome, and before anything live
}

// arrive makes a socket one of its namespace between two events. What it is sent there comes before all that is
// live, and nothing is missed. No step of it may wait for anything but the last.
func (s *Sockets) arrive(socket *sio.Socket, open func()) {
	visitor := s.visitorOf(socket)
	s.interest.arrive(visitor.user.ID, visitor.saved)
	defer s.interest.arrived(visitor.user.ID, visitor.saved)
	if s.sources.Backlog == nil {
		open()
		return
	}
	if socket.Recovered() && !visitor.back.catchUp(s.sources.Backlog) {
		s.postpone(socket)
		return
	}
	missed := s.missedBy(socket)
	whole := s.sources.Backlog.Meet(missed.from, missed.take, func(at string) {
		visitor.at = at
		socket.Begin(at)
		open()
		if missed.done != nil {
			missed.done()
		}
	})
	back := visitor.back
	visitor.back = nil
	if socket.Recovered() && !visitor.entered { // it was gone again before it could
		s.router.Forget(ownRoom(socket))
		return
	}
	if back != nil && (!whole || back.tooMuch()) {
		s.postpone(socket)
		return
	}
	if back != nil {
		s.recovery.results.add(recovered, 1)
	} else {
		s.done(socket, visitor.missed, visitor.at, whole)
	}
	from := visitor.at
	if socket.Recovered() {
		from = socket.Offset() // what it has missed is on its way, and not proved yet
	}
	s.recovery.arrive(socket, visitor.user.ID, from) // before the browser knows its pid
}

// missedBy is what the socket has missed, or the user behind it.
func (s *Sockets) missedBy(socket *sio.Socket) absence {
	if socket.Recovered() {
		return s.missedBySocket(socket)
	}
	missed := s.visitorOf(socket).missed
	if missed == nil {
		return absence{}
	}
	return absence{missed.from, missed.each, func() {
		missed.after(func(event string, payload []byte) { s.emit(socket, "", event, payload) })
		if missed.handed {
			socket.Ask()
		}
	}}
}

// missedBySocket puts the subscriptions of a recovered socket in force again: nobody else has its room.
func (s *Sockets) missedBySocket(socket *sio.Socket) absence {
	back := s.visitorOf(socket).back
	for _, held := range back.state.Subscriptions {
		if err := s.router.Subscribe(held); err != nil {
			s.failures.Add(1)
			s.log.Error().Err(err).Str("socket", short(socket.ID())).Msg("subscription not recovered")
		}
	}
	return absence{back.to, back.add, func() {
		socket.Join(back.state.Rooms...)
		for _, sent := range back.missed.sendings() {
			s.emit(socket, sent.position, sent.event, sent.payload)
		}
	}}
}

func (a absence) take(e rooms.Event) {
	if a.each != nil {
		a.each(e)
	}
}
