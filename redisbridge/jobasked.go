package redisbridge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/redis/go-redis/v9"
)

const ownersAtOnce = 500 // read in one go

// askedOwners are the jobs whose owners Redis has still to tell.
type askedOwners struct {
	// Set once, then read only.
	limit int
	wake  chan struct{}
	// Guarded by mu.
	mu   sync.Mutex
	jobs map[string]bool
}

func newAskedOwners(limit int) *askedOwners {
	return &askedOwners{limit: limit, wake: make(chan struct{}, 1), jobs: make(map[string]bool)}
}

// ask asks for one more, unless there are too many: then it must be asked for again when some are answered.
func (a *askedOwners) ask(id string) {
	a.mu.Lock()
	if len(a.jobs) < a.limit {
		a.jobs[id] = true
	}
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default: // it is awake
	}
}

func (a *askedOwners) all() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Collect(maps.Keys(a.jobs))
}

func (a *askedOwners) settle(id string) {
	a.mu.Lock()
	delete(a.jobs, id)
	a.mu.Unlock()
}

// findOwners asks Redis until ctx ends, apart from the records, which may take long.
func (j *Jobs) findOwners(ctx context.Context) {
	again := retry{limit: jobRetryMax}
	failing := false
	for {
		err := j.askOwners(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if !failing {
				j.log.Warn().Err(err).Msg("redis does not tell whose backtests are: what is heard of them waits until it does")
			}
			failing = true
			again.wait(ctx)
			continue
		case failing:
			j.log.Info().Msg("redis tells again whose backtests are")
		}
		failing = false
		again.reset()
		select {
		case <-j.asked.wake:
		case <-ctx.Done():
		}
	}
}

// askOwners asks for all that are asked for now.
func (j *Jobs) askOwners(ctx context.Context) error {
	for ids := range slices.Chunk(j.asked.all(), ownersAtOnce) {
		err := j.askSome(ctx, ids)
		j.told()
		if err != nil {
			return err
		}
	}
	return nil
}

func (j *Jobs) askSome(ctx context.Context, ids []string) (failed error) {
	ctx, cancel := context.WithTimeout(ctx, jobPatience)
	defer cancel()
	answers := make([]*redis.StringCmd, len(ids))
	// Each answer has its own error.
	_, _ = j.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			answers[i] = p.Get(ctx, ownerKey(id))
		}
		return nil
	})
	for i, answer := range answers {
		user, err := readOwner(answer)
		if err != nil {
			failed = fmt.Errorf("read the owner of a backtest: %w", err)
			continue
		}
		j.owners.add(ids[i], user)
		j.asked.settle(ids[i])
	}
	return failed
}

// readOwner is empty if there is none. Where Redis does not let us read owners, no user can submit anything either.
func readOwner(answer *redis.StringCmd) (user string, err error) {
	user, err = answer.Result()
	if errors.Is(err, redis.Nil) || redis.HasErrorPrefix(err, "NOPERM") || redis.HasErrorPrefix(err, "WRONGTYPE") {
		return "", nil
	}
	return user, err
}
