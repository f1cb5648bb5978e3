package sio

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/tickstock/tickcast/server/engineio"
	"github.com/zishang520/socket.io-go-parser/v2/parser"
)

const unknownNamespace = "Invalid namespace"

var (
	errNotJoined = errors.New("packet for a namespace that is not joined")
	errTwice     = errors.New("second CONNECT for a namespace")
)

// session is the Listener of one connection: sockets in one namespace or several.
type session struct {
	// Set once, then read only.
	server  *Server
	engine  *engineio.Session
	headers []header
	remote  string
	conn    conn

	// Owned by the reader: Message and Closed never overlap.
	decoder decoder
	asked   bool        // for a namespace
	overdue *time.Timer // runs while attachments are due

	// Guarded by mu.
	mu      sync.Mutex
	sockets []*Socket
	waiting *transition
	over    bool
}

// accept is called before OPEN is sent and before anything is read. In protocol 3 it enters "/" by that.
func (s *Server) accept(engine *engineio.Session, r *http.Request) engineio.Listener {
	session := &session{server: s, engine: engine, headers: keptHeaders(r), remote: r.RemoteAddr}
	session.conn.EventEmitter, session.conn.session = s.idle, session
	session.decoder = decoder{
		protocol:       engine.Protocol(),
		maxAttachments: s.cfg.MaxAttachments,
		maxBytes:       s.cfg.Engine.MaxPayload,
	}
	meet := func() { s.bound.Emit("connection", &session.conn) }
	if engine.Protocol() == 3 {
		session.asked = true
		session.transit(&transition{until: kindConnect}, meet)
	} else {
		meet()
	}
	return session
}

// Message handles one packet, or a part of it, before it returns.
func (s *session) Message(data []byte, binary bool) error {
	var p *packet
	var err error
	if binary {
		p, err = s.decoder.binary(data)
	} else {
		p, err = s.decoder.text(data)
	}
	if err != nil {
		return err
	}
	if p == nil {
		return s.expect(s.decoder.due)
	}
	if s.overdue != nil {
		s.overdue.Stop()
		s.overdue = nil
	}
	return s.handle(p)
}

// expect waits for attachments, but neither for ever nor for somebody who is not here.
func (s *session) expect(due *packet) error {
	if s.overdue != nil {
		return nil
	}
	if s.socket(due.namespace) == nil {
		return errNotJoined
	}
	s.overdue = time.AfterFunc(s.server.cfg.Engine.ReadTimeout, func() { s.engine.Close(engineio.ParseError) })
	return nil
}

func (s *session) handle(p *packet) error {
	switch p.kind {
	case kindConnect:
		return s.connect(p)
	case kindConnectError:
		return errKind
	}
	socket := s.socket(p.namespace)
	if socket == nil {
		return s.stray(p)
	}
	switch p.kind {
	case kindDisconnect:
		s.disconnect(socket)
	case kindAck, kindBinaryAck:
		socket.answered(p)
	default:
		socket.dispatch(p)
	}
	return nil
}

// stray tolerates what a client that came back had still queued, until it has asked for its namespaces.
func (s *session) stray(p *packet) error {
	if s.asked {
		return errNotJoined
	}
	s.server.strays.Add(1)
	return nil
}

func (s *session) connect(p *packet) error {
	s.asked = true
	namespace := s.server.namespaces[p.namespace]
	if namespace == nil {
		s.server.unknown.Add(1)
		s.refuse(p.namespace)
		return nil
	}
	if s.socket(p.namespace) != nil {
		if s.engine.Protocol() != 3 {
			return errTwice
		}
		// Clients written by hand ask for "/", which they are in: servers of their time just said so.
		s.engine.Send((&packet{kind: kindConnect, namespace: p.namespace}).frames()...)
		return nil
	}
	auth := p.body
	if p.query != "" {
		auth = queryAuth(p.query)
	}
	entrant := newSocket(namespace, s, auth)
	ticket := entrant.enter(p)
	defer entrant.abandon()
	s.transit(&transition{until: kindConnect, entrant: entrant}, func() {
		s.conn.receive(&parser.Packet{Type: parser.CONNECT, Nsp: p.namespace, Data: ticket})
	})
	return nil
}

// refuse answers as the library would, in the words of the client's protocol.
func (s *session) refuse(namespace string) {
	body, _ := encodeJSON(unknownNamespace) // a string always encodes
	if s.engine.Protocol() != 3 {
		body = append(append([]byte(`{"message":`), body...), '}')
	}
	s.engine.Send((&packet{kind: kindConnectError, namespace: namespace, body: body}).frames()...)
}

func (s *session) disconnect(socket *Socket) {
	s.transit(&transition{until: kindDisconnect, socket: socket}, func() {
		s.conn.receive(&parser.Packet{Type: parser.DISCONNECT, Nsp: socket.namespace.Name})
	})
}

// Closed is called once, last.
func (s *session) Closed(reason engineio.CloseReason) {
	if s.overdue != nil {
		s.overdue.Stop()
	}
	s.decoder.due = nil
	s.conn.closed(string(reason))
	s.mu.Lock()
	s.over = true
	left := slices.Clone(s.sockets)
	s.mu.Unlock()
	// The library forgets a socket whose CONNECT ends while it gives the client up.
	for _, socket := range left {
		socket.close(string(reason))
		socket.library.Disconnect(false)
	}
}

// socket finds the session's socket in a namespace; nil if it has none.
func (s *session) socket(namespace string) *Socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, socket := range s.sockets {
		if socket.namespace.Name == namespace {
			return socket
		}
	}
	return nil
}

// add takes a socket in, unless the session is over.
func (s *session) add(socket *Socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over {
		s.sockets = append(s.sockets, socket)
	}
	return !s.over
}

func (s *session) remove(socket *Socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.sockets, socket); i >= 0 {
		s.sockets = slices.Delete(s.sockets, i, i+1)
	}
}
