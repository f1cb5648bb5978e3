package redisbridge

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// Embedded is a Redis inside this process, for machines that have none. It keeps nothing.
type Embedded struct {
	redis *miniredis.Miniredis
	end   context.CancelFunc
	aging sync.WaitGroup
}

// agePeriod is how exact the times of keeping are.
const agePeriod = time.Second

// Embed starts one at host:port. Port 0 takes any free one, and without a host it is this machine's own.
func Embed(addr string) (*Embedded, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("redis.embedded_addr: %q is not host:port", addr)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	redis := miniredis.NewMiniRedis()
	if err := redis.StartAddr(net.JoinHostPort(host, port)); err != nil {
		return nil, fmt.Errorf("redis.embedded_addr: start the embedded redis: %w", err)
	}
	ctx, end := context.WithCancel(context.Background())
	e := &Embedded{redis: redis, end: end}
	e.aging.Go(func() { e.age(ctx) })
	return e, nil
}

// age lets time pass for what is kept for a time only: by itself that would stay for ever.
func (e *Embedded) age(ctx context.Context) {
	tick := time.NewTicker(agePeriod)
	defer tick.Stop()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			now := time.Now()
			e.redis.FastForward(now.Sub(last))
			last = now
		}
	}
}

// Addr is where it listens.
func (e *Embedded) Addr() string { return e.redis.Addr() }

// Close stops it and cuts its connections.
func (e *Embedded) Close() {
	e.end()
	e.aging.Wait()
	e.redis.Close()
}
