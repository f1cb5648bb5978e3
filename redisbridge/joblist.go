package redisbridge

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"
)

const (
	maxListBytes  = 512 << 10 // of an answer: half of what may wait for a browser
	recordsAtOnce = 10        // read in one go, since results may be large
)

// List returns the records of a user's jobs, latest first. Beyond a size that
// browsers can be sent, older records come without their results, and then not at all.
func (j *Jobs) List(ctx context.Context, user string) ([]json.RawMessage, error) {
	mine := userJobsKey(cmp.Or(user, anonymous))
	ids, err := j.client.ZRevRange(ctx, mine, 0, maxListedJobs-1).Result()
	if err != nil {
		return nil, fmt.Errorf("list backtests: %w", err)
	}
	listed := jobList{user: cmp.Or(user, anonymous), left: maxListBytes, records: []json.RawMessage{}}
	for ids := range slices.Chunk(ids, recordsAtOnce) {
		if err := j.listSome(ctx, ids, &listed); err != nil {
			return nil, err
		}
	}
	if len(listed.expired) > 0 {
		if err := j.client.ZRem(ctx, mine, listed.expired...).Err(); err != nil {
			return nil, fmt.Errorf("strike off expired backtests: %w", err)
		}
	}
	return listed.records, nil
}

// jobList is an answer that is being made.
type jobList struct {
	user    string
	left    int // bytes
	records []json.RawMessage
	expired []any
}

func (j *Jobs) listSome(ctx context.Context, ids []string, listed *jobList) error {
	answers, err := j.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, id := range ids {
			p.Get(ctx, jobKey(id))
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return fmt.Errorf("read backtests: %w", err)
	}
	for i, answer := range answers {
		switch text, err := answer.(*redis.StringCmd).Result(); {
		case errors.Is(err, redis.Nil):
			listed.expired = append(listed.expired, ids[i])
		case err != nil:
			return fmt.Errorf("read a backtest: %w", err)
		default:
			listed.add(text)
		}
	}
	return nil
}

// add takes a record that is sound, and the user's own, if there is room for it.
func (l *jobList) add(text string) {
	record, err := readJobRecord(text)
	if err != nil || !record.of(l.user) {
		return
	}
	shown := []byte(text)
	if len(shown) > l.left {
		record.put("results", "null")
		shown = record.appendTo(nil)
	}
	if len(shown) > l.left {
		l.left = 0 // nor is there room for an older one: the list has no holes
		return
	}
	l.left -= len(shown)
	l.records = append(l.records, shown)
}
