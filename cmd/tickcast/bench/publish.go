package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	channel  = "tickstock.events.patterns"
	envelope = 620                    // bytes of our envelope around an empty message, both copies of it included
	breath   = 200 * time.Microsecond // of a publisher that is ahead
)

// message is one pattern of the producer, numbered, stamped (Unix ns) and filled up.
func message(seq, sent int64, filler string) string {
	return fmt.Sprintf(`{"pattern":"Bench","symbol":"AAPL","seq":%d,"sent":%d,"x":"%s"}`, seq, sent, filler)
}

// publish sends the messages at their pace, and says how many.
func (f Fanout) publish(ctx context.Context, client *redis.Client, s *script, l *load) (int64, error) {
	if f.Rate > 0 {
		return publish(ctx, client, f.Rate, func(seq int64) bool { return seq < f.count() }, s.text)
	}
	began := time.Now()
	more := func(seq int64) bool {
		for time.Since(began) <= f.Length && ctx.Err() == nil {
			if seq-l.total.Load()/int64(f.Sockets) < int64(f.Ahead) {
				return true
			}
			_ = pause(ctx, breath)
		}
		return false
	}
	return publish(ctx, client, 0, more, s.text)
}

// publish sends so many texts a second, 0 = as fast as Redis takes them, while there are more.
func publish(ctx context.Context, client *redis.Client, rate int, more func(seq int64) bool, text func(seq, sent int64) string) (int64, error) {
	start := time.Now()
	seq := int64(0)
	for ; more(seq); seq++ {
		if rate > 0 {
			due := start.Add(time.Duration(seq) * time.Second / time.Duration(rate))
			if err := pause(ctx, time.Until(due)); err != nil {
				return seq, err
			}
		}
		if err := client.Publish(ctx, channel, text(seq, time.Now().UnixNano())).Err(); err != nil {
			return seq, err
		}
	}
	return seq, nil
}

// burst sends n texts at once.
func burst(ctx context.Context, client *redis.Client, n int, text func(seq, sent int64) string) error {
	pipe := client.Pipeline()
	for seq := range int64(n) {
		pipe.Publish(ctx, channel, text(seq, time.Now().UnixNano()))
	}
	_, err := pipe.Exec(ctx)
	return err
}
