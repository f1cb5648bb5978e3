package redisbridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// recoveryKey holds a pid, which is a secret: it must not get into an error or a log.
func recoveryKey(pid string) string { return "tickcast:recovery:" + pid }

// Recoveries keep what sockets need to live on after their connections, a key each.
type Recoveries struct {
	client redis.UniversalClient
}

// NewRecoveries keeps it in this Redis.
func NewRecoveries(client redis.UniversalClient) *Recoveries { return &Recoveries{client} }

// Keep replaces the state of a socket, for so long.
func (r *Recoveries) Keep(ctx context.Context, pid string, state []byte, life time.Duration) error {
	if err := r.client.Set(ctx, recoveryKey(pid), state, life).Err(); err != nil {
		return fmt.Errorf("keep a socket: %w", err)
	}
	return nil
}

// Find returns the state of a socket; nil if there is none.
func (r *Recoveries) Find(ctx context.Context, pid string) ([]byte, error) {
	state, err := r.client.Get(ctx, recoveryKey(pid)).Bytes()
	switch {
	case errors.Is(err, redis.Nil):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("find a socket: %w", err)
	}
	return state, nil
}

// Touch begins the lives anew, all in one round trip, and lists those that are not there.
func (r *Recoveries) Touch(ctx context.Context, pids []string, life time.Duration) (missing []string, err error) {
	touched := make([]*redis.BoolCmd, len(pids))
	_, err = r.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, pid := range pids {
			touched[i] = pipe.PExpire(ctx, recoveryKey(pid), life)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("touch %d sockets: %w", len(pids), err)
	}
	for i, pid := range pids {
		if !touched[i].Val() {
			missing = append(missing, pid)
		}
	}
	return missing, nil
}

// Forget has a socket never come back.
func (r *Recoveries) Forget(ctx context.Context, pid string) error {
	if err := r.client.Del(ctx, recoveryKey(pid)).Err(); err != nil {
		return fmt.Errorf("forget a socket: %w", err)
	}
	return nil
}
