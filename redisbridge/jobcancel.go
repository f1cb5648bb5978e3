package redisbridge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Cancel asks the producer to stop a job of this user. One that runs is
// cancelled when the producer says so; one that has not begun is at once, since
// a producer that is away would never say it. What is not the user's own does
// not exist for him.
func (j *Jobs) Cancel(ctx context.Context, user, id string) error {
	if !keepable(id) {
		return refused("job_id", "must be %s and letters, digits, _ or -, at most %d characters in all", jobPrefix, maxJobID)
	}
	done, err := j.turn(ctx)
	if err != nil {
		return fmt.Errorf("cancel a backtest: %w", err)
	}
	defer done()
	text, err := j.client.Get(ctx, jobKey(id)).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return fmt.Errorf("read the record of a backtest: %w", err)
	}
	record, err := readJobRecord(text)
	if err != nil || !record.of(cmp.Or(user, anonymous)) {
		return refused("job_id", "no such job")
	}
	if record.finished() {
		return refused("job_id", "is %s already", record.status())
	}
	said := asObject([]field{{"type", `"cancel_job"`}, {"job_id", quoted(id)}, {"timestamp", epoch(time.Now())}, {"source", jobSource}})
	if err := j.client.Publish(ctx, cancelChannel, said).Err(); err != nil {
		return fmt.Errorf("publish the end of a backtest: %w", err)
	}
	j.log.Info().Str("job", id).Str("user", cmp.Or(user, anonymous)).Msg("backtest cancelled")
	// The producer may be gone for good: a job that runs must not keep its user from the next one.
	if err := j.retire(ctx, id); err != nil {
		return err
	}
	return j.cancelQueued(ctx, id)
}

// cancelQueued ends a job that has not begun. It looks again, for it may have begun meanwhile.
func (j *Jobs) cancelQueued(ctx context.Context, id string) error {
	err := j.revise(ctx, id, func(r jobRecord) {
		if r.status() == statusQueued {
			r.put("status", quoted(statusCancelled))
			r.put("completed_at", epoch(time.Now()))
		}
	})
	switch {
	case errors.Is(err, redis.Nil), errors.Is(err, errUnreadable):
		return refused("job_id", "no such job")
	case err != nil:
		return fmt.Errorf("cancel a backtest: %w", err)
	}
	return nil
}
