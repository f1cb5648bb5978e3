package server

import (
	"slices"
	"sync"
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// Kick cuts all sockets of a user, in every namespace, and says how many they were. What the application
// has said of the user is forgotten.
func (s *Sockets) Kick(user string) int {
	if s.sources.Proofs != nil && s.sources.Proofs.Callback != nil {
		s.sources.Proofs.Callback.Forget(user)
	}
	// Remembered before the sockets are looked for: one that is just coming finds it, or is found.
	s.kicks.add(user, time.Now())
	sockets := s.users.AppendIn(nil, []rooms.Room{rooms.UserRoom(user)})
	for _, socket := range sockets {
		s.cut(socket, cutKicked)
	}
	return len(sockets)
}

// missedKick cuts a socket whose user was kicked while it was coming in.
func (s *Sockets) missedKick(socket *sio.Socket) {
	if visitor := s.visitorOf(socket); s.kicks.since(visitor.user.ID, visitor.began) {
		s.cut(socket, cutKicked)
	}
}

const (
	maxKicks    = 1000
	kicksToKeep = time.Minute // no handshake takes longer
)

// kicks remembers the latest kicks, for the handshakes that were under way.
type kicks struct {
	// Guarded by mu.
	mu     sync.Mutex
	recent []kick // the oldest first
}

type kick struct {
	user string
	at   time.Time
}

func (k *kicks) add(user string, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.recent = append(k.recent, kick{user, now})
	past := max(0, len(k.recent)-maxKicks)
	for past < len(k.recent) && now.Sub(k.recent[past].at) > kicksToKeep {
		past++
	}
	k.recent = slices.Delete(k.recent, 0, past)
}

// since reports whether the user was kicked after that time.
func (k *kicks) since(user string, began time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, kick := range slices.Backward(k.recent) {
		if kick.at.Before(began) {
			return false
		}
		if kick.user == user {
			return true
		}
	}
	return false
}
