package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Fanout is one message a tick: to every socket, or to those whose filters accept it.
type Fanout struct {
	Name    string
	Sockets int
	Rate    int           // messages per second; 0 = as fast as Redis takes them
	Ahead   int           // without a rate: messages that the publisher may be ahead of the clients, so that none is slow
	Size    int           // bytes that a browser gets with each message, about
	Length  time.Duration // of the publishing
	Filters bool          // each socket is a user with a filter of his own
}

const settle = 500 * time.Millisecond // for the server to come to rest after the handshakes

// Label implements Work.
func (f Fanout) Label() string {
	pace := fmt.Sprintf("× %d messages/s", f.Rate)
	switch {
	case f.Filters:
		pace = fmt.Sprintf("of users with different filters, %d messages/s", f.Rate)
	case f.Rate == 0:
		pace = "saturating"
	}
	return fmt.Sprintf("%s: %d sockets %s", f.Name, f.Sockets, pace)
}

// Check implements Work.
func (f Fanout) Check() error {
	switch {
	case f.Sockets < 1:
		return errors.New("sockets: at least one")
	case f.Rate < 0:
		return errors.New("rate: not below 0")
	case f.Rate == 0 && f.Filters:
		return errors.New("filters: need a rate")
	case f.Rate == 0 && f.Ahead < 1:
		return errors.New("ahead: at least one")
	case f.Length <= 0, f.Rate > 0 && f.count() == 0:
		return errors.New("length: not one message is due")
	}
	return nil
}

func (f Fanout) rows() []string {
	rows := []string{"CPU/delivery µs", "p50 ms", "p95 ms", "p99 ms", "max ms", "messages/s", frameBytes}
	if f.Filters {
		rows = append(rows, "deliveries/message")
	}
	return rows
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

func (f Fanout) measure(ctx context.Context, s *stage, frame int) (Run, error) {
	script := f.script(s, frame)
	var header func(i int) string // without filters nobody is anybody
	if f.Filters {
		header = s.header
	}
	load, err := connect(ctx, s, script.tallies, header, connecting)
	if err != nil {
		return Run{}, err
	}
	defer load.close()
	if err := script.subscribe(load); err != nil {
		return Run{}, err
	}
	load.listen()
	if err := pause(ctx, settle); err != nil {
		return Run{}, err
	}
	before, err := s.server.cpu()
	if err != nil {
		return Run{}, err
	}
	began := time.Now()
	messages, err := f.publish(ctx, s.client, script, load)
	if err != nil {
		return Run{}, err
	}
	load.await(ctx, script.due(messages))
	took := time.Since(began)
	after, err := s.server.cpu()
	if err != nil {
		return Run{}, err
	}
	load.close()
	return f.judge(script.tallies, messages, after-before, took), nil
}

func (f Fanout) judge(tallies []*tally, messages int64, cpu, took time.Duration) Run {
	v, latencies := sum(tallies, messages)
	run := Run{Figures: figures{"messages/s": float64(messages) / took.Seconds()}, verdict: v}
	if v.Got == 0 {
		return run
	}
	for name, q := range map[string]float64{"p50 ms": 0.5, "p95 ms": 0.95, "p99 ms": 0.99, "max ms": 1} {
		run.Figures[name] = quantile(latencies, q)
	}
	run.Figures["CPU/delivery µs"] = float64(cpu.Microseconds()) / float64(v.Got)
	run.Figures["deliveries/message"] = float64(v.Got) / float64(messages)
	for _, one := range tallies {
		run.Figures[frameBytes] = max(run.Figures[frameBytes], float64(one.frameBytes))
	}
	return run
}
