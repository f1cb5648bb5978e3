package redisbridge

import (
	"fmt"
	"net"

	"github.com/alicebob/miniredis/v2"
)

// Embedded is a Redis inside this process, for machines that have none. It keeps nothing.
type Embedded struct {
	redis *miniredis.Miniredis
}

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
	return &Embedded{redis}, nil
}

// Addr is where it listens.
func (e *Embedded) Addr() string { return e.redis.Addr() }

// Close stops it and cuts its connections.
func (e *Embedded) Close() { e.redis.Close() }
