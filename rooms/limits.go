package rooms

import (
	"sync"
	"sync/atomic"
	"time"
)

// quietAfter bounds what is remembered of rooms that get no more events: it is forgotten within twice this time.
const quietAfter = 10 * time.Second

// Limits bound what one user gets.
type Limits struct {
	PerSecond int     // events of the universal topics in any second, where low and medium ones are held back; 0 = no limit
	Market    *Market // nil = never closed
}

// limiter holds back what is too much for a room in a second, or for its subscriptions in an hour.
type limiter struct {
	// Set once, then read only.
	perSecond int
	began     time.Time
	// Safe for anyone.
	rateLimited atomic.Uint64
	hourLimited atomic.Uint64
	// Guarded by mu, and with it the windows of all hours.
	mu     sync.Mutex
	recent map[Room]*window // of rooms that got something since the turn
	former map[Room]*window // of those that did before
	turned time.Duration    // since began
}

func newLimiter(perSecond int) *limiter {
	return &limiter{perSecond: perSecond, began: time.Now(), recent: make(map[Room]*window)}
}

// admit drops the rooms that have had enough and counts the event for the others. An event that one limit
// holds back does not count towards the other.
func (l *limiter) admit(e *Event, to *interest) {
	paced := l.perSecond > 0 && e.Audience.Topic.Universal()
	if !paced && len(to.claims) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := e.Received.Sub(l.began)
	to.keep(func(room Room, accepting []claim) bool {
		var second *window
		if paced {
			second = l.secondOf(room, now)
		}
		switch {
		case paced && e.Traits.Priority < High && second.full(now):
			l.rateLimited.Add(1)
			return false
		case !charge(accepting, now):
			l.hourLimited.Add(1)
			return false
		}
		if paced {
			second.add(now)
		}
		return true
	})
}

// secondOf finds what the room got in the latest second. Now and then the rooms that got nothing
// since the last time are left behind: no sweep holds up an event.
func (l *limiter) secondOf(room Room, now time.Duration) *window {
	if (now - l.turned).Abs() > quietAfter {
		l.former, l.recent, l.turned = l.recent, make(map[Room]*window), now
	}
	second := l.recent[room]
	if second == nil {
		if second = l.former[room]; second == nil {
			second = newWindow(l.perSecond, time.Second)
		}
		l.recent[room] = second
	}
	return second
}

// charge counts the event for each subscription that has not had enough, and reports whether any let it pass.
func charge(accepting []claim, now time.Duration) bool {
	passes := len(accepting) == 0
	for _, c := range accepting {
		switch {
		case c.hour == nil:
			passes = true
		case !c.hour.full(now):
			c.hour.add(now)
			passes = true
		}
	}
	return passes
}
