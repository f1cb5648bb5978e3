package server

import "github.com/tickstock/tickcast/server/sio"

// alertSpace is the namespace of the pattern alerts page. Whoever may enter "/" may enter here. It
// brings pattern alerts and nothing else: no confirmation, and no event is handled.
const alertSpace = "/tickstockpl"

func (s *Sockets) enterAlerts(socket *sio.Socket) {
	user := s.enter(socket)
	s.choices.arrive(user.ID)
}

func (s *Sockets) leaveAlerts(socket *sio.Socket, reason string) {
	s.choices.leave(s.userOf(socket).ID)
	s.farewell(socket, reason)
}
