package redisbridge

import (
	"github.com/tickstock/tickcast/rooms"
)

// maxUnwritten bounds what is remembered of one user while Redis is away. What is put is bounded by what a
// user may hold, what is removed by this: beyond it removals are forgotten, and come back with Redis.
const maxUnwritten = 2 * rooms.MaxRoomSubscriptions

// userChange is what is to be written of one user.
type userChange struct {
	puts     map[string]string // by field
	removals map[string]bool
	cursor   string // empty = only the time of keeping is renewed
	over     string // the cursor that may go back to this one
	fresh    bool   // nothing need be kept of the user yet
	refusals int    // by Redis itself, of the change as a whole
	settled  chan struct{}
}

func newUserChange() *userChange {
	return &userChange{puts: make(map[string]string), removals: make(map[string]bool), settled: make(chan struct{})}
}

func (c *userChange) put(field, text string) {
	delete(c.removals, field)
	c.puts[field] = text
}

func (c *userChange) remove(field string) {
	delete(c.puts, field)
	if len(c.removals) < maxUnwritten {
		c.removals[field] = true
	}
}

// tells reports whether other instances must know.
func (c *userChange) tells() bool { return len(c.puts)+len(c.removals) > 0 }

// under puts an earlier change, which was not written, beneath this one.
func (c *userChange) under(earlier *userChange) {
	for field, text := range earlier.puts {
		if _, put := c.puts[field]; !put && !c.removals[field] {
			c.put(field, text)
		}
	}
	for field := range earlier.removals {
		if _, put := c.puts[field]; !put {
			c.remove(field)
		}
	}
	if c.cursor == "" {
		c.cursor, c.over = earlier.cursor, earlier.over
	}
	c.fresh = c.fresh || earlier.fresh
	c.refusals = max(c.refusals, earlier.refusals)
}

// overlay changes what Redis says as if the change were written.
func (c *userChange) overlay(fields map[string]string) {
	for field := range c.removals {
		delete(fields, field)
	}
	for field, text := range c.puts {
		fields[field] = text
	}
	if c.cursor != "" {
		fields[cursorField] = c.cursor
	}
}

// Put keeps a subscription of a user. It does not wait: settled is closed when Redis has it, or has not taken it;
// then it is tried again until it does.
func (u *Users) Put(user string, s rooms.Subscription) (settled <-chan struct{}) {
	text, err := entryOf(s.Filter)
	if err != nil {
		u.refused.Add(1)
		u.log.Error().Err(err).Str("user", user).Msg("a subscription is not kept")
		return u.settled
	}
	return u.change(user, func(c *userChange) { c.put(entryField(s.Topic, s.ID), text) })
}

// Remove undoes Put.
func (u *Users) Remove(user string, topic rooms.Topic, id string) (settled <-chan struct{}) {
	return u.change(user, func(c *userChange) { c.remove(entryField(topic, id)) })
}

// SaveCursors keeps how far users have seen, if that is farther than what is kept, and renews the time of keeping.
// An empty cursor only renews. It does not wait.
func (u *Users) SaveCursors(cursors map[string]string) {
	for user, cursor := range cursors {
		u.change(user, func(c *userChange) {
			if cursor != "" && cursor != c.cursor {
				c.cursor, c.over = cursor, ""
			}
		})
	}
}

// ReturnCursor has the user's cursor go back from where it is to where it was, unless it has moved on. It does not wait.
func (u *Users) ReturnCursor(user, is, was string) {
	u.change(user, func(c *userChange) {
		if c.cursor == "" || c.cursor == is {
			c.cursor, c.over = was, is
		}
	})
}

func (u *Users) change(user string, note func(*userChange)) <-chan struct{} {
	if !speakable(user) {
		return u.settled
	}
	defer u.nudge()
	u.mu.Lock()
	defer u.mu.Unlock()
	c := u.pending[user]
	if c == nil {
		c = newUserChange()
		u.pending[user] = c
	}
	note(c)
	if u.failing {
		return u.settled
	}
	return c.settled
}

// unwritten are the changes of a user that Redis may not have, the oldest first. They are copies.
func (u *Users) unwritten(user string) (changes []*userChange) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, c := range []*userChange{u.writing[user], u.pending[user]} {
		if c != nil {
			seen := newUserChange()
			seen.under(c)
			changes = append(changes, seen)
		}
	}
	return changes
}
