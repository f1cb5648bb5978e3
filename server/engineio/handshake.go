package engineio

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
)

// enter counts a new reader or session in, unless the server is stopping.
func (s *Server) enter() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !s.refusing {
		s.running.Add(1)
	}
	return !s.refusing
}

// takeOver makes the request's connection a websocket that counts as a reader; own is to follow.
func (s *Server) takeOver(w http.ResponseWriter, r *http.Request) (*websocket, bool) {
	if !s.enter() {
		s.refuse(w, unavailable)
		return nil, false
	}
	ws, err := s.hijack(w, r)
	if err != nil {
		s.running.Done()
		s.log.Debug().Err(err).Msg("websocket handshake")
	}
	return ws, err == nil
}

// own gives the websocket to read, on a fresh small stack and without the request.
func (s *Server) own(ws *websocket, read func(*websocket)) {
	go func() {
		defer s.running.Done()
		read(ws)
	}()
}

func (s *Server) handshake(w http.ResponseWriter, r *http.Request, protocol int, base64Only bool) {
	if r.Method != http.MethodGet {
		s.refuse(w, badMethod)
		return
	}
	if !s.doors.wait(r.Context()) {
		s.refuse(w, tooFast)
		return
	}
	session := &Session{
		server: s, origin: originOf(r), id: rand.Text(), protocol: protocol, base64Only: base64Only && protocol == 3,
		home: s.writers[int(s.next.Add(1))%len(s.writers)],
	}
	if why := s.doors.take(session.origin); why != nil {
		s.refuse(w, why)
		return
	}
	if !s.begin(w, r, session) {
		s.doors.free(session.origin)
	}
}

// begin reports whether there is a session now.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, session *Session) bool {
	if wantsWebsocket(r) {
		ws, ok := s.takeOver(w, r)
		if ok {
			s.admit(session, r, ws)
			s.own(ws, session.read)
		}
		return ok
	}
	session.owner = s.ownerOf(r) // before it counts as running: it may take a while
	if !s.enter() {
		s.refuse(w, unavailable)
		return false
	}
	defer s.running.Done()
	s.admit(session, r, nil)
	session.serveGet(w, r)
	return true
}

// admit wires the listener, then sends OPEN, then lets the session be found: nothing of the
// client's can be missed, and nothing reaches it before OPEN.
func (s *Server) admit(session *Session, r *http.Request, ws *websocket) {
	session.ws = ws
	session.corked = 1
	hello := controlFrame(packetOpen, s.openPacket(session))
	session.queue(hello.Size(), hello)
	session.heard.Store(s.beat.Load())
	session.inbound.Lock() // a Close from within waits until there is somebody to tell
	session.listener = nobody{}
	failed := session.guarded("accept", func() error { session.listener = s.accept(session, r); return nil })
	session.inbound.Unlock()
	kind := Kind{session.protocol, session.transport()}

	s.mu.Lock()
	late := s.refusing
	s.sessions[session.id] = session
	s.mu.Unlock()
	s.stats.opened(kind)
	s.wheel.add(session, s.beat.Load())
	session.Uncork()
	if late { // whoever stops the server has not seen it
		session.Close(Drain)
	}
	if failed != nil {
		session.Close(ServerClose)
	}
	session.mu.Lock()
	defer session.mu.Unlock()
	if session.state != open { // closed from within, when there was nothing to remove yet
		s.remove(session)
	}
}

// nobody listens to a session whose Accept panicked.
type nobody struct{}

func (nobody) Message([]byte, bool) error { return nil }
func (nobody) Closed(CloseReason)         {}

func (s *Server) openPacket(session *Session) string {
	upgrades := []string{}
	if session.ws == nil {
		upgrades = append(upgrades, Websocket)
	}
	packet, _ := json.Marshal(struct { // strings and numbers cannot fail
		ID       string   `json:"sid"`
		Upgrades []string `json:"upgrades"`
		Interval int64    `json:"pingInterval"`
		Timeout  int64    `json:"pingTimeout"`
		Payload  int      `json:"maxPayload"`
	}{session.id, upgrades, s.cfg.PingInterval.Milliseconds(), s.cfg.PingTimeout.Milliseconds(), s.cfg.MaxPayload})
	return string(packet)
}
