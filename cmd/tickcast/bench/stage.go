package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// stage is a server with a Redis of its own.
type stage struct {
	store, server *process
	client        *redis.Client
	speech        speech
	secret        string
}

// open starts both, and waits until the server listens to the Redis.
func open(ctx context.Context, peer Peer) (*stage, error) {
	redisAddr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	_, port, _ := strings.Cut(redisAddr, ":")
	s := &stage{speech: peer.speech(), secret: peer.Secret}
	s.store, err = start(ctx, "redis-server", redisAddr, nil, "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	if err != nil {
		return nil, err
	}
	s.client = redis.NewClient(&redis.Options{Addr: redisAddr})
	addr, err := freeAddr()
	if err == nil {
		s.server, err = start(ctx, peer.Name, addr, peer.Env(addr, redisAddr), peer.Command, peer.Args...)
	}
	if err == nil {
		err = heard(ctx, s.client)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// header is the session cookie of user i; a server that knows no users gets none.
func (s *stage) header(i int) string {
	if s.secret == "" {
		return ""
	}
	return cookie(s.secret, fmt.Sprintf("bench_%d", i), time.Now())
}

func (s *stage) close() {
	if s.server != nil {
		s.server.stop()
	}
	_ = s.client.Close() // nothing is left to lose
	s.store.stop()
}
