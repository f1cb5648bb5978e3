package redisbridge

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	maxListBytes  = 512 << 10   // of an answer: half of what may wait for a browser
	maxReadBytes  = 4 << 20     // of records, for one answer: results may be large
	recordsAtOnce = 4           // read in one go, for the same reason
	recordGrace   = time.Minute // in which an entry of the list may wait for its record
)

// List returns the records of a user's jobs, latest first. Beyond a size that
// browsers can be sent, older records come without their results, and then not at all.
func (j *Jobs) List(ctx context.Context, user string) ([]json.RawMessage, error) {
	mine := userJobsKey(cmp.Or(user, anonymous))
	done, err := j.turn(ctx)
	if err != nil {
		return nil, fmt.Errorf("list backtests: %w", err)
	}
	defer done()
	entries, err := j.client.ZRevRangeWithScores(ctx, mine, 0, maxListedJobs-1).Result()
	if err != nil {
		return nil, fmt.Errorf("list backtests: %w", err)
	}
	listed := jobList{user: cmp.Or(user, anonymous), left: maxListBytes, unread: maxReadBytes, records: []json.RawMessage{}}
	for some := range slices.Chunk(entries, recordsAtOnce) {
		if listed.left <= 0 || listed.unread <= 0 {
			break
		}
		if err := j.listSome(ctx, some, &listed); err != nil {
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
	left    int // bytes that it may still take
	unread  int // bytes that may still be read for it
	records []json.RawMessage
	expired []any
}

func (j *Jobs) listSome(ctx context.Context, entries []redis.Z, listed *jobList) error {
	answers, err := j.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, entry := range entries {
			p.Get(ctx, jobKey(entry.Member.(string)))
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return fmt.Errorf("read backtests: %w", err)
	}
	for i, answer := range answers {
		switch text, err := answer.(*redis.StringCmd).Result(); {
		case errors.Is(err, redis.Nil):
			listed.miss(entries[i])
		case err != nil:
			return fmt.Errorf("read a backtest: %w", err)
		default:
			listed.add(text)
		}
	}
	return nil
}

// miss strikes an entry off if it can have no record any more: another may put a job on the list before it writes it.
func (l *jobList) miss(entry redis.Z) {
	if entry.Score < float64(time.Now().Add(-recordGrace).Unix()) {
		l.expired = append(l.expired, entry.Member)
	}
}

// add takes a record that is sound, and the user's own, if there is room for it.
func (l *jobList) add(text string) {
	l.unread -= len(text)
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
