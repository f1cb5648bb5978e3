package server

import (
	"context"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/rooms"
)

const (
	loadPatience   = 300 * time.Millisecond // of a browser that connects
	writePatience  = 300 * time.Millisecond // of one that subscribes
	reloadPatience = 2 * time.Second        // of nobody in particular
	reloadPause    = time.Second            // after a load that failed
)

// interest keeps the subscriptions of the users who are here in step with what is kept of them for all
// instances. While that cannot be asked, what is known here counts.
type interest struct {
	// Set once, then read only.
	source Users // nil = nothing is kept
	router *rooms.Router
	here   func(rooms.Room) bool // whether a user has sockets
	left   func(rooms.Room)      // told of a user who got subscriptions and may have left meanwhile
	log    zerolog.Logger
	wake   chan struct{}
	// Guarded by mu. A change here is made and handed to the source in one, so that both know one order.
	mu      sync.Mutex
	changes changes
	due     map[string]bool // whose subscriptions are to be loaded
	missed  bool            // everybody's are
}

// saved is what was kept of a user when its socket came.
type saved struct {
	began  time.Time // of the loading
	kept   []rooms.Subscription
	cursor string
	err    error
}

func newInterest(source Users, router *rooms.Router, here func(rooms.Room) bool, left func(rooms.Room), log zerolog.Logger) *interest {
	return &interest{
		source: source, router: router, here: here, left: left, log: log,
		wake: make(chan struct{}, 1),
		due:  make(map[string]bool),
	}
}

// load asks for what is kept of a user who is about to come in; nil if nothing ever is.
func (i *interest) load(user string, patience time.Duration) *saved {
	if i.source == nil || user == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s := &saved{began: time.Now()}
	s.kept, s.cursor, s.err = i.source.Load(ctx, user)
	return s
}

// arrive is called before a user's socket is in the user's room, arrived after that.
func (i *interest) arrive(user string, s *saved) {
	if s == nil {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	// With no other socket here nobody has changed anything here: what was loaded is better than what was left.
	if s.err == nil && (!i.changes.since(user, s.began) || !i.here(rooms.UserRoom(user))) {
		i.adopt(user, s.kept)
	}
}

func (i *interest) arrived(user string, s *saved) {
	if s == nil {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if s.err != nil || i.changes.since(user, s.began) {
		i.ask(user)
	}
}

// put subscribes a user, and waits a little until that is kept.
func (i *interest) put(user string, s rooms.Subscription) error {
	i.mu.Lock()
	if err := i.router.Subscribe(s); err != nil {
		i.mu.Unlock()
		return err
	}
	i.changes.add(user, time.Now())
	settled := i.source.Put(user, s)
	i.mu.Unlock()
	await(settled)
	return nil
}

// remove undoes put for those of a user's subscriptions for which gone is true, and counts them.
func (i *interest) remove(user string, gone func(rooms.Subscription) bool) (n int) {
	var settled <-chan struct{}
	i.mu.Lock()
	for _, held := range i.router.Subscriptions(rooms.UserRoom(user)) {
		if gone(held) {
			n += i.router.Unsubscribe(held.Room, held.Topic, held.ID)
			settled = i.source.Remove(user, held.Topic, held.ID)
		}
	}
	if n > 0 {
		i.changes.add(user, time.Now())
	}
	i.mu.Unlock()
	if n > 0 {
		await(settled) // they are written together
	}
	return n
}

// await is bounded: who subscribes while nothing can be kept gets live events all the same.
func await(settled <-chan struct{}) {
	patience := time.NewTimer(writePatience)
	defer patience.Stop()
	select {
	case <-settled:
	case <-patience.C:
	}
}

// changed is told of a change elsewhere.
func (i *interest) changed(user string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.changes.add(user, time.Now())
	if i.here(rooms.UserRoom(user)) {
		i.ask(user)
	}
}

// unknown puts all that is held of a user.
func (i *interest) unknown(user string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.changes.add(user, time.Now())
	i.putAll(user)
}

// missedSome is told that changes elsewhere may have gone unheard.
func (i *interest) missedSome() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.missed = true
	i.rouse()
}

// ask needs mu.
func (i *interest) ask(user string) {
	i.due[user] = true
	i.rouse()
}

func (i *interest) rouse() {
	select {
	case i.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// changes remember when users were changed last, for longer than any load takes.
type changes struct {
	at    map[string]time.Time
	swept time.Time
}

func (c *changes) add(user string, now time.Time) {
	if now.Sub(c.swept) > time.Minute {
		for known, at := range c.at {
			if now.Sub(at) > time.Minute {
				delete(c.at, known)
			}
		}
		c.swept = now
	}
	if c.at == nil {
		c.at = make(map[string]time.Time)
	}
	c.at[user] = now
}

// since reports whether the user was changed at that time or after it.
func (c *changes) since(user string, began time.Time) bool {
	at, known := c.at[user]
	return known && !at.Before(began)
}
