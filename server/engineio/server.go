package engineio

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// The transports, by their names on the wire.
const (
	Polling   = "polling"
	Websocket = "websocket"
)

var (
	pingFrame   = controlFrame(packetPing, "")
	noopFrame   = controlFrame(packetNoop, "")
	closePacket = controlFrame(packetClose, "")
	probePong   = controlFrame(packetPong, "probe")
)

// Server is an http.Handler that speaks Engine.IO, whatever the path it is mounted on.
type Server struct {
	// Set once, then read only.
	cfg     Config
	accept  Accept
	log     zerolog.Logger
	writers []*writer
	wheel   *wheel
	stats   *counters

	beat    atomic.Int64   // of the heartbeat, its coarse clock
	next    atomic.Uint32  // writer of the next session
	running sync.WaitGroup // readers, and closings under way
	writing sync.WaitGroup // the shared writers, and those who wait for a slow client

	// Guarded by mu.
	mu       sync.RWMutex
	sessions map[string]*Session
	leaving  map[string]*Session // closed, with a farewell that no poll has fetched yet
	refusing bool
}

// New makes a server; accept is called for each handshake. Run moves it.
func New(cfg Config, accept Accept, log zerolog.Logger) *Server {
	s := &Server{cfg: cfg, accept: accept, log: log, sessions: map[string]*Session{}, leaving: map[string]*Session{}, stats: newCounters(cfg.Written)}
	n := cfg.Writers
	if n == 0 {
		n = runtime.GOMAXPROCS(0)
	}
	for range n {
		s.writers = append(s.writers, newWriter(s))
	}
	s.wheel = newWheel(cfg.PingInterval, cfg.PingTimeout)
	return s
}

// Run writes frames and keeps the heartbeat until ctx ends; then it closes every session
// as Drain and returns when the last is gone.
func (s *Server) Run(ctx context.Context) error {
	for _, w := range s.writers {
		s.writing.Go(w.run)
	}
	s.heartbeat(ctx)
	for _, session := range s.stopAccepting() {
		session.Close(Drain)
	}
	s.running.Wait()
	for _, w := range s.writers {
		w.stop()
	}
	s.writing.Wait()
	return nil
}

// Drain refuses new sessions from now on, and closes those that are here one after the other,
// spread over that time, so that not all come back at once somewhere else. It ends early with ctx.
func (s *Server) Drain(ctx context.Context, spread time.Duration) {
	sessions := s.stopAccepting()
	if len(sessions) == 0 {
		return
	}
	start := time.Now()
	for i, session := range sessions {
		due := start.Add(spread * time.Duration(i) / time.Duration(len(sessions)))
		if wait := time.Until(due); wait > 0 {
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
			}
		}
		session.Close(Drain)
	}
}

func (s *Server) stopAccepting() []*Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusing = true
	sessions := make([]*Session, 0, len(s.sessions))
	for _, session := range s.sessions {
		sessions = append(sessions, session)
	}
	return sessions
}

// Sessions is how many are open.
func (s *Server) Sessions() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.sessions)
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 { // net/http reads what is left of a body before it answers: not for ever
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.cfg.ReadTimeout))
	}
	query := r.URL.Query()
	transport, sid := query.Get("transport"), query.Get("sid")
	upgrade := wantsWebsocket(r)
	if query.Has("j") || transport != Polling && transport != Websocket {
		s.refuse(w, unknownTransport) // j asks for JSONP
		return
	}
	protocol := map[string]int{"3": 3, "4": 4}[query.Get("EIO")]
	if protocol == 0 {
		s.refuse(w, badProtocol)
		return
	}
	if upgrade != (transport == Websocket) || upgrade && (r.Header.Get("Sec-Websocket-Version") != "13" || !validKey(r)) {
		w.Header().Set("Sec-WebSocket-Version", "13")
		s.refuse(w, badRequest)
		return
	}
	if sid == "" {
		s.handshake(w, r, protocol, query.Has("b64"))
		return
	}
	s.mu.RLock()
	session := s.sessions[sid]
	if session == nil {
		session = s.leaving[sid]
	}
	s.mu.RUnlock()
	switch {
	case session == nil:
		s.refuse(w, unknownSession)
	case session.protocol != protocol:
		s.refuse(w, badRequest)
	default:
		s.serve(w, r, session, upgrade)
	}
}

// serve handles a request of a session that exists.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, session *Session, upgrade bool) {
	switch {
	case upgrade:
		if ws, ok := s.takeOver(w, r); ok {
			s.own(ws, session.probeWith)
		}
	case r.Method == http.MethodGet:
		session.serveGet(w, r)
	case r.Method == http.MethodPost:
		session.servePost(w, r)
	default:
		s.refuse(w, badMethod)
	}
}

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
	session := &Session{
		server: s, id: rand.Text(), protocol: protocol, base64Only: base64Only && protocol == 3,
		home: s.writers[int(s.next.Add(1))%len(s.writers)],
	}
	if wantsWebsocket(r) {
		if ws, ok := s.takeOver(w, r); ok {
			s.admit(session, r, ws)
			s.own(ws, session.read)
		}
		return
	}
	if !s.enter() {
		s.refuse(w, unavailable)
		return
	}
	defer s.running.Done()
	s.admit(session, r, nil)
	session.serveGet(w, r)
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

// remove forgets a session that is closing.
func (s *Server) remove(session *Session) {
	s.mu.Lock()
	_, known := s.sessions[session.id]
	delete(s.sessions, session.id)
	s.mu.Unlock()
	if known {
		s.stats.closed(session)
	}
}
