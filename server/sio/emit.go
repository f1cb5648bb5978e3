package sio

import (
	"encoding/json"
	"slices"
	"unicode/utf8"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/engineio"
)

// Emit sends an event to each socket that is in one of the rooms but in none of the excepted ones, and
// says to how many. payload is one JSON value. All of them share one frame; nobody is waited for.
func (s *Server) Emit(namespace string, to []rooms.Room, event string, payload []byte, position string, except ...rooms.Room) int {
	n := s.namespaces[namespace]
	if n == nil || len(to) == 0 {
		return 0
	}
	recipients := s.recipients.Get().(*[]*Socket)
	*recipients = n.members.AppendIn(*recipients, to, except...)
	return n.deliver(recipients, event, payload, position)
}

// Broadcast is Emit to everyone in the namespace.
func (s *Server) Broadcast(namespace, event string, payload []byte, position string, except ...rooms.Room) int {
	n := s.namespaces[namespace]
	if n == nil {
		return 0
	}
	recipients := s.recipients.Get().(*[]*Socket)
	*recipients = n.members.AppendAll(*recipients, except...)
	return n.deliver(recipients, event, payload, position)
}

// Present is how many sockets are in the namespace.
func (s *Server) Present(namespace string) int {
	n := s.namespaces[namespace]
	if n == nil {
		return 0
	}
	return n.members.Counts().Sockets
}

// In is how many sockets of the namespace are in the room.
func (s *Server) In(namespace string, room rooms.Room) int {
	n := s.namespaces[namespace]
	if n == nil {
		return 0
	}
	return n.members.In(room)
}

// deliver sends outside of every lock: the recipients have been copied.
func (n *namespace) deliver(recipients *[]*Socket, event string, payload []byte, position string) (reached int) {
	if len(*recipients) > 0 && sound(n, event, [][]byte{payload}) {
		args := [...][]byte{payload}
		reached = n.send(*recipients, &tidings{namespace: n, event: event, args: args[:], position: position, loose: endsLoose(args[:])})
	}
	clear(*recipients)
	*recipients = (*recipients)[:0]
	n.server.recipients.Put(recipients)
	return reached
}

func (n *namespace) send(recipients []*Socket, t *tidings) (reached int) {
	for _, socket := range recipients {
		if t.sendTo(socket) {
			reached++
		}
	}
	n.counts.emits.Add(1)
	n.counts.deliveries.Add(uint64(reached))
	return reached
}

func (n *namespace) eventFrame(event string, args ...[]byte) *engineio.Frame {
	head := make([]byte, 0, len(n.head)+len(event)+4)
	head = appendString(append(append(head, n.head...), '['), event)
	parts := make([][]byte, 0, 2+2*len(args))
	parts = append(parts, head)
	for _, arg := range args {
		parts = append(parts, []byte{','}, arg)
	}
	return engineio.NewTextFrame(append(parts, []byte{']'})...)
}

// sound keeps off the wire what would make every browser hang up, and come back for more.
func sound[Arg ~[]byte](n *namespace, event string, args []Arg) bool {
	fault := ""
	if event == "" || slices.Contains(reservedEvents, event) {
		fault = "reserved event name"
	}
	for _, arg := range args {
		if !json.Valid(arg) || !utf8.Valid(arg) {
			fault = "payload is not JSON"
		}
	}
	if fault == "" {
		return true
	}
	n.counts.unsound.Add(1)
	n.server.log.Error().Str("namespace", n.Name).Str("event", event).Str("fault", fault).Msg("event not sent")
	return false
}
