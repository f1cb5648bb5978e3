package redisbridge

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

const (
	heartbeatKey  = "tickstock:producer:heartbeat" // epoch seconds, as a text
	heartbeatSize = 64                             // bytes of it that are read; no time is as long
	heartbeatAge  = 60 * time.Second               // from here on the producer is offline
	heartbeatWait = 2 * time.Second                // for all answers of one asking
	askEvery      = 10 * time.Second

	cachedPatterns = "tickstock:patterns:*"
	cachedTTL      = time.Hour // of a pattern at first
	cachedKeys     = 5         // looked at
	scanCount      = 1000      // keys that Redis walks over in a round
	scanRounds     = 20        // after which there are none
)

// producer watches whether TickStockPL is there: it logs each change once.
type producer struct {
	// Set once, then read only.
	client redis.UniversalClient
	log    zerolog.Logger
	every  time.Duration
	// Guarded by mu.
	mu    sync.Mutex
	state ProducerState
}

func newProducer(client redis.UniversalClient, log zerolog.Logger) *producer {
	return &producer{client: client, log: log, every: askEvery, state: ProducerState{Status: Unknown}}
}

func (p *producer) read() ProducerState {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state
}

// watch asks at once, and again and again until ctx ends.
func (p *producer) watch(ctx context.Context) {
	ticker := time.NewTicker(p.every)
	defer ticker.Stop()
	for ctx.Err() == nil {
		status, beat, err := p.ask(ctx)
		if ctx.Err() == nil {
			p.note(status, beat, err)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

func (p *producer) note(status string, beat time.Time, err error) {
	p.mu.Lock()
	was := p.state.Status
	p.state.Status = status
	if !beat.IsZero() {
		p.state.LastBeat = beat
	}
	p.mu.Unlock()
	if status == was {
		return
	}
	entry := p.log.Info()
	if status == Offline {
		entry = p.log.Warn()
	}
	entry.AnErr("because", err).Str("was", was).Msg("the producer is " + status)
}

// ask reads the heartbeat. It is never taken whole: anyone may have written there.
func (p *producer) ask(ctx context.Context) (status string, beat time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, heartbeatWait)
	defer cancel()
	text, err := p.client.GetRange(ctx, heartbeatKey, 0, heartbeatSize-1).Result()
	switch {
	case redis.HasErrorPrefix(err, "WRONGTYPE"):
		return Offline, beat, fmt.Errorf("%s is no text", heartbeatKey)
	case err != nil:
		return Unknown, beat, fmt.Errorf("read %s: %w", heartbeatKey, err)
	case text == "":
		status, err = p.askPatterns(ctx)
		return status, beat, err
	}
	beat, ok := beatAt(text)
	switch {
	case !ok:
		return Offline, beat, fmt.Errorf("%s is no time in seconds", heartbeatKey)
	case time.Since(beat) >= heartbeatAge:
		return Offline, beat, fmt.Errorf("the last heartbeat was at %s", beat.UTC().Format(time.RFC3339))
	}
	return Online, beat, nil
}

// beatAt reads epoch seconds.
func beatAt(text string) (time.Time, bool) {
	const latest = 1e11 // a clock in milliseconds is beyond
	seconds, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || len(text) == heartbeatSize || !(seconds > 0 && seconds < latest) {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(math.Round(seconds * 1e6))), true
}

var errCached = errors.New("a pattern was cached lately")

// askPatterns is the way to tell without a heartbeat: a producer that is there caches patterns.
func (p *producer) askPatterns(ctx context.Context) (status string, err error) {
	var left atomic.Int64
	left.Store(cachedKeys)
	look := func(ctx context.Context, node *redis.Client) error { return lookForPatterns(ctx, node, &left) }
	if cluster, is := p.client.(*redis.ClusterClient); is {
		err = cluster.ForEachMaster(ctx, look)
	} else if node, is := p.client.(*redis.Client); is {
		err = look(ctx, node)
	}
	switch {
	case errors.Is(err, errCached):
		return Online, nil
	case err != nil:
		return Unknown, fmt.Errorf("look for %s: %w", cachedPatterns, err)
	}
	return Offline, fmt.Errorf("neither %s nor a fresh %s is there", heartbeatKey, cachedPatterns)
}

// lookForPatterns returns errCached as soon as one of the first few is fresh. A large Redis is not walked to its end.
func lookForPatterns(ctx context.Context, node *redis.Client, left *atomic.Int64) error {
	var cursor uint64
	for range scanRounds {
		keys, next, err := node.Scan(ctx, cursor, cachedPatterns, scanCount).Result()
		if err != nil {
			return err
		}
		for _, key := range keys {
			if left.Add(-1) < 0 {
				return nil
			}
			ttl, err := node.TTL(ctx, key).Result()
			if err != nil {
				return err
			}
			if ttl > 0 && ttl < cachedTTL {
				return errCached
			}
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
	return nil
}
