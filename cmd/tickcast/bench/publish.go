package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	channel   = "tickstock.events.patterns"
	envelope  = 620                    // bytes of our envelope around an empty message, both copies of it included
	peerFrame = `42["pattern_alert",]` // what a peer puts around a message
)

// message is one pattern of the producer, numbered, stamped (Unix ns) and filled up.
func message(seq, sent int64, filler string) string {
	return fmt.Sprintf(`{"pattern":"Bench","symbol":"AAPL","seq":%d,"sent":%d,"x":"%s"}`, seq, sent, filler)
}

// publish sends the messages at their pace, and says how many.
func (f Fanout) publish(ctx context.Context, client *redis.Client, filler int) (int64, error) {
	text := strings.Repeat("x", max(0, filler))
	count := int64(f.Length.Seconds() * float64(f.Rate))
	began := time.Now()
	more := func(seq int64) bool {
		return f.Rate > 0 && seq < count || f.Rate == 0 && time.Since(began) <= f.Length
	}
	return publish(ctx, client, f.Rate, more, func(seq, sent int64) string { return message(seq, sent, text) })
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
