package sio

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"github.com/tickstock/tickcast/server/engineio"
	"github.com/zishang520/engine.io/v2/events"
	"github.com/zishang520/engine.io/v2/transports"
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"
)

// Config holds the limits of a Server. All must be set.
type Config struct {
	Engine engineio.Config
	// ConnectTimeout is how long a session may be without a namespace, and how long Connected may take.
	ConnectTimeout time.Duration
	// MaxAttachments bounds the binary attachments of one packet; their bytes are bounded by Engine.MaxPayload.
	MaxAttachments int
	// Settled, if set, is the position up to which all events are in the outboxes of those whom they are for.
	Settled func() string
}

// Server serves the namespaces of its table, which never changes.
type Server struct {
	// Set once, then read only.
	cfg        Config
	log        zerolog.Logger
	engine     *engineio.Server
	library    *socket.Server
	bound      *binding
	namespaces map[string]*namespace
	request    *types.HttpContext   // stands for every request: the library copies what it finds in there
	transport  transports.Transport // stands for every transport
	idle       events.EventEmitter  // takes the listeners that nobody will call
	recipients sync.Pool            // *[]*Socket

	strays  atomic.Uint64
	unknown atomic.Uint64
}

// New builds a server. A namespace that is not in the table cannot be entered.
func New(cfg Config, namespaces []Namespace, log zerolog.Logger) *Server {
	s := &Server{
		cfg:        cfg,
		log:        log,
		namespaces: make(map[string]*namespace, len(namespaces)),
		request:    emptyRequest(),
		transport:  transports.MakeTransport(),
		idle:       events.New(),
		recipients: sync.Pool{New: func() any { return new([]*Socket) }},
	}
	s.transport.SetWritable(true)
	cfg.Engine.Mark = cfg.Settled
	for _, row := range namespaces {
		s.namespaces[row.Name] = newNamespace(s, row)
	}
	s.engine = engineio.New(cfg.Engine, s.accept, log)
	s.bindLibrary()
	return s
}

// ServeHTTP serves every transport, whatever the path: the caller routes.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.engine.ServeHTTP(w, r) }

// Run moves the frames; nothing leaves without it. When ctx ends it closes what Drain has left and
// returns after the last Disconnected.
func (s *Server) Run(ctx context.Context) error { return s.engine.Run(ctx) }

// Drain refuses newcomers and closes the sessions, spread over that time. Only their transport is
// closed: a DISCONNECT would tell the browsers to stay away.
func (s *Server) Drain(ctx context.Context, spread time.Duration) { s.engine.Drain(ctx, spread) }

// Sessions is how many connections there are, with or without a namespace.
func (s *Server) Sessions() int { return s.engine.Sessions() }
