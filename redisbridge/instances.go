package redisbridge

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

const (
	instancesKey     = "tickcast:instances" // ours: which there are, by when they were last heard of
	instancePeriod   = 5 * time.Second
	instanceLife     = 15 * time.Second // of figures that are not renewed
	instancePatience = 2 * time.Second
	instancesListed  = 10 * time.Minute // then one is taken off the list; clocks may differ by less
	maxInstances     = 256
	maxFigures       = 64 << 10 // bytes of one instance's
)

func instanceKey(id string) string { return "tickcast:instance:" + id }

// Figures are what an instance tells of itself, by name.
type Figures map[string]int64

// Instances tells the other instances our figures, and has theirs.
type Instances struct {
	// Set once, then read only.
	client redis.UniversalClient
	id     string
	own    func() Figures
	period time.Duration
	life   time.Duration
	log    zerolog.Logger
	// Owned by Run.
	failing bool
	// Guarded by mu.
	mu     sync.Mutex
	others []Figures
	read   time.Time // when; zero = not yet
}

// NewInstances prepares Instances; own is asked now and then.
func NewInstances(client redis.UniversalClient, own func() Figures, log zerolog.Logger) *Instances {
	return &Instances{client: client, id: rand.Text(), own: own, period: instancePeriod, life: instanceLife, log: log}
}

// Others are the latest figures of the other instances. They are not known while Redis is away.
func (i *Instances) Others() (others []Figures, known bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.read.IsZero() || time.Since(i.read) > i.life {
		return nil, false
	}
	return i.others, true
}

// Run tells and reads until ctx ends, and then takes us off the list.
func (i *Instances) Run(ctx context.Context) error {
	tick := time.NewTicker(i.period)
	defer tick.Stop()
	for {
		i.tell(ctx, i.round(ctx))
		select {
		case <-tick.C:
			continue
		case <-ctx.Done():
		}
		break
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), userFlush)
	defer cancel()
	pipe := i.client.Pipeline()
	pipe.Del(ending, instanceKey(i.id))
	pipe.ZRem(ending, instancesKey, i.id)
	_, _ = pipe.Exec(ending) // what stays expires
	return nil
}

func (i *Instances) round(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, instancePatience)
	defer cancel()
	text, err := json.Marshal(i.own())
	if err != nil {
		return fmt.Errorf("encode our figures: %w", err)
	}
	now := time.Now()
	pipe := i.client.Pipeline()
	pipe.Set(ctx, instanceKey(i.id), text, i.life)
	pipe.ZAdd(ctx, instancesKey, redis.Z{Score: float64(now.UnixMilli()), Member: i.id})
	pipe.ZRemRangeByScore(ctx, instancesKey, "-inf", strconv.FormatInt(now.Add(-instancesListed).UnixMilli(), 10))
	pipe.Expire(ctx, instancesKey, instancesListed)
	listed := pipe.ZRevRange(ctx, instancesKey, 0, maxInstances-1)
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("tell our figures: %w", err)
	}
	others, err := i.readAll(ctx, listed.Val())
	if err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.others, i.read = others, now
	return nil
}

// readAll asks for one key at a time, each of which may be on another node. One that has expired belongs to nobody.
func (i *Instances) readAll(ctx context.Context, listed []string) (others []Figures, err error) {
	pipe := i.client.Pipeline()
	var answers []*redis.StringCmd
	for _, id := range listed {
		if id != i.id {
			answers = append(answers, pipe.GetRange(ctx, instanceKey(id), 0, maxFigures))
		}
	}
	if len(answers) == 0 {
		return nil, nil
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("read the figures of others: %w", err)
	}
	for _, answer := range answers {
		var figures Figures
		if text := answer.Val(); text != "" && json.Unmarshal([]byte(text), &figures) == nil && figures != nil {
			others = append(others, figures)
		}
	}
	return others, nil
}

// tell logs once that the others are not known, and once that they are again.
func (i *Instances) tell(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	switch failing := err != nil; {
	case failing && !i.failing:
		i.log.Warn().Err(err).Msg("the other instances are not known")
	case i.failing && !failing:
		i.log.Info().Msg("the other instances are known again")
	}
	i.failing = err != nil
}
