package server

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

const (
	recoveryPatience = 300 * time.Millisecond // for Redis, while a browser waits
	recoveryPause    = time.Second            // without asking it, after it did not answer
	maxRecovery      = 256 << 10              // bytes of a socket's state
	maxForgetting    = 1024                   // sockets that wait to be forgotten; those beyond are in their time
)

// recovery keeps the states of our sockets where every instance finds them: from before a browser knows its
// pid until some time after its end, so that it does not matter how it ends.
type recovery struct {
	// Set once, then read only.
	store   Recoveries
	backlog Backlog
	router  *rooms.Router
	window  time.Duration
	log     zerolog.Logger
	seed    maphash.Seed
	results *tally
	forget  chan string
	slots   chan struct{} // for those whose past is looked up
	// Safe for anyone.
	unkept atomic.Uint64 // states that could not be written
	// Guarded by mu.
	mu     sync.Mutex
	kept   map[*sio.Socket]*keeping
	due    map[*sio.Socket]bool // whose state is to be written soon
	paused time.Time            // until then Redis is not asked
	silent bool                 // it did not answer last
}

// keeping is what Redis has of one socket.
type keeping struct {
	// Set once, then read only.
	user string
	// Guarded by mu, which is held while the state is written: an older one must not come later.
	mu  sync.Mutex
	sum uint64 // of the state; 0 = not there
	at  string // the position up to which the browser has everything, as far as we know
}

// newRecovery is nil if nothing can be recovered.
func newRecovery(sources Sources, router *rooms.Router, log zerolog.Logger) *recovery {
	if !sources.recovers() {
		return nil
	}
	return &recovery{
		store: sources.Recoveries, backlog: sources.Backlog, router: router, window: sources.Recovery, log: log,
		seed:    maphash.MakeSeed(),
		results: newRecoveries(),
		forget:  make(chan string, maxForgetting),
		slots:   make(chan struct{}, recoveriesAtOnce),
		kept:    map[*sio.Socket]*keeping{},
		due:     map[*sio.Socket]bool{},
	}
}

// arrive keeps a new socket's state, as it is now. Later ones are kept until leave.
func (r *recovery) arrive(socket *sio.Socket, user, at string) {
	if r == nil || socket.PID() == "" {
		return
	}
	r.mu.Lock()
	r.kept[socket] = &keeping{user: user, at: at}
	r.mu.Unlock()
	r.keep(socket)
}

// leave lets the state end in its time, or soon if somebody has sent the browser away.
func (r *recovery) leave(socket *sio.Socket, reason string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	_, kept := r.kept[socket]
	delete(r.kept, socket)
	delete(r.due, socket)
	r.mu.Unlock()
	if !kept || !slices.Contains([]string{"client namespace disconnect", "server namespace disconnect"}, reason) {
		return
	}
	select {
	case r.forget <- socket.PID():
	default:
	}
}

// changed has the state kept soon: who has changed it does not wait.
func (r *recovery) changed(socket *sio.Socket) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept[socket] != nil {
		r.due[socket] = true
	}
}

// keep writes the state, if it is not what Redis has. It waits for Redis a little; what is not written
// then is written later.
func (r *recovery) keep(socket *sio.Socket) {
	if r == nil {
		return
	}
	r.mu.Lock()
	k, paused := r.kept[socket], time.Now().Before(r.paused)
	if k != nil && paused {
		r.due[socket] = true
	}
	r.mu.Unlock()
	if k == nil || paused {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	state := stateOf(socket, k.user, k.at, r.router)
	sum := maphash.Bytes(r.seed, state)
	if sum == k.sum {
		return
	}
	limit, cancel := context.WithTimeout(context.Background(), recoveryPatience)
	defer cancel()
	var err error
	if k.sum = 0; len(state) > maxRecovery {
		r.unkept.Add(1)
		err = r.store.Forget(limit, socket.PID()) // an older one would lie
	} else {
		err = r.store.Keep(limit, socket.PID(), state, r.life())
	}
	if r.answered(err) {
		k.sum = sum
	} else {
		r.unkept.Add(1)
		r.changed(socket)
	}
}

// answered takes note of how Redis is, and tells of it when that changes.
func (r *recovery) answered(err error) bool {
	r.mu.Lock()
	before := r.silent
	if r.silent = err != nil; r.silent {
		r.paused = time.Now().Add(recoveryPause)
	}
	r.mu.Unlock()
	switch {
	case err != nil && !before:
		r.log.Warn().Err(err).Msg("sockets cannot be kept for their return: who reconnects now begins anew")
	case err == nil && before:
		r.log.Info().Msg("sockets are kept for their return again")
	}
	return err == nil
}

// counted is what came of those who wanted to go on where they were.
func (r *recovery) counted() map[string]uint64 {
	if r == nil {
		return newRecoveries().counted()
	}
	return r.results.counted()
}

// failures is how many states could not be written.
func (r *recovery) failures() uint64 {
	if r == nil {
		return 0
	}
	return r.unkept.Load()
}
