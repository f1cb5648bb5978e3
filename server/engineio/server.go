package engineio

import (
	"context"
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
	doors   *admission
	deflate *deflater // nil = nothing is compressed

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
	s := &Server{cfg: cfg, accept: accept, log: log, sessions: map[string]*Session{}, leaving: map[string]*Session{}, stats: newCounters(cfg.Written), doors: newAdmission(cfg), deflate: newDeflater(cfg)}
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
	if s.cfg.Allow != nil && !s.cfg.Allow(r) {
		s.refuse(w, forbidden)
		return
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
	case !session.owns(r):
		s.refuse(w, otherOwner)
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

// remove forgets a session that is closing.
func (s *Server) remove(session *Session) {
	s.mu.Lock()
	_, known := s.sessions[session.id]
	delete(s.sessions, session.id)
	s.mu.Unlock()
	if known {
		s.stats.closed(session)
		s.doors.free(session.origin)
	}
}
