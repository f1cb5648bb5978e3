package bench

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

const (
	connecting  = 64               // handshakes at once
	quietLimit  = 3 * time.Second  // nothing came for so long: what is missing is lost
	maximumWait = 60 * time.Second // for the last message, however slow the server is
)

// load is all clients of a run.
type load struct {
	clients []*client
	tallies []*tally
	total   atomic.Int64
	running sync.WaitGroup
}

// connect opens all sockets, some at a time.
func (f Fanout) connect(ctx context.Context, addr string) (*load, error) {
	l := &load{clients: make([]*client, f.Sockets), tallies: make([]*tally, f.Sockets)}
	errs := make([]error, f.Sockets)
	gate := make(chan struct{}, connecting)
	var dialling sync.WaitGroup
	for i := range f.Sockets {
		l.tallies[i] = &tally{progress: func() { l.total.Add(1) }}
		gate <- struct{}{}
		dialling.Go(func() {
			defer func() { <-gate }()
			l.clients[i], errs[i] = dial(ctx, addr, l.tallies[i])
		})
	}
	dialling.Wait()
	if err := errors.Join(errs...); err != nil {
		l.close()
		return nil, err
	}
	for _, c := range l.clients {
		l.running.Go(func() { _ = c.run() }) // a broken connection shows as loss
	}
	return l, nil
}

// await returns when every client has everything, or nothing has come for a while.
func (l *load) await(ctx context.Context, messages int64) {
	expected := messages * int64(len(l.clients))
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
