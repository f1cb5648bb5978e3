package server

import (
	"context"
	"sync"
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

const (
	sweepsPerKeep = 24 // subscriptions are kept at most this part of the time too long
	sweepMin      = 100 * time.Millisecond
)

// absences remember since when users who hold subscriptions have had no socket, and forget those
// who stay away. Who is here, and who never asked for anything, costs nothing.
type absences struct {
	// Set once, then read only.
	keep   time.Duration
	router *rooms.Router
	users  *rooms.Members[*sio.Socket]
	// Guarded by mu, which is held while users come and go: who returns just now is not forgotten.
	mu    sync.Mutex
	since map[rooms.Room]time.Time
}

func newAbsences(keep time.Duration, router *rooms.Router, users *rooms.Members[*sio.Socket]) *absences {
	return &absences{keep: keep, router: router, users: users, since: map[rooms.Room]time.Time{}}
}

// arrive is called for each socket of a user, with the user's room.
func (a *absences) arrive(socket *sio.Socket, room rooms.Room) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.users.Join(socket, room)
	delete(a.since, room)
}

// leave undoes arrive.
func (a *absences) leave(socket *sio.Socket, room rooms.Room) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.users.LeaveAll(socket)
	a.note(room)
}

// check is for a user who was given subscriptions and may have left meanwhile.
func (a *absences) check(room rooms.Room) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, away := a.since[room]; !away {
		a.note(room)
	}
}

// note needs mu.
func (a *absences) note(room rooms.Room) {
	if a.users.In(room) == 0 && len(a.router.Subscriptions(room)) > 0 {
		a.since[room] = time.Now()
	}
}

// run sweeps until ctx ends.
func (a *absences) run(ctx context.Context) {
	tick := time.NewTicker(max(a.keep/sweepsPerKeep, sweepMin))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			a.sweep()
		}
	}
}

// sweep forgets the subscriptions of those who have been away for too long.
func (a *absences) sweep() {
	for _, room := range a.overdue() {
		a.mu.Lock()
		if since, away := a.since[room]; away && time.Since(since) >= a.keep { // not returned meanwhile
			a.router.Forget(room)
			delete(a.since, room)
		}
		a.mu.Unlock()
	}
}

func (a *absences) overdue() (overdue []rooms.Room) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for room, since := range a.since {
		if time.Since(since) >= a.keep {
			overdue = append(overdue, room)
		}
	}
	return overdue
}
