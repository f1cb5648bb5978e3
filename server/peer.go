package server

import (
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// maxRooms is how many rooms a socket may be put into by others.
const maxRooms = 1000

// Peer lets another server of the application act on our sockets: by their ids, and by its own names of rooms.
// It is trusted as the application itself is, which decides who its users are.
type Peer struct {
	sockets *Sockets
}

// Peer is the door for other servers.
func (s *Sockets) Peer() Peer { return Peer{s} }

// Namespaces are the names of all there are.
func (s *Sockets) Namespaces() []string {
	var names []string
	for _, row := range namespaces() {
		names = append(names, row.Name)
	}
	return names
}

// Emit sends an event to some of our sockets and says to how many.
func (p Peer) Emit(e sio.Emission) int {
	return counted{emitted: p.sockets.emitted, sent: p.sockets.sent}.count(e.Event, p.sockets.io.Send(e))
}

// Disconnect sends a browser away from that namespace; it is false if the socket is not ours.
func (p Peer) Disconnect(namespace, id string) bool {
	socket := p.sockets.io.Find(namespace, id)
	if socket == nil {
		return false
	}
	socket.Dismiss()
	return true
}

// Enter puts a socket into a room.
func (p Peer) Enter(namespace, id string, room rooms.Room) bool {
	socket := p.sockets.io.Find(namespace, id)
	if socket == nil || len(socket.Rooms()) >= maxRooms {
		return false
	}
	socket.Join(room)
	p.sockets.recovery.changed(socket)
	return true
}

// Leave takes a socket out of a room.
func (p Peer) Leave(namespace, id string, room rooms.Room) bool {
	socket := p.sockets.io.Find(namespace, id)
	if socket == nil {
		return false
	}
	socket.Leave(room)
	p.sockets.recovery.changed(socket)
	return true
}

// CloseRoom takes everybody out of a room, who may still be in others.
func (p Peer) CloseRoom(namespace string, room rooms.Room) bool {
	inside := p.sockets.io.SocketsIn(namespace, room)
	for _, socket := range inside {
		socket.Leave(room)
		p.sockets.recovery.changed(socket)
	}
	return len(inside) > 0
}
