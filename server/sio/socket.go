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
	pid       string // "" = it cannot be recovered
	offset    string // that it came with, if it is recovered
	told      told
	pings     uint64 // of the session, before the socket was open

	// Guarded by telling, which is held while an event with a position is queued.
	telling  sync.Mutex
	position string // that the browser was told last

	// Guarded by mu.
	mu     sync.Mutex
	state  state
	busy   bool   // a callback runs
	reason string // for Disconnected, which waits for that callback's end
	value  any
	opened bool          // once
	parted bool          // nothing more is called for it
	ashore chan struct{} // closed by then; nil = nobody waits
}

type state uint8

const (
	entering state = iota // CONNECT has not been answered: nothing may be sent
	open
	gone
)

func newSocket(n *namespace, session *session, auth json.RawMessage) *Socket {
	if len(auth) == 0 {
		auth = json.RawMessage("{}")
	}
	return &Socket{namespace: n, session: session, auth: auth}
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
	return s.EmitAt("", event, args...)
}

// EmitAt is Emit for an event with a position, which the browser is told.
func (s *Socket) EmitAt(position, event string, args ...[]byte) bool {
	if !sound(s.namespace, event, args) {
		return false
	}
	return s.send(&tidings{namespace: s.namespace, event: event, args: args, position: position, loose: endsLoose(args)})
}

// EmitMessage sends an event with attachments.
func (s *Socket) EmitMessage(event string, m Message) bool {
	p := packet{kind: kindEvent, namespace: s.namespace.Name, event: event}
	return sound(s.namespace, event, m.Args) &&
		s.send(&tidings{namespace: s.namespace, plain: p.carry(m).frames(), loose: endsLoose(m.Args)})
}

func (s *Socket) send(t *tidings) bool {
	if !s.is(open) || !t.sendTo(s) {
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

// Rooms lists the rooms that the socket is in.
func (s *Socket) Rooms() []rooms.Room { return s.namespace.members.Rooms(s) }

// Drop ends the transport, with all the sockets on it, and what has not left yet is forgotten. The browser comes
// again by itself, and knows no more than it did.
func (s *Socket) Drop() { s.session.engine.Close(engineio.TransportClose) }

// Gather lets what is sent while act runs leave after it.
func (s *Socket) Gather(act func()) {
	s.session.engine.Cork()
	defer s.session.engine.Uncork()
	act()
}

// Dismiss sends the browser away from this namespace alone: DISCONNECT, and the others on its transport go on.
func (s *Socket) Dismiss() { s.library.Disconnect(false) }

func (s *Socket) is(state state) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == state
}

func (s *Socket) gone() bool { return s.is(gone) }
