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
	start := time.Now()
	for seq := int64(0); ; seq++ {
		if f.Rate == 0 && time.Since(start) > f.Length || f.Rate > 0 && seq == count {
			return seq, nil
		}
		if f.Rate > 0 {
			due := start.Add(time.Duration(seq) * time.Second / time.Duration(f.Rate))
			if err := pause(ctx, time.Until(due)); err != nil {
				return seq, err
			}
		}
		if err := client.Publish(ctx, channel, message(seq, time.Now().UnixNano(), text)).Err(); err != nil {
			return seq, err
		}
	}
}
