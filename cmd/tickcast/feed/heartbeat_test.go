package feed

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

// pulse is a Redis that notes the heartbeats that it takes; it takes none of the first ones.
type pulse struct {
	listener
	deaf  int
	beats []string
}

func (p *pulse) Set(ctx context.Context, key string, value any, expiration time.Duration) *redis.StatusCmd {
	reply := redis.NewStatusCmd(ctx)
	if p.deaf > 0 {
		p.deaf--
		reply.SetErr(redis.ErrClosed)
		return reply
	}
	if key == heartbeatKey && expiration == 0 {
		p.beats = append(p.beats, value.(string))
	}
	return reply
}

// TestHeartbeat runs in a bubble of its own time.
func TestHeartbeat(t *testing.T) {
	for name, c := range map[string]struct {
		deaf int
		want []time.Duration // when
	}{
		"at the start and every ten seconds":        {0, []time.Duration{0, 10 * time.Second, 20 * time.Second}},
		"as soon as a Redis that was away is there": {8, []time.Duration{2 * time.Second, 12 * time.Second, 22 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				redis := &pulse{deaf: c.deaf}
				ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
				defer cancel()
				var want []string
				for _, after := range c.want {
					want = append(want, strconv.FormatInt(time.Now().Add(after).Unix(), 10))
				}
				if err := Run(ctx, Config{Redis: redis, Rate: 4, Log: zerolog.Nop()}); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(redis.beats, want) {
					t.Errorf("it beat at %v, want %v", redis.beats, want)
				}
			})
		})
	}
}
