package sio

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/tickstock/tickcast/rooms"
	"github.com/zishang520/socket.io/v2/socket"
)

// Namespace is one row of a Server's table. All but Name may be left out. The callbacks run while the
// session's reader waits: one that is slow holds up its own browser and nobody else's. Disconnected
// runs wherever the end came from.
type Namespace struct {
	Name string // begins with a slash: "/", "/admin-ws"
	// Admit decides whether a browser may enter; it is told the error's text. Nothing can be sent yet.
	Admit func(*Socket) error
	// Recover, if set, is asked about each browser of protocol 4 that was here before. It returns the id of the socket
	// that is to live on, and the position up to which its browser has everything, or "" for a new one. It may take its time, but of the Socket only what the handshake has
	// brought is known yet. With it CONNECT brings a pid, and browsers are told the positions of events.
	Recover func(*Socket, Past) (id, from string)
	// Opening, if set, calls open, once and before it returns: by that the socket becomes one of its namespace, and
	// Connected is called.
	Opening func(s *Socket, open func())
	// Connected joins rooms and emits what comes first. CONNECT goes out before, in the same write.
	Connected func(*Socket)
	// Disconnected is called once, last, for each socket that was Connected.
	Disconnected func(s *Socket, reason string)
	// Events are handled in the order of the wire. An event without a handler is counted, nothing else.
	Events map[string]Handler
}

// Handler handles one event. What it returns goes back if the browser asked for an acknowledgement.
type Handler func(*Socket, Message) Message

// namespace is a row at work.
type namespace struct {
	Namespace

	// Set once, then read only.
	server  *Server
	head    []byte // of an EVENT, up to its JSON
	members *rooms.Members[*Socket]
	library socket.Namespace
	// Safe for concurrent use on their own.
	questions *questions
	berths    berths
	counts    counts
}

func newNamespace(server *Server, row Namespace) *namespace {
	return &namespace{
		Namespace: row,
		server:    server,
		head:      (&packet{kind: kindEvent, namespace: row.Name}).appendHead(nil),
		members:   rooms.NewMembers[*Socket](),
		questions: newQuestions(),
		berths:    berths{holders: map[string]*Socket{}},
		counts:    counts{names: newNames(row.Events)},
	}
}

// serve takes the library's callbacks.
func (n *namespace) serve(library socket.Namespace) {
	n.library = library
	library.Use(n.admit)
	_ = library.On("connection", func(args ...any) { n.connected(args[0].(*socket.Socket)) })
}

// admit runs on the reader, the rest of a CONNECT on a goroutine of the library.
func (n *namespace) admit(library *socket.Socket, next func(*socket.ExtendedError)) {
	s := library.Conn().(*conn).session.entrant(n)
	s.library, s.id = library, string(library.Id())
	library.SetData(s)
	_ = library.On("disconnect", func(args ...any) { s.close(reasonOf(args)) })
	if err := n.judge(s); err != nil {
		n.counts.refused.Add(1)
		next(socket.NewExtendedError(err.Error(), nil))
		return
	}
	next(nil)
}

func (n *namespace) judge(s *Socket) (err error) {
	if n.Admit == nil {
		return nil
	}
	if !n.guarded("admit", func() { err = n.Admit(s) }) {
		return errors.New("internal error")
	}
	return err
}

// connected runs after CONNECT has gone into the outbox.
func (n *namespace) connected(library *socket.Socket) {
	s := socketOf(library)
	defer s.session.settle(kindConnect, nil)
	whole, opened := true, false
	open := func() {
		if !opened && s.open() {
			opened = true
			whole = n.Connected == nil || n.guarded("connected", func() { n.Connected(s) })
		}
	}
	if n.Opening == nil {
		open()
	} else {
		whole = n.guarded("opening", func() { n.Opening(s, open) }) && whole
	}
	if !opened {
		library.Disconnect(false)
		return
	}
	defer s.end()
	if !whole {
		s.Disconnect() // half a welcome is none
	}
}

// guarded keeps a panic to the socket that caused it.
func (n *namespace) guarded(callback string, call func()) (ok bool) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		n.counts.panics.Add(1)
		n.server.log.Error().Str("panic", fmt.Sprint(cause)).Str("namespace", n.Name).Str("callback", callback).
			Bytes("stack", debug.Stack()).Msg("socket callback panicked")
	}()
	call()
	return true
}

func reasonOf(args []any) string {
	if len(args) > 0 {
		if reason, ok := args[0].(string); ok {
			return reason
		}
	}
	return "transport close"
}
