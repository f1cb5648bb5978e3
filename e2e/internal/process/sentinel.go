package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// MasterName is what sentinels call the server that they watch.
const MasterName = "mymaster"

const (
	sentinelCount = 3
	quorum        = 2 // of them say that the master is down
)

// Watched is a master and its replica with the sentinels that exchange them.
type Watched struct {
	// Set once, then read only.
	Servers   [2]*Redis // the first is the master at the start
	Sentinels []*Sentinel
}

// Sentinel is one redis-server that watches.
type Sentinel struct {
	// Set once, then read only.
	port    int
	client  *redis.SentinelClient
	process *Process
}

// Watch starts them all, with files in dir; a master that has been silent for down is replaced. They know
// each other a moment later: see Settled.
func Watch(ctx context.Context, dir string, down time.Duration, out io.Writer) (*Watched, error) {
	w := &Watched{}
	for i := range w.Servers {
		var err error
		if w.Servers[i], err = NewRedis(out); err != nil {
			return w, err
		}
		if err := errors.Join(w.Servers[i].Start(), w.Servers[i].answers(ctx)); err != nil {
			return w, err
		}
	}
	if err := w.Servers[1].follow(ctx, w.Servers[0]); err != nil {
		return w, err
	}
	for range sentinelCount {
		s, err := startSentinel(dir, w.Servers[0].port, down, out)
		if err != nil {
			return w, err
		}
		w.Sentinels = append(w.Sentinels, s)
	}
	return w, nil
}

// answers waits until the server does.
func (r *Redis) answers(ctx context.Context) error {
	for r.Ping(ctx) != nil {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for redis: %w", ctx.Err())
		case <-time.After(answerEvery):
		}
	}
	return nil
}

const answerEvery = 10 * time.Millisecond

// follow makes the server a replica. What they exchange at first goes at once, and by no file.
func (r *Redis) follow(ctx context.Context, master *Redis) error {
	for _, server := range []*Redis{r, master} { // they will change places
		for name, value := range map[string]string{"repl-diskless-sync": "yes", "repl-diskless-sync-delay": "0", "repl-diskless-load": "swapdb"} {
			if err := server.client.ConfigSet(ctx, name, value).Err(); err != nil {
				return fmt.Errorf("prepare %s: %w", name, err)
			}
		}
	}
	if err := r.client.SlaveOf(ctx, "127.0.0.1", strconv.Itoa(master.port)).Err(); err != nil {
		return fmt.Errorf("follow the master: %w", err)
	}
	return nil
}

func startSentinel(dir string, master int, down time.Duration, out io.Writer) (*Sentinel, error) {
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	// A sentinel rewrites its file.
	path := filepath.Join(dir, fmt.Sprintf("sentinel-%d.conf", port))
	conf := strings.Join([]string{
		fmt.Sprintf("port %d", port), "bind 127.0.0.1", "daemonize no", "dir " + dir,
		fmt.Sprintf("sentinel monitor %s 127.0.0.1 %d %d", MasterName, master, quorum),
		fmt.Sprintf("sentinel down-after-milliseconds %s %d", MasterName, down.Milliseconds()),
		fmt.Sprintf("sentinel failover-timeout %s %d", MasterName, 10*down.Milliseconds()),
	}, "\n")
	if err := os.WriteFile(path, []byte(conf+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("write a sentinel's file: %w", err)
	}
	process, err := Start(exec.Command("redis-server", path, "--sentinel"), out)
	if err != nil {
		return nil, err
	}
	options := redis.Options{Addr: Loopback(port), MaxRetries: -1, DisableIdentity: true, Protocol: 2}
	return &Sentinel{port: port, client: redis.NewSentinelClient(&options), process: process}, nil
}

// URL is where tickcast finds the sentinels.
func (w *Watched) URL() string {
	var hosts []string
	for _, s := range w.Sentinels {
		hosts = append(hosts, Loopback(s.port))
	}
	return "redis+sentinel://" + strings.Join(hosts, ",") + "/0/" + MasterName
}

// Settled is nil once every sentinel knows the replica and the other sentinels.
func (w *Watched) Settled(ctx context.Context) error {
	for _, s := range w.Sentinels {
		known, err := s.client.Master(ctx, MasterName).Result()
		if err != nil {
			return fmt.Errorf("ask a sentinel: %w", err)
		}
		if known["num-slaves"] != "1" || known["num-other-sentinels"] != strconv.Itoa(sentinelCount-1) || known["flags"] != "master" {
			return fmt.Errorf("a sentinel knows %s replicas, %s others, and the master as %s", known["num-slaves"], known["num-other-sentinels"], known["flags"])
		}
		replicas, err := s.client.Replicas(ctx, MasterName).Result()
		if err != nil || len(replicas) != 1 || replicas[0]["master-link-status"] != "ok" {
			return fmt.Errorf("the replica does not follow yet: %v %w", replicas, err)
		}
	}
	return nil
}

// Close ends them all.
func (w *Watched) Close() {
	for _, s := range w.Sentinels {
		s.process.Kill()
		_ = s.client.Close() // nothing is left to lose
	}
	for _, r := range w.Servers {
		if r != nil {
			r.Close()
		}
	}
}

// Master is what the sentinel says it is: one of the servers, or nil.
func (w *Watched) Master(ctx context.Context, by *Sentinel) *Redis {
	addr, err := by.client.GetMasterAddrByName(ctx, MasterName).Result()
	if err != nil {
		return nil
	}
	for _, r := range w.Servers {
		if strconv.Itoa(r.port) == addr[1] {
			return r
		}
	}
	return nil
}

// Freeze stops the sentinel where it is.
func (s *Sentinel) Freeze() error { return s.process.Signal(syscall.SIGSTOP) }

// FailOver exchanges master and replica though neither fails.
func (s *Sentinel) FailOver(ctx context.Context) error {
	if err := s.client.Failover(ctx, MasterName).Err(); err != nil {
		return fmt.Errorf("ask for a failover: %w", err)
	}
	return nil
}
