package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/redisbridge"
	"github.com/tickstock/tickcast/server"
)

// grace is what parts that were told to end may take beyond drain.timeout.
const grace = time.Second

// running is what moves.
type running struct {
	front     *server.Server
	sockets   *server.Sockets
	bridge    *redisbridge.Bridge
	jobs      *redisbridge.Jobs
	users     *redisbridge.Users
	instances *redisbridge.Instances
	python    *redisbridge.PythonQueue // nil = we are in no message queue
	http      *http.Server
	drain     config.Drain
	log       zerolog.Logger
}

// run returns when every part has ended: all of them if one fails, one after the other once ctx ends.
func (r running) run(ctx context.Context, listener net.Listener) error {
	parts, alive := errgroup.WithContext(context.WithoutCancel(ctx))
	hearing, deafen := context.WithCancel(alive)
	defer deafen()
	moving, halt := context.WithCancel(alive)
	defer halt()
	deaf := make(chan struct{})

	parts.Go(func() error { return unlessClosed(r.http.Serve(listener)) })
	keeping, forget := context.WithCancel(alive)
	parts.Go(func() error { defer forget(); return r.sockets.Run(moving) })
	parts.Go(func() error { return r.users.Run(keeping) }) // longer than the sockets, whose last words it keeps
	parts.Go(func() error { return r.instances.Run(moving) })
	parts.Go(func() error { defer close(deaf); return r.bridge.Run(hearing) })
	parts.Go(func() error { return r.jobs.Run(moving) }) // longer than the bridge, which tells it what to keep
	if r.python != nil {
		parts.Go(func() error { return r.python.Run(moving) }) // longer than the bridge, whose last messages may be answered
	}
	parts.Go(func() error {
		select {
		case <-alive.Done():
			return r.http.Close()
		case <-ctx.Done():
		}
		limit, cancel := context.WithTimeout(alive, r.drain.Timeout)
		defer cancel()
		r.drainSockets(limit)
		deafen()
		pause(limit, deaf)
		err := r.shutdown(limit)
		halt()
		return err
	})
	return r.wait(ctx, parts)
}

// drainSockets lets everyone look away before it closes what is left. The bridge still runs: who is
// not closed yet still hears, and misses no more than the time of one reconnect.
func (r running) drainSockets(limit context.Context) {
	r.front.SetDraining()
	r.log.Info().Int("connections", r.sockets.Sessions()).Stringer("delay", r.drain.Delay).Stringer("spread", r.drain.Spread).Msg("draining")
	pause(limit, time.After(r.drain.Delay))
	r.sockets.Drain(limit, r.drain.Spread)
}

func (r running) shutdown(limit context.Context) error {
	err := r.http.Shutdown(limit)
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	r.log.Warn().Int("connections", r.sockets.Sessions()).Stringer("timeout", r.drain.Timeout).Msg("drain.timeout is over: cutting the rest")
	return r.http.Close()
}

// wait bounds the stop as a whole: a part that does not end must not keep the process.
func (r running) wait(ctx context.Context, parts *errgroup.Group) error {
	ended := make(chan error, 1)
	go func() { ended <- parts.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-ended:
		r.log.Info().Msg("stopped")
		return err
	case <-time.After(r.drain.Timeout + grace):
		return errors.New("stop: a part did not end in time")
	}
}

// pause waits for done, but not beyond ctx.
func pause[T any](ctx context.Context, done <-chan T) {
	select {
	case <-done:
	case <-ctx.Done():
	}
}

func unlessClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
