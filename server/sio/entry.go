package sio

import (
	"crypto/rand"
	"encoding/json"
	"strings"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"
)

// Past is what a browser tells of the socket that it had before.
type Past struct {
	PID    string // the secret name by which it can be recovered
	Offset string // the position that it was told last; "" = it has had no event with one
}

// maxPast bounds both.
const maxPast = 64

// entry is the names of a socket that comes in. The library restores what it is told to: all sockets are
// restored, new ones with new names, so that theirs are known before it begins.
type entry struct {
	id, pid string
}

// ticket makes the library ask the adapter for the session. It looks for two texts, neither of them empty.
func (e entry) ticket() any {
	if e.pid == "" {
		return map[string]any{"pid": e.id, "offset": noPid}
	}
	return map[string]any{"pid": e.id, "offset": e.pid}
}

const noPid = "-"

func (e entry) session() *socket.Session {
	if e.pid == noPid {
		e.pid = ""
	}
	return &socket.Session{SessionToPersist: &socket.SessionToPersist{
		Sid: socket.SocketId(e.id), Pid: socket.PrivateSessionId(e.pid), Rooms: types.NewSet[socket.Room](),
	}}
}

// recovers reports whether any namespace does.
func (s *Server) recovers() bool {
	for _, n := range s.namespaces {
		if n.Recover != nil {
			return true
		}
	}
	return false
}

// enter names a socket, which may take as long as Recover does, and returns what the library is to be given
// as its auth.
func (s *Socket) enter(p *packet) any {
	n := s.namespace
	if s.session.engine.Protocol() == 3 || !n.server.recovers() {
		return json.RawMessage(s.auth)
	}
	s.id = rand.Text()
	if n.Recover == nil {
		return entry{id: s.id}.ticket()
	}
	past := pastOf(p.body)
	s.told = s.toldFor(p, past)
	s.pid = rand.Text()
	if past.PID != "" {
		s.recover(past)
	}
	n.berths.take(s.id, s)
	return entry{s.id, s.pid}.ticket()
}

// recover lets the socket live on under its old names, if it may, and if the berth is free in time.
func (s *Socket) recover(past Past) {
	var id, from string
	if !s.namespace.guarded("recover", func() { id, from = s.namespace.Recover(s, past) }) || id == "" || from == "" {
		return
	}
	if !s.namespace.berths.clear(id, s, s.namespace.server.cfg.ConnectTimeout) {
		return
	}
	s.id, s.pid, s.offset, s.position = id, past.PID, from, from
}

// Recovered reports whether the socket lives on from before.
func (s *Socket) Recovered() bool { return s.offset != "" }

// Offset is the position up to which a recovered socket has everything, "" for others.
func (s *Socket) Offset() string { return s.offset }

// PID is the secret by which the socket can be recovered; "" = it cannot.
func (s *Socket) PID() string { return s.pid }

// toldFor tells JavaScript clients from others. Browsers name themselves; from Node a websocket names nobody.
func (s *Socket) toldFor(p *packet, past Past) told {
	agent := s.Header("User-Agent")
	switch {
	case past.PID != "", strings.HasPrefix(agent, "Mozilla/"), strings.HasPrefix(agent, "node-XMLHttpRequest"):
		return atEnd
	case agent == "" && len(p.body) == 0:
		return atEnd
	}
	return asEvent
}

// pastOf reads what JavaScript clients add to the auth of a CONNECT. What does not look like it is no past.
func pastOf(auth []byte) (past Past) {
	var said struct{ PID, Offset json.RawMessage }
	if len(auth) == 0 || json.Unmarshal(auth, &said) != nil {
		return Past{}
	}
	return Past{shortText(said.PID), shortText(said.Offset)}
}

func shortText(raw json.RawMessage) (text string) {
	if json.Unmarshal(raw, &text) != nil || len(text) > maxPast {
		return ""
	}
	return text
}
