package redisbridge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

// Jobs hands backtests to the producer, keeps their records in Redis as the
// application does, and knows whose they are. Submit, Cancel and List are for
// any goroutine; the Bridge tells what the producer says of jobs, and Run writes
// that into the records, apart from the routing, which never waits for Redis.
type Jobs struct {
	// Set once, then read only.
	client redis.UniversalClient
	log    zerolog.Logger
	told   func() // that Redis has told owners
	// Safe for concurrent use on their own.
	owners  *owners
	asked   *askedOwners
	pending *pendingJobs
	wake    chan struct{}
	turns   chan struct{} // taken by who asks Redis for a page
	// Owned by Run.
	failing bool
}

// The channels and keys. They are in different slots of a Redis Cluster, so that
// no command names two of them.
const (
	submitChannel   = "tickstock.jobs.backtest"
	cancelChannel   = "tickstock.jobs.cancel"
	announceChannel = "tickcast:jobs" // ours: whose a job is, said before the producer hears of it
	activeKey       = "tickstock:active_jobs"

	jobLife   = 7 * 24 * time.Hour  // of a record, from its last change
	indexLife = 30 * 24 * time.Hour // of a user's list of jobs
)

func jobKey(id string) string        { return "tickstock:jobs:" + id }
func userJobsKey(user string) string { return "tickstock:user_jobs:" + user }
func ownerKey(id string) string      { return "tickcast:job_owner:" + id } // ours: the owner, for those who missed the announcement

const (
	maxTurns    = 4 // of pages at Redis, at one time
	jobRetryMax = time.Second
	jobPatience = 3 * time.Second        // for one record
	maxRefusals = 300                    // of an update by Redis itself: some minutes, as a failover may take
	jobFlush    = 500 * time.Millisecond // for what is not written when Run ends
)

// anonymous is the user_id of jobs that nobody in particular has submitted.
const anonymous = "anonymous"

// NewJobs prepares Jobs. A Bridge that is to follow them is told so with Follow.
func NewJobs(client redis.UniversalClient, log zerolog.Logger) *Jobs {
	return &Jobs{
		client:  client,
		log:     log,
		told:    func() {},
		owners:  newOwners(maxOwners),
		asked:   newAskedOwners(maxParked),
		pending: newPendingJobs(maxPendingJobs, maxPendingBytes),
		wake:    make(chan struct{}, 1),
		turns:   make(chan struct{}, maxTurns),
	}
}

// turn waits until few enough others ask Redis for a page: the Bridge needs it, too.
func (j *Jobs) turn(ctx context.Context) (done func(), err error) {
	select {
	case <-ctx.Done():
	case j.turns <- struct{}{}:
		done = func() { <-j.turns }
		if ctx.Err() == nil {
			return done, nil
		}
		done()
	}
	return nil, fmt.Errorf("wait for others: %w", ctx.Err())
}

// Run keeps the records until ctx ends, and then writes what it still knows. Meanwhile it asks for owners.
func (j *Jobs) Run(ctx context.Context) error {
	var asking sync.WaitGroup
	defer asking.Wait()
	asking.Go(func() { j.findOwners(ctx) })
	again := retry{limit: jobRetryMax}
	for ctx.Err() == nil {
		err := j.work(ctx)
		if ctx.Err() != nil {
			break
		}
		j.tell(err)
		if err != nil {
			again.wait(ctx)
			continue
		}
		again.reset()
		select {
		case <-j.wake:
		case <-ctx.Done():
		}
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobFlush)
	defer cancel()
	if err := j.work(ending); err != nil {
		j.log.Warn().Err(err).Int("jobs", j.pending.len()).Msg("records of backtests are behind")
	}
	return nil
}

// tell logs once that the records cannot be kept, and once that they can again.
func (j *Jobs) tell(err error) {
	switch failing := err != nil; {
	case failing && !j.failing:
		j.log.Warn().Err(err).Msg("records of backtests cannot be kept, trying again until they can")
	case j.failing && !failing:
		j.log.Info().Msg("records of backtests are kept again")
	}
	j.failing = err != nil
}

// work does all there is to do; an error ends it early.
func (j *Jobs) work(ctx context.Context) error {
	for u, ok := j.pending.take(); ok; u, ok = j.pending.take() {
		err := j.apply(ctx, u)
		if err == nil {
			continue
		}
		if answered(err) {
			u.refusals++
		}
		if u.refusals < maxRefusals {
			j.pending.putBack(u)
			return err
		}
		j.log.Error().Err(err).Str("job", u.id).Msg("redis does not let us keep the record of a backtest")
	}
	return nil
}

// apply writes one update. It may do so again and again: the second time nothing changes.
func (j *Jobs) apply(ctx context.Context, u *jobUpdate) error {
	ctx, cancel := context.WithTimeout(ctx, jobPatience)
	defer cancel()
	if u.withdrawn {
		return j.erase(ctx, u.id, u.user)
	}
	err := j.revise(ctx, u.id, u.change)
	switch {
	case errors.Is(err, errUnreadable):
		j.log.Warn().Str("job", u.id).Msg("the record of a backtest cannot be read, and is left alone")
	case err != nil && !errors.Is(err, redis.Nil): // most jobs of others have a record; one that has none needs none
		return fmt.Errorf("keep the record of %s: %w", u.id, err)
	}
	if u.final {
		return j.retire(ctx, u.id)
	}
	return nil
}

// retire takes a job off the list of active ones.
func (j *Jobs) retire(ctx context.Context, id string) error {
	if err := j.client.ZRem(ctx, activeKey, id).Err(); err != nil {
		return fmt.Errorf("retire %s: %w", id, err)
	}
	return nil
}

func (j *Jobs) nudge() {
	select {
	case j.wake <- struct{}{}:
	default: // it is awake
	}
}

const (
	jobPrefix   = "backtest_"
	maxJobID    = 64
	jobIDSymbol = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
)

// keepable says whether an id may become part of a key.
func keepable(id string) bool {
	return strings.HasPrefix(id, jobPrefix) && len(id) > len(jobPrefix) && len(id) <= maxJobID && strings.Trim(id, jobIDSymbol) == ""
}

// submittable says whether an id looks like those that newJob makes. The application makes them alike.
func submittable(id string) bool {
	at, random, _ := strings.Cut(strings.TrimPrefix(id, jobPrefix), "_")
	return keepable(id) && at != "" && strings.Trim(at, "0123456789") == "" &&
		len(random) == 8 && strings.Trim(random, "0123456789abcdef") == ""
}
