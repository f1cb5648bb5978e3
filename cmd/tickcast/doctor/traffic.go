package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/tickstock/tickcast/redisbridge"
)

// listeners comes before traffic, or we would count ourselves.
func listeners(ctx context.Context, s *subject) verdict {
	if s.redis == nil {
		return verdict{}
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	names := channels()
	counts, err := s.redis.PubSubNumSub(ctx, names...).Result()
	if err != nil {
		return doubtful("allow this user PUBSUB NUMSUB", "who listens cannot be read: Redis does not let us ask")
	}
	return judgeListeners(names, counts)
}

// judgeListeners knows that a tickcast listens to every channel: who listens to some is somebody else.
func judgeListeners(names []string, counts map[string]int64) verdict {
	fewest, most := counts[names[0]], int64(0)
	for _, name := range names {
		fewest, most = min(fewest, counts[name]), max(most, counts[name])
	}
	all := fmt.Sprintf("each of the producer's %d channels has %d listening: at most so many instances of tickcast", len(names), fewest)
	if fewest == 0 {
		all = "no tickcast listens"
	}
	switch {
	case most == 0:
		return fine("nobody listens to the producer's %d channels: no tickcast runs on this Redis", len(names))
	case most == fewest:
		return fine("%s", all)
	}
	var more []string
	for _, name := range names {
		if counts[name] > fewest {
			more = append(more, name)
		}
	}
	return fine("%s; somebody else, such as Flask's own subscriber, listens to %s", all, strings.Join(more, ", "))
}

// traffic is what the producer publishes while we listen.
func traffic(ctx context.Context, s *subject) verdict {
	if s.redis == nil || s.Listen <= 0 {
		return verdict{}
	}
	names := channels()
	ear, err := hear(ctx, s.redis, names...)
	if err != nil {
		denied := deniedOf(ctx, s.redis, names)
		return broken("allow them: "+rights, "we may not subscribe to %s: %s", strings.Join(denied, ", "), explainBriefly(err))
	}
	defer ear.Close()
	heard, err := count(ctx, ear, time.Now().Add(s.Listen))
	if err != nil {
		return broken("look into the log of Redis", "the subscription was lost: %v", err)
	}
	return judgeTraffic(names, heard, s.Listen)
}

// count counts messages by channel until the end. It keeps none of them.
func count(ctx context.Context, ear *redis.PubSub, end time.Time) (map[string]int, error) {
	defer context.AfterFunc(ctx, func() { ear.Close() })() // a context does not end a read
	heard := map[string]int{}
	for time.Now().Before(end) {
		said, err := ear.ReceiveTimeout(ctx, max(time.Until(end), time.Millisecond))
		if late, is := errors.AsType[net.Error](err); is && late.Timeout() {
			break
		}
		if err != nil {
			return heard, err
		}
		if message, is := said.(*redis.Message); is {
			heard[message.Channel]++
		}
	}
	return heard, nil
}

func judgeTraffic(names []string, heard map[string]int, during time.Duration) verdict {
	var busy, silent []string
	total := 0
	for _, name := range names {
		if n := heard[name]; n > 0 {
			busy = append(busy, fmt.Sprintf("%s %d", name, n))
			total += n
			continue
		}
		silent = append(silent, name)
	}
	if total == 0 {
		return doubtful("start TickStockPL, and give it this very Redis; the number of the database does not matter to channels; outside market hours silence may be right",
			"nothing was published in %s on any of the %d channels", during, len(names))
	}
	if len(silent) == 0 {
		silent = []string{"none"}
	}
	return fine("%d messages in %s: %s; silent: %s", total, during, strings.Join(busy, ", "), strings.Join(silent, ", "))
}

// deniedOf asks for one after the other, since Redis does not say which of many it denies.
func deniedOf(ctx context.Context, client redis.UniversalClient, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		ear, err := hear(ctx, client, name)
		if err == nil {
			ear.Close()
		}
		return err == nil
	})
}

// producer is TickStockPL, by its own word in Redis.
func producer(ctx context.Context, s *subject) verdict {
	if s.redis == nil {
		return verdict{}
	}
	state, err := redisbridge.AskProducer(ctx, s.redis)
	switch {
	case state.Status == redisbridge.Online && !state.LastBeat.IsZero():
		return fine("online: its heartbeat is %s old", time.Since(state.LastBeat).Round(time.Second))
	case state.Status == redisbridge.Online:
		return fine("online: it has no heartbeat, but a pattern was cached lately")
	case state.Status == redisbridge.Offline:
		return doubtful("start TickStockPL, with the same Redis and the same database", "offline: %v", err)
	}
	return doubtful("allow this user GETRANGE, SCAN and TTL on tickstock:*", "unknown: %v", err)
}
