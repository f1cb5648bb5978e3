package redisbridge

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

var (
	errUnconfirmed = errors.New("redis does not confirm the subscription")
	errSilent      = errors.New("a probe through redis did not come back on the subscription")
)

const (
	minPatience    = 100 * time.Millisecond // the least that any Redis needs for an answer
	insistEvery    = 500 * time.Millisecond // between two probes of a Redis that does not answer
	insistPatience = 2 * time.Second        // for each of those
	quiet          = 300 * time.Millisecond // in which a line brings nothing at all, not even what was published just now
)

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
	if b.backlog != nil {
		within(ctx, patience, l.attendance.concluded)
	}
	for number := 1; ; number++ {
		heard := l.attendance.pulse.Load()
		err := b.probe(ctx, l, strconv.Itoa(number), patience)
		if err != nil && ctx.Err() == nil && !errors.Is(err, errSilent) {
			b.standing.lose(Deaf, err, false)
			err = b.insist(ctx, l)
		}
		if ctx.Err() != nil || err != nil {
			return err
		}
		if b.backlog != nil {
			b.backlog.prove(ctx, l, heard)
		}
		within(ctx, patience*4/5, nil)
	}
}

// probe publishes a tag and waits until it comes back on the line.
func (b *Bridge) probe(ctx context.Context, l *line, tag string, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	sent := time.Now()
	unpublished := b.ask(ctx, l, tag)
	for {
		select {
		case echo := <-l.echoes:
			if echo == tag {
				b.standing.probed(time.Since(sent))
				return nil
			}
		case <-ctx.Done():
			if unpublished != nil {
				return unpublished
			}
			return errSilent
		}
	}
}

// insist probes a Redis that does not answer until the line hears again, or turns out to be dead. It does not wait
// for one answer before it asks again: what is on its way to a machine that is gone tells nothing about the one that
// has taken its place.
func (b *Bridge) insist(ctx context.Context, l *line) error {
	ctx, cancel := context.WithCancel(ctx)
	var asking sync.WaitGroup
	defer asking.Wait()
	defer cancel()
	answers := make(chan error)
	next := time.NewTimer(0)
	defer next.Stop()
	for {
		select {
		case <-next.C:
			asking.Go(func() { b.insistOnce(ctx, l, answers) })
			next.Reset(insistEvery - rand.N(insistEvery/5)) // many instances do not ask in one moment
		case err := <-answers:
			if err == nil {
				return b.decide(ctx, l)
			}
			b.standing.lose(Deaf, err, false)
		case <-l.echoes:
			b.standing.hear()
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

func (b *Bridge) insistOnce(ctx context.Context, l *line, answers chan<- error) {
	limited, cancel := context.WithTimeout(ctx, insistPatience)
	defer cancel()
	err := b.ask(limited, l, "")
	select {
	case answers <- err:
	case <-ctx.Done():
	}
}

// decide is called when Redis has taken a probe: a line that lives brings it now, or first what has waited longer.
func (b *Bridge) decide(ctx context.Context, l *line) error {
	limit := time.NewTimer(insistPatience)
	defer limit.Stop()
	silence := time.NewTimer(quiet)
	defer silence.Stop()
	for {
		select {
		case <-l.echoes:
			b.standing.hear()
			return nil
		case <-l.stirred:
			silence.Reset(quiet)
		case <-silence.C:
			return errSilent
		case <-limit.C:
			return errSilent
		case <-ctx.Done():
			return nil
		}
	}
}

// ask publishes a tag. Where that is refused, Redis may be there all the same: then the line itself is asked, which
// brings the tag as well if it lives.
func (b *Bridge) ask(ctx context.Context, l *line, tag string) error {
	client, done := newcomer(ctx, b.client)
	defer done()
	err := client.Publish(ctx, b.control, tag).Err()
	if err == nil {
		return nil
	}
	if late, is := errors.AsType[net.Error](err); ctx.Err() == nil && !(is && late.Timeout()) {
		// Its own time limit, not ours: when that is over the library takes the line for broken, and replaces it.
		_ = l.pubsub.Ping(context.WithoutCancel(ctx), tag) // the other error says why
	}
	if ctx.Err() != nil {
		err = ctx.Err() // rather than that its client was closed
	}
	return fmt.Errorf("redis does not answer: %w", err)
}

// newcomer is like client, without any connection yet, until ctx ends. What it publishes goes where a producer's
// messages go that comes just now: the name, or the sentinels, may lead elsewhere since the line was made, though
// the old Redis still answers. The client of a cluster follows the cluster by itself.
func newcomer(ctx context.Context, client redis.UniversalClient) (fresh redis.UniversalClient, done func()) {
	known, is := client.(*redis.Client)
	if !is {
		return client, func() {}
	}
	options := *known.Options()
	options.MaxRetries = -1 // none, which it calls 0 once it has read it
	fresh = redis.NewClient(&options)
	stop := context.AfterFunc(ctx, func() { _ = fresh.Close() }) // ends what waits for an answer
	return fresh, func() {
		stop()
		_ = fresh.Close() // nothing is left to lose
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
