package server

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/engineio"
	"github.com/tickstock/tickcast/server/sio"
)

// Sockets are the browsers: their namespaces, their events, and the router that decides who gets what.
type Sockets struct {
	// Set once, then read only.
	io      *sio.Server
	origins origins
	router  *rooms.Router
	sources Sources
	out     rooms.Emitter
	prove   func(*sio.Socket) string // what a browser has proved to have seen
	log     zerolog.Logger
	// replayMax is how many bytes of missed events one socket is sent at once.
	replayMax int
	queued    int           // the most that are handed over of what a user missed
	most      int           // bytes of it
	replays   chan struct{} // taken by who asks the backlog what a user missed
	// Safe for concurrent use on their own.
	written   latency
	emitted   *tally                      // sockets reached, by event
	sent      *tally                      // events that reached somebody, by name
	proved    *tally                      // sockets, by what their handshake has proved
	cuts      *tally                      // sockets of users, by why they were cut
	users     *rooms.Members[*sio.Socket] // sockets of users, over all namespaces
	absences  *absences
	interest  *interest
	cursors   *cursors
	choices   *choices
	recovery  *recovery // nil = who comes back is new
	meter     meter
	kicks     kicks
	replaying sync.Map      // users of whom it is looked up what they missed
	refused   atomic.Uint64 // events that could not be used
	failures  atomic.Uint64 // of those: through no fault of the browser
}

// NewSockets binds the tables of namespaces and events. Run moves them.
func NewSockets(cfg config.Sockets, subscriptions config.Subscriptions, sources Sources, log zerolog.Logger) *Sockets {
	if sources.Identify == nil && sources.Proofs != nil {
		sources.Identify = sources.Proofs.Identify
	}
	s := &Sockets{
		origins: newOrigins(cfg),
		sources: sources,
		log:     log,
		written: newLatency("tickcast_write_seconds", "How long the oldest frame of a write to a browser had waited."),
		emitted: newTally(),
		sent:    newTally(),
		proved:  newIdentities(),
		cuts:    newCuts(),
		users:   rooms.NewMembers[*sio.Socket](),

		replayMax: replayOutboxes * cfg.Outbox,
		prove:     (*sio.Socket).Proven,
		queued:    subscriptions.Queued,
		most:      cfg.Outbox / 2,
		replays:   make(chan struct{}, replayTurns),
	}
	s.io = sio.New(sio.Config{
		Engine: engineio.Config{
			PingInterval:        cfg.PingInterval,
			PingTimeout:         cfg.PingTimeout,
			UpgradeTimeout:      cfg.UpgradeTimeout,
			WriteTimeout:        cfg.WriteTimeout,
			ReadTimeout:         cfg.ReadTimeout,
			MaxPayload:          cfg.MaxPayload,
			Outbox:              cfg.Outbox,
			Compression:         cfg.Compression,
			CompressionMin:      cfg.CompressionMin,
			MaxSessions:         cfg.MaxConnections,
			MaxPerAddress:       cfg.MaxPerAddress,
			HandshakesPerSecond: cfg.HandshakesPerSecond,
			Allow:               s.origins.admit,
			Owner:               sources.Proofs.owner(),
			Written:             s.written.observe,
		},
		ConnectTimeout: cfg.ConnectTimeout,
		MaxAttachments: cfg.MaxAttachments,
		Settled:        sources.settled(),
	}, s.bind(namespaces()), log)
	s.out = counted{s.io, s.emitted, s.sent}
	s.router = rooms.New(s.out, sources.Limits)
	s.recovery = newRecovery(sources, s.router, log)
	s.choices = newChoices(sources.Choices, s.router, log)
	s.absences = newAbsences(subscriptions.Keep, s.router, s.users)
	here := func(room rooms.Room) bool { return s.users.In(room) > 0 }
	s.interest = newInterest(sources.Users, s.router, here, s.absences.check, log)
	s.cursors = newCursors(sources.Users, s.users, s.proven, subscriptions.Keep)
	return s
}

// Router is where events go in.
func (s *Sockets) Router() *rooms.Router { return s.router }

// ServeHTTP serves the handshakes, polls and websockets of /socket.io/.
func (s *Sockets) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.io.ServeHTTP(w, r) }

// Run moves the frames until ctx ends; it returns after the last socket's farewell.
func (s *Sockets) Run(ctx context.Context) error {
	defer s.sources.Proofs.close()
	var aside sync.WaitGroup
	defer aside.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	aside.Go(func() { s.absences.run(ctx) })
	aside.Go(func() { s.choices.run(ctx) })
	aside.Go(func() { s.recovery.run(ctx) })
	aside.Go(func() { s.pulse(ctx) })
	aside.Go(func() { s.recheck(ctx) })
	aside.Go(func() { s.tidy(ctx) })
	aside.Go(func() { s.expire(ctx) })
	if s.sources.Users != nil {
		aside.Go(func() { s.interest.run(ctx, s.usersHere) })
		aside.Go(func() { s.cursors.run(ctx) })
	}
	return s.io.Run(ctx)
}

// Drain refuses newcomers and closes the connections, spread over that time. They may come back, elsewhere.
func (s *Sockets) Drain(ctx context.Context, spread time.Duration) { s.io.Drain(ctx, spread) }

// Sessions is how many connections are left.
func (s *Sockets) Sessions() int { return s.io.Sessions() }

// reply emits one event to one socket.
func (s *Sockets) reply(socket *sio.Socket, event string, payload any) {
	encoded, err := encode(payload)
	if err != nil {
		s.log.Error().Err(err).Str("event", event).Msg("reply not sent")
		return
	}
	s.emit(socket, "", event, encoded)
}

func (s *Sockets) emit(socket *sio.Socket, position, event string, encoded []byte) {
	if socket.EmitAt(position, event, encoded) {
		s.emitted.add(event, 1)
	}
}

// counted is an emitter that counts who was reached, once for each event.
type counted struct {
	rooms.Emitter
	emitted *tally
	sent    *tally
}

func (c counted) count(event string, reached int) int {
	c.emitted.add(event, reached)
	if reached > 0 {
		c.sent.add(event, 1)
	}
	return reached
}

func (c counted) Emit(namespace string, to []rooms.Room, event string, payload []byte, position string, except ...rooms.Room) int {
	return c.count(event, c.Emitter.Emit(namespace, to, event, payload, position, except...))
}

func (c counted) Broadcast(namespace, event string, payload []byte, position string, except ...rooms.Room) int {
	return c.count(event, c.Emitter.Broadcast(namespace, event, payload, position, except...))
}
