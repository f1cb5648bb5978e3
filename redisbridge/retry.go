package redisbridge

import (
	"context"
	"math/rand/v2"
	"time"
)

// retryFloor keeps a Redis that is down from being asked in a busy loop.
const retryFloor = 50 * time.Millisecond

// retry spaces out attempts: doubling from the floor to the limit, with jitter,
// so that many instances do not come back in one moment.
type retry struct {
	limit time.Duration
	next  time.Duration
}

func (r *retry) reset() { r.next = 0 }

// pause is how long to wait before the next attempt: never longer than the
// limit, and short of it even with the connecting that follows.
func (r *retry) pause() time.Duration {
	r.next = min(max(2*r.next, retryFloor), max(r.limit, retryFloor))
	spread := r.next / 2
	return max(r.next-spread/5-rand.N(spread), min(retryFloor, r.next))
}

// wait pauses; false means that ctx ended first.
func (r *retry) wait(ctx context.Context) bool {
	timer := time.NewTimer(r.pause())
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
