package server

import (
	"context"
	"sync"
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

const cursorPeriod = 10 * time.Second // between two looks at how far users have seen

// cursors know how far the users who are here have seen: what any of their browsers has proved.
type cursors struct {
	// Set once, then read only.
	source Users // nil = nothing is kept
	users  *rooms.Members[*sio.Socket]
	of     func(*sio.Socket) (user, proven string)
	renew  time.Duration // after which what is kept of somebody is renewed, moved or not
	// Guarded by mu.
	mu      sync.Mutex
	seen    map[string]*seen
	renewed time.Time
}

// seen is how far a user has.
type seen struct{ newest, saved string }

func newCursors(source Users, users *rooms.Members[*sio.Socket], of func(*sio.Socket) (user, proven string), keep time.Duration) *cursors {
	return &cursors{
		source: source, users: users, of: of,
		renew:   keep / sweepsPerKeep,
		seen:    make(map[string]*seen),
		renewed: time.Now(),
	}
}

// run saves until ctx ends.
func (c *cursors) run(ctx context.Context) {
	tick := time.NewTicker(max(min(cursorPeriod, c.renew), sweepMin))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			c.save(now)
		}
	}
}

// save tells of those who have moved; now and then of all, so that they are not forgotten while they are here.
func (c *cursors) save(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := now.Sub(c.renewed) >= c.renew
	if all {
		c.renewed = now
	}
	for _, socket := range c.users.AppendAll(nil) {
		c.note(c.of(socket))
	}
	moved := make(map[string]string)
	for user, at := range c.seen {
		if all || newer(at.newest, at.saved) {
			moved[user] = at.newest
			at.saved = at.newest
		}
	}
	if len(moved) > 0 {
		c.source.SaveCursors(moved)
	}
}

// note needs mu.
func (c *cursors) note(user, proven string) *seen {
	at := c.seen[user]
	if at == nil {
		at = &seen{}
		c.seen[user] = at
	}
	at.newest = newest(at.newest, proven)
	return at
}

// at is how far a user has seen, as far as it is known here.
func (c *cursors) at(user string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	reached := ""
	if known := c.seen[user]; known != nil {
		reached = known.newest
	}
	for _, socket := range c.users.AppendIn(nil, []rooms.Room{rooms.UserRoom(user)}) {
		_, proven := c.of(socket)
		reached = newest(reached, proven)
	}
	return reached
}

// move is told of a position up to which a user was given everything, and has it kept at once: the next page of
// the user, anywhere, is not given it again.
func (c *cursors) move(user, to string) {
	if c.source == nil || user == "" || to == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.note(user, to)
	at.saved = at.newest
	c.source.SaveCursors(map[string]string{user: at.newest})
}

// goBack undoes a move, unless the user has proved to have seen more since.
func (c *cursors) goBack(user, is, was string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.seen[user]; at != nil && at.newest == is {
		at.newest, at.saved = was, was
		c.source.ReturnCursor(user, is, was)
	}
}

// leave is called when a user's socket is gone, and says what it has proved. With the last one it is kept at once.
func (c *cursors) leave(user, proven string) {
	if c.source == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.note(user, proven)
	if c.users.In(rooms.UserRoom(user)) > 0 {
		return
	}
	delete(c.seen, user)
	c.source.SaveCursors(map[string]string{user: at.newest})
}
