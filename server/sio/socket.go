package sio

import (
	"encoding/json"
	"sync"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/engineio"
	"github.com/zishang520/socket.io/v2/socket"
)

// Socket is one browser in one namespace.
type Socket struct {
	// Set once, then read only.
	namespace *namespace
	session   *session
	library   *socket.Socket
	id        string
	auth      json.RawMessage

	// Guarded by mu.
	mu     sync.Mutex
	state  state
	busy   bool   // a callback runs
	reason string // for Disconnected, which waits for that callback's end
	value  any
}

type state uint8

const (
	entering state = iota // CONNECT has not been answered: nothing may be sent
	open
	gone
)

func newSocket(n *namespace, library *socket.Socket) *Socket {
	session := library.Conn().(*conn).session
	return &Socket{namespace: n, session: session, library: library, id: string(library.Id()), auth: session.auth()}
}

func socketOf(library *socket.Socket) *Socket { return library.Data().(*Socket) }

// ID is what the browser knows as socket.id. In protocol 3 it holds the session's secret.
func (s *Socket) ID() string { return s.id }

// Namespace is the name of the namespace.
func (s *Socket) Namespace() string { return s.namespace.Name }

// Protocol is the Engine.IO revision: 4, or 3 for Socket.IO 2.x.
func (s *Socket) Protocol() int { return s.session.engine.Protocol() }

// Transport is what carries the session now: "polling" or "websocket".
func (s *Socket) Transport() string { return s.session.engine.Transport() }

// Auth is the object that the browser sent along with its CONNECT; {} if there was none.
func (s *Socket) Auth() json.RawMessage { return s.auth }

// Header is a header of the request that opened the session, if it is one of those that are kept.
func (s *Socket) Header(name string) string { return s.session.header(name) }

// RemoteAddr is the "ip:port" from which the session was opened.
func (s *Socket) RemoteAddr() string { return s.session.remote }

// SetValue keeps something of the caller's with the socket.
func (s *Socket) SetValue(value any) {
	s.mu.Lock()
	s.value = value
	s.mu.Unlock()
}

// Value is what SetValue kept.
func (s *Socket) Value() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.value
}

// Emit sends an event; each of args is one JSON value. It never blocks. It is false if the socket
// is gone or has not been admitted yet, or if an argument is no JSON.
func (s *Socket) Emit(event string, args ...[]byte) bool {
	return sound(s.namespace, event, args) && s.send(s.namespace.eventFrame(event, args...))
}

// EmitMessage sends an event with attachments.
func (s *Socket) EmitMessage(event string, m Message) bool {
	p := packet{kind: kindEvent, namespace: s.namespace.Name, event: event}
	return sound(s.namespace, event, m.Args) && s.send(p.carry(m).frames()...)
}

func (s *Socket) send(frames ...*engineio.Frame) bool {
	if !s.is(open) || !s.session.engine.Send(frames...) {
		return false
	}
	s.namespace.counts.emits.Add(1)
	s.namespace.counts.deliveries.Add(1)
	return true
}

// Join adds the socket to rooms. It does nothing before Connected and after the end.
func (s *Socket) Join(to ...rooms.Room) {
	s.mu.Lock()
	defer s.mu.Unlock() // a leave of all rooms cannot come in between
	if s.state == open {
		s.namespace.members.Join(s, to...)
	}
}

// Leave takes the socket out of rooms.
func (s *Socket) Leave(from ...rooms.Room) { s.namespace.members.Leave(s, from...) }

// Disconnect sends the browser away: DISCONNECT, by which it knows not to come back, and then the
// end of the transport, with all the sockets on it.
func (s *Socket) Disconnect() { s.library.Disconnect(true) }

// Expel sends the browser out of this namespace alone; its other sockets stay.
func (s *Socket) Expel() { s.library.Disconnect(false) }

func (s *Socket) is(state state) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == state
}

func (s *Socket) gone() bool { return s.is(gone) }
