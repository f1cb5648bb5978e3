package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/redis/go-redis/v9"
)

// Fanout is the work of a broadcast benchmark: one message a tick, to every socket.
type Fanout struct {
	Sockets int
	Rate    int           // messages per second; 0 = as fast as Redis takes them
	Size    int           // bytes that a browser gets with each message, about
	Length  time.Duration // of the publishing
	Runs    int           // in turns, of which the median counts
	Peers   []Peer        // ours first
}

// Peer is a server that can be started on an address in front of a Redis.
type Peer struct {
	Name    string
	Command string
	Args    []string
	Env     func(addr, redis string) []string
}

// Run is what one run of one peer has shown.
type Run struct {
	Peer         string  `json:"peer"`
	CPUPerSend   float64 `json:"cpu_us_per_delivery"`
	P50          float64 `json:"p50_ms"`
	P99          float64 `json:"p99_ms"`
	Max          float64 `json:"max_ms"`
	RSSPerSocket float64 `json:"rss_kb_per_socket"`
	FrameBytes   int     `json:"frame_bytes"`
	Rate         float64 `json:"messages_per_second"`
	verdict
}

const settle = 500 * time.Millisecond // for the server to come to rest after the handshakes

// Run runs all peers in turns and prints a line for each run to progress.
func (f Fanout) Run(ctx context.Context, progress io.Writer) ([]Run, error) {
	var runs []Run
	for range f.Runs {
		ours := 0 // bytes of our frame: a peer's messages are filled up to send as many
		for _, peer := range f.Peers {
			filler := max(0, (f.Size-envelope)/2) // our envelope holds a message twice
			if ours > 0 {
				filler = ours - len(peerFrame) - len(message(0, time.Now().UnixNano(), ""))
			}
			run, err := f.one(ctx, peer, filler)
			if err != nil {
				return runs, fmt.Errorf("%s: %w", peer.Name, err)
			}
			fmt.Fprintln(progress, run)
			runs = append(runs, run)
			ours = max(ours, run.FrameBytes)
		}
	}
	return runs, nil
}

func (r Run) String() string {
	return fmt.Sprintf("%-22s %6.2f µs/delivery  p50 %.2f  p99 %.2f  max %.1f ms  %5.1f KB/socket  %d B  lost %d  doubled %d  reordered %d  of %d",
		r.Peer, r.CPUPerSend, r.P50, r.P99, r.Max, r.RSSPerSocket, r.FrameBytes, r.Lost, r.Doubled, r.Reordered, r.Expected)
}

// one measures a peer with a Redis of its own.
func (f Fanout) one(ctx context.Context, peer Peer, filler int) (Run, error) {
	stage, err := open(ctx, peer)
	if err != nil {
		return Run{}, err
	}
	defer stage.close()
	return f.measure(ctx, peer.Name, stage.server, stage.client, filler)
}

// heard waits until somebody listens on the channel.
func heard(ctx context.Context, client *redis.Client) error {
	for range 100 {
		n, err := client.PubSubNumSub(ctx, channel).Result()
		if err == nil && n[channel] > 0 {
			return nil
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return errors.New("does not subscribe to " + channel)
}

func (f Fanout) measure(ctx context.Context, name string, server *process, client *redis.Client, filler int) (Run, error) {
	before, err := server.rss()
	if err != nil {
		return Run{}, err
	}
	load, err := connect(ctx, server.addr, tallies(f.Sockets), nil)
	if err != nil {
		return Run{}, err
	}
	load.listen()
	defer load.close()
	if err := pause(ctx, settle); err != nil {
		return Run{}, err
	}
	after, err := server.rss()
	if err != nil {
		return Run{}, err
	}
	cpu, err := server.cpu()
	if err != nil {
		return Run{}, err
	}
	began := time.Now()
	messages, err := f.publish(ctx, client, filler)
	if err != nil {
		return Run{}, err
	}
	load.await(ctx, messages*int64(f.Sockets))
	took := time.Since(began)
	spent, err := server.cpu()
	if err != nil {
		return Run{}, err
	}
	load.close()
	v, latencies := sum(load.tallies, messages)
	return Run{
		Peer: name, CPUPerSend: float64((spent - cpu).Microseconds()) / float64(max(v.Got, 1)),
		P50: quantile(latencies, 0.5), P99: quantile(latencies, 0.99), Max: quantile(latencies, 1),
		RSSPerSocket: float64(after-before) / 1024 / float64(f.Sockets),
		FrameBytes:   load.tallies[0].frameBytes, Rate: float64(messages) / took.Seconds(), verdict: v,
	}, nil
}
