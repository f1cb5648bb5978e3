package server

import (
	"sync/atomic"
	"time"

	"github.com/tickstock/tickcast/server/sio"
)

// visitor is what is kept with a socket.
type visitor struct {
	// Set once, then read only.
	user  User
	began time.Time // before anything was asked
	// Owned by the arrival.
	back    *comeback // nil = the socket is new
	at      string    // the position from which on all comes live; "" = not known
	entered bool
	// Owned by the callbacks around the connecting, which take turns.
	saved    *saved // nil = nothing is kept
	recalled bool   // that was asked
	missed   *catchUp
	lent     lent
	// Safe for anyone.
	owed atomic.Bool // the user missed something that could not be had: what this socket proves says nothing of it
	// Owned by the re-check.
	unproved int // questions in a row, whether it is an admin still, without an answer
	// Owned by the socket's callbacks, which take turns.
	paces [paces]bucket
}

// userOf is who opened the socket.
func (s *Sockets) userOf(socket *sio.Socket) User { return s.visitorOf(socket).user }

// visitorOf asks for the user once and keeps the answer: a socket does not change hands.
func (s *Sockets) visitorOf(socket *sio.Socket) *visitor {
	if known, ok := socket.Value().(*visitor); ok {
		return known
	}
	fresh := &visitor{began: time.Now()}
	if s.sources.Identify != nil {
		fresh.user = s.sources.Identify(socket)
	}
	socket.SetValue(fresh)
	s.countIdentity(socket, fresh.user)
	return fresh
}
