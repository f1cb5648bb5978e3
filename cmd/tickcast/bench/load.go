package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	connecting  = 64               // handshakes at once
	quietLimit  = 20 * time.Second // nothing came for so long: what is missing is lost; a peer may take a whole burst before it sends
	maximumWait = 60 * time.Second // for the last message, however slow the server is
)

// load is all clients of a run.
type load struct {
	clients []*client
	tallies []*tally
	total   atomic.Int64
	running sync.WaitGroup
}

// connect opens a socket for each tally, so many at a time; header is the Cookie of each, nil = none.
func connect(ctx context.Context, s *stage, tallies []*tally, header func(i int) string, atOnce int) (*load, error) {
	l := &load{clients: make([]*client, len(tallies)), tallies: tallies}
	var in atomic.Int64
	var failure atomic.Pointer[error]
	_ = inTurns(len(tallies), atOnce, func(i int) error {
		if failure.Load() != nil {
			return nil // one is enough
		}
		own := ""
		if header != nil {
			own = header(i)
		}
		tallies[i].progress = func() { l.total.Add(1) }
		c, err := dial(ctx, s.server.addr, s.speech, own, tallies[i])
		if err != nil {
			failure.CompareAndSwap(nil, &err)
			return nil
		}
		in.Add(1)
		l.clients[i] = c
		return nil
	})
	if err := failure.Load(); err != nil {
		l.close()
		return nil, fmt.Errorf("of %d sockets %d got in, then: %w", len(tallies), in.Load(), *err)
	}
	return l, nil
}

// inTurns lets workers do the n pieces of work, each its own stretch of them, and joins the errors.
func inTurns(n, workers int, do func(i int) error) error {
	errs := make([]error, n)
	var working sync.WaitGroup
	for w := range workers {
		working.Go(func() {
			for i := w * n / workers; i < (w+1)*n/workers; i++ {
				errs[i] = do(i)
			}
		})
	}
	working.Wait()
	return errors.Join(errs...)
}

// listen makes all clients read, until they are closed.
func (l *load) listen() {
	for _, c := range l.clients {
		l.running.Go(func() { _ = c.run() }) // a broken connection shows as loss
	}
}

// await returns when so many messages have come, or nothing has for a while.
func (l *load) await(ctx context.Context, expected int64) {
	quiet, last := time.Now(), int64(0)
	for began := time.Now(); time.Since(began) < maximumWait; {
		now := l.total.Load()
		if now >= expected || time.Since(quiet) > quietLimit {
			return
		}
		if now != last {
			quiet, last = time.Now(), now
		}
		if pause(ctx, 5*time.Millisecond) != nil {
			return
		}
	}
}

func (l *load) close() {
	for _, c := range l.clients {
		if c != nil {
			_ = c.conn.Close()
		}
	}
	l.running.Wait()
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
