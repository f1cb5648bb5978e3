package feed

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

// Redis is what is needed of a client.
type Redis interface {
	Publish(ctx context.Context, channel string, message any) *redis.IntCmd
	Set(ctx context.Context, key string, value any, expiration time.Duration) *redis.StatusCmd
}

// Config says what is replayed, where to, and how fast.
type Config struct {
	Redis Redis
	File  string  // a recording, one {"channel": …, "message": {…}} a line; empty = the built-in one
	Rate  float64 // messages a second
	Once  bool    // end with the recording instead of beginning anew
	Log   zerolog.Logger
}

const (
	minRate    = 0.001
	retryAfter = 250 * time.Millisecond
	maxLag     = time.Second // further behind, the time is given up instead of being caught up in a burst
)

// Run replays until ctx ends, or once through. It waits for a Redis that is away.
func Run(ctx context.Context, cfg Config) error {
	if !(cfg.Rate >= minRate) || math.IsInf(cfg.Rate, 0) {
		return fmt.Errorf("feed: the rate is %v, but must be at least %v messages a second", cfg.Rate, minRate)
	}
	recording, err := load(cfg.File)
	if err != nil {
		return fmt.Errorf("feed: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	var beating sync.WaitGroup
	beating.Go(func() { beat(ctx, cfg.Redis) })
	defer beating.Wait()
	defer stop()
	cfg.Log.Info().Int("messages", len(recording)).Float64("rate", cfg.Rate).Bool("once", cfg.Once).Msg("feeding redis")
	p := player{cfg: cfg, interval: time.Duration(float64(time.Second) / cfg.Rate), due: time.Now()}
	for {
		ids := newIDs()
		for _, message := range recording {
			if !p.play(ctx, message, ids) {
				return nil
			}
		}
		if cfg.Once {
			return nil
		}
	}
}

// player keeps the pace.
type player struct {
	cfg      Config
	interval time.Duration
	due      time.Time // of the next message
	away     bool      // Redis did not take the last one
}

// play publishes one message when it is due; false means that ctx ended first.
func (p *player) play(ctx context.Context, message template, ids *ids) bool {
	now := time.Now()
	if now.Sub(p.due) > maxLag {
		p.due = now
	}
	if !pause(ctx, p.due.Sub(now)) {
		return false
	}
	p.due = p.due.Add(p.interval)
	for {
		err := p.cfg.Redis.Publish(ctx, message.channel, message.render(time.Now(), ids)).Err()
		if ctx.Err() != nil {
			return false
		}
		if p.report(err); err == nil {
			return true
		}
		if !pause(ctx, retryAfter) {
			return false
		}
	}
}

// report logs each absence of Redis, and its return, once.
func (p *player) report(err error) {
	switch {
	case err != nil && !p.away:
		p.cfg.Log.Warn().Err(err).Msg("redis is away, trying again until it is back")
	case err == nil && p.away:
		p.cfg.Log.Info().Msg("redis is back")
	}
	p.away = err != nil
}

func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
