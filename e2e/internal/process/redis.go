package process

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"syscall"

	"github.com/redis/go-redis/v9"
)

// Redis is a redis-server of the spec's own. It keeps its port when it is started again.
type Redis struct {
	// Set once, then read only.
	port   int
	out    io.Writer
	client *redis.Client
	// Owned by the spec.
	process *Process
}

// NewRedis chooses a port; Start starts the server.
func NewRedis(out io.Writer) (*Redis, error) {
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	return &Redis{port: port, out: out, client: redis.NewClient(&redis.Options{
		Addr: Loopback(port), MaxRetries: -1, DisableIdentity: true,
	})}, nil
}

// Start runs the server. It answers a moment later: see Ping.
func (r *Redis) Start() error {
	process, err := Start(exec.Command("redis-server", "--port", strconv.Itoa(r.port), "--bind", "127.0.0.1",
		"--save", "", "--appendonly", "no", "--daemonize", "no"), r.out)
	if err != nil {
		return err
	}
	r.process = process
	return nil
}

// Address is host:port.
func (r *Redis) Address() string { return Loopback(r.port) }

// URL is the server's address for REDIS_URL.
func (r *Redis) URL() string { return "redis://" + Loopback(r.port) + "/0" }

// Ping is nil when the server answers.
func (r *Redis) Ping(ctx context.Context) error { return r.client.Ping(ctx).Err() }

// Publish publishes one message and tells how many heard it.
func (r *Redis) Publish(ctx context.Context, channel, message string) (int64, error) {
	n, err := r.client.Publish(ctx, channel, message).Result()
	if err != nil {
		return 0, fmt.Errorf("publish: %w", err)
	}
	return n, nil
}

// Client is for commands that only one spec needs.
func (r *Redis) Client() *redis.Client { return r.client }

// Freeze stops the server where it is; connections stay open and silent.
func (r *Redis) Freeze() error { return r.process.Signal(syscall.SIGSTOP) }

// Thaw lets it go on.
func (r *Redis) Thaw() error { return r.process.Signal(syscall.SIGCONT) }

// Kill ends the server without a word.
func (r *Redis) Kill() {
	if r.process != nil {
		r.process.Kill()
	}
}

// Close kills the server and lets go of the client.
func (r *Redis) Close() {
	r.Kill()
	_ = r.client.Close() // nothing is left to lose
}
