package sio

import (
	"slices"
	"time"

	"github.com/tickstock/tickcast/rooms"
)

// Emission is an event for some sockets of a namespace, attachments and all.
type Emission struct {
	Namespace string
	To        []rooms.Room // nil = everyone
	Skip      []string     // ids of sockets that do not get it
	Event     string
	Message
	// Answer, if set, is called at most once, with the first acknowledgement of one of the sockets, on its
	// session's reader.
	Answer func(Message)
}

// Send sends an event and says to how many sockets. All of them share its frames; nobody is waited for.
func (s *Server) Send(e Emission) (reached int) {
	n := s.namespaces[e.Namespace]
	if n == nil || !sound(n, e.Event, e.Args) {
		return 0
	}
	recipients := n.recipientsOf(e)
	if len(recipients) == 0 {
		return 0
	}
	p := (&packet{kind: kindEvent, namespace: n.Name, event: e.Event}).carry(e.Message)
	if e.Answer != nil {
		p.id = n.library.Ids()
		p.asked = n.questions.ask(p.id, recipients, e.Answer, time.Now())
	}
	return n.send(recipients, &tidings{namespace: n, plain: p.frames(), loose: !p.asked && endsLoose(e.Args)})
}

func (n *namespace) recipientsOf(e Emission) (recipients []*Socket) {
	if e.To == nil {
		recipients = n.members.AppendAll(nil)
	} else {
		recipients = n.members.AppendIn(nil, e.To)
	}
	if len(e.Skip) == 0 {
		return recipients
	}
	skip := make(map[string]bool, len(e.Skip)) // a list as long as a message may be must not be searched for each
	for _, id := range e.Skip {
		skip[id] = true
	}
	return slices.DeleteFunc(recipients, func(s *Socket) bool { return skip[s.id] })
}

// Find is the socket of that id in a namespace; nil if there is none, or none any more.
func (s *Server) Find(namespace, id string) *Socket {
	n := s.namespaces[namespace]
	if n == nil || id == "" {
		return nil
	}
	for _, socket := range n.members.AppendIn(nil, []rooms.Room{rooms.Room(id)}) {
		if socket.id == id {
			return socket
		}
	}
	return nil
}

// SocketsIn lists the sockets in a room.
func (s *Server) SocketsIn(namespace string, room rooms.Room) []*Socket {
	n := s.namespaces[namespace]
	if n == nil {
		return nil
	}
	return n.members.AppendIn(nil, []rooms.Room{room})
}
