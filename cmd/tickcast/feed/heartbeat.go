package feed

import (
	"context"
	"strconv"
	"time"
)

const (
	heartbeatKey = "tickstock:producer:heartbeat" // epoch seconds, as a text; it never expires, it grows old
	beatEvery    = 10 * time.Second               // a producer is missed after a minute
)

// beat shows that the producer is there, at once and until ctx ends. A Redis that is away is for the player to report.
func beat(ctx context.Context, redis Redis) {
	for {
		next := beatEvery
		if redis.Set(ctx, heartbeatKey, strconv.FormatInt(time.Now().Unix(), 10), 0).Err() != nil {
			next = retryAfter
		}
		if !pause(ctx, next) {
			return
		}
	}
}
