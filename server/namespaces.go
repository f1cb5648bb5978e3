package server

import "github.com/tickstock/tickcast/server/sio"

// A namespace is one row: its name, who may enter, what happens at the door, and its events.
type namespace struct {
	Name         string
	Admit        func(*Sockets, *sio.Socket) error
	Connected    func(*Sockets, *sio.Socket)
	Disconnected func(*Sockets, *sio.Socket, string)
	Events       []browserEvent
}

func namespaces() []namespace {
	return []namespace{
		{"/", everyone, (*Sockets).welcome, (*Sockets).farewell, browserEvents()},
		{alertSpace, everyone, (*Sockets).enterAlerts, (*Sockets).leaveAlerts, nil},
		{adminSpace, adminsOnly, (*Sockets).enterAdmin, (*Sockets).farewell, adminEvents()},
	}
}

// everyone may enter who may connect at all: see admit.
func everyone(*Sockets, *sio.Socket) error { return nil }

// bind makes the rows s's own.
func (s *Sockets) bind(rows []namespace) []sio.Namespace {
	bound := make([]sio.Namespace, 0, len(rows))
	for _, row := range rows {
		bound = append(bound, sio.Namespace{
			Name:         row.Name,
			Admit:        func(socket *sio.Socket) error { return s.admit(row, socket) },
			Recover:      s.sources.recover(s),
			Opening:      s.arrive,
			Connected:    func(socket *sio.Socket) { row.Connected(s, socket) },
			Disconnected: func(socket *sio.Socket, reason string) { row.Disconnected(s, socket, reason) },
			Events:       s.handlers(row.Events),
		})
	}
	return bound
}
