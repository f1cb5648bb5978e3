package redisbridge

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

var (
	errUnconfirmed = errors.New("redis does not confirm the subscription")
	errSilent      = errors.New("a probe through redis did not come back on the subscription")
)

// minPatience is the least that any Redis needs for an answer.
const minPatience = 100 * time.Millisecond

// watch asks again and again whether the line still hears: a probe is published
// to our own channel, twice in every ProbeEvery, so that a silence is noticed
// within it. The error says that the line is dead.
//
// A Redis that answers nobody (frozen, or cut off) is no reason to give the line
// up: if it thaws, the line still has all that was published meanwhile.
func (b *Bridge) watch(ctx context.Context, l *line) error {
	patience := max(b.cfg.ProbeEvery/2, minPatience)
	if !within(ctx, patience, l.confirmed) {
		return errUnconfirmed
	}
	again := retry{limit: b.cfg.RetryMax}
	bound := patience
	for number := 1; ; number++ {
		heard := l.attendance.pulse.Load()
		err := b.probe(ctx, l, strconv.Itoa(number), bound)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			again.reset()
			bound = patience
			if b.backlog != nil {
				b.backlog.prove(ctx, l, heard)
			}
			within(ctx, patience, nil)
		case errors.Is(err, errSilent):
			return err
		default:
			b.standing.lose(Deaf, err, false)
			bound = min(patience, b.cfg.RetryMax)
			again.wait(ctx)
		}
	}
}

// probe publishes a tag and waits until it comes back on the line.
func (b *Bridge) probe(ctx context.Context, l *line, tag string, bound time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	sent := time.Now()
	err := b.client.Publish(ctx, b.control, tag).Err()
	if answered(err) {
		// Redis is there, but does not let us publish. The line itself can be asked, too.
		err = l.pubsub.Ping(ctx, tag)
	}
	if err != nil {
		return fmt.Errorf("redis does not answer: %w", err)
	}
	for {
		select {
		case echo := <-l.echoes:
			if echo == tag {
				b.standing.probed(time.Since(sent))
				return nil
			}
		case <-ctx.Done():
			return errSilent
		}
	}
}

// within waits for done, no longer than d, and says whether it came.
func within(ctx context.Context, d time.Duration, done <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-ctx.Done():
	case <-timer.C:
	}
	return false
}
