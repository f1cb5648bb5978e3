package server

import (
	"context"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/rooms"
)

const choicesEvery = time.Minute // until a choice that was changed counts, at most

// choices keep the alert rules of the users who watch pattern alerts. Whoever just came gets everything
// until the rule is read: an alert too many is better than one too few. A rule that cannot be read stays as it was.
type choices struct {
	// Set once, then read only.
	source Choices // nil = nobody has a rule
	router *rooms.Router
	log    zerolog.Logger
	every  time.Duration
	wake   chan struct{}
	// Owned by run.
	failing bool
	// Guarded by mu.
	mu      sync.Mutex
	sockets map[string]int  // of each user in the namespace; none is 0
	due     map[string]bool // whose rule is to be read
}

func newChoices(source Choices, router *rooms.Router, log zerolog.Logger) *choices {
	return &choices{
		source: source, router: router, log: log, every: choicesEvery,
		wake:    make(chan struct{}, 1),
		sockets: make(map[string]int),
		due:     make(map[string]bool),
	}
}

// arrive is called for each socket of a user.
func (c *choices) arrive(user string) {
	if user == "" || c.source == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sockets[user]++; c.sockets[user] == 1 {
		c.ask(user)
	}
}

// leave undoes arrive.
func (c *choices) leave(user string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch c.sockets[user] {
	case 0: // never arrived
	case 1:
		delete(c.sockets, user)
		delete(c.due, user)
		c.router.DropAlertRule(rooms.UserRoom(user))
	default:
		c.sockets[user]--
	}
}

// ReadChoice has the user's alert rule read again, soon: it was changed.
func (s *Sockets) ReadChoice(user string) {
	s.choices.mu.Lock()
	defer s.choices.mu.Unlock()
	if s.choices.sockets[user] > 0 {
		s.choices.ask(user)
	}
}

// ask needs mu.
func (c *choices) ask(user string) {
	c.due[user] = true
	select {
	case c.wake <- struct{}{}:
	default: // it will look at due anyway
	}
}

// run reads rules until ctx ends: of who came at once, of all now and then.
func (c *choices) run(ctx context.Context) {
	if c.source == nil {
		return
	}
	tick := time.NewTicker(c.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			c.read(ctx, c.here())
		case <-c.wake:
			c.read(ctx, c.asked())
		}
	}
}

func (c *choices) here() (users []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for user := range c.sockets {
		users = append(users, user)
	}
	return users
}

func (c *choices) asked() (users []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for user := range c.due {
		users = append(users, user)
	}
	clear(c.due)
	return users
}

// read takes half of the time between two readings at most; who is left over keeps what was known.
func (c *choices) read(ctx context.Context, users []string) {
	limit, cancel := context.WithTimeout(ctx, c.every/2)
	defer cancel()
	failed, last := 0, error(nil)
	for _, user := range users {
		rule, found, err := c.source.AlertRule(limit, user)
		if err != nil {
			failed, last = failed+1, err
			continue
		}
		c.learn(user, rule, found)
	}
	if ctx.Err() == nil {
		c.tell(failed, last)
	}
}

// tell logs once that rules cannot be read, and once that they can again.
func (c *choices) tell(failed int, err error) {
	switch {
	case failed > 0 && !c.failing:
		c.log.Warn().Err(err).Int("users", failed).Msg("alert preferences could not be read: what was known of them stays")
	case failed == 0 && c.failing:
		c.log.Info().Msg("alert preferences can be read again")
	}
	c.failing = failed > 0
}

// learn forgets what was read of somebody who is gone meanwhile.
func (c *choices) learn(user string, rule rooms.AlertRule, found bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch room := rooms.UserRoom(user); {
	case c.sockets[user] == 0:
	case found:
		c.router.SetAlertRule(room, rule)
	default:
		c.router.DropAlertRule(room)
	}
}
