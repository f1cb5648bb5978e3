package doctor

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const mebibyte = 1 << 20

// What Redis has by default. With less it cuts off a subscriber that a burst could not reach at once.
const (
	usualHard = 32 * mebibyte
	usualSoft = 8 * mebibyte
)

func outputBuffer(ctx context.Context, s *subject) verdict {
	if s.redis == nil {
		return verdict{}
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	const name = "client-output-buffer-limit"
	found, err := s.redis.ConfigGet(ctx, name).Result()
	if err != nil {
		return doubtful("allow this user CONFIG GET, or look yourself: pubsub should have 32mb 8mb 60 or more", "%s cannot be read: Redis does not let us ask", name)
	}
	return judgeBuffer(found[name])
}

// judgeBuffer reads "normal 0 0 0 slave … pubsub HARD SOFT SECONDS".
func judgeBuffer(limits string) verdict {
	_, pubsub, _ := strings.Cut(limits, "pubsub ")
	var hard, soft int64
	var seconds int
	if _, err := fmt.Sscan(pubsub, &hard, &soft, &seconds); err != nil {
		return doubtful("look at CONFIG GET client-output-buffer-limit", "what Redis says of the limit of subscribers is not known here: %q", limits)
	}
	if hard != 0 && hard < usualHard || soft != 0 && soft < usualSoft {
		return doubtful(`CONFIG SET client-output-buffer-limit "pubsub 32mb 8mb 60", and the same in redis.conf`,
			"Redis cuts us off once %s wait for us, or %s for %d s: a burst on a slow network loses events", amount(hard), amount(soft), seconds)
	}
	return fine("Redis keeps %s for a subscriber; we read at once into a queue of our own, so it fills only while the network stands still", amount(hard))
}

func amount(bytes int64) string {
	switch {
	case bytes == 0:
		return "any amount"
	case bytes >= mebibyte:
		return fmt.Sprintf("%d MiB", bytes/mebibyte)
	}
	return fmt.Sprintf("%d bytes", bytes)
}

func eviction(_ context.Context, s *subject) verdict {
	if s.redis == nil {
		return verdict{}
	}
	policy, memory := s.info["maxmemory_policy"], s.info["maxmemory"]
	limit, err := strconv.ParseInt(memory, 10, 64)
	if err != nil || policy == "" {
		return unread("maxmemory-policy")
	}
	switch {
	case limit == 0:
		return fine("nothing is evicted: Redis has no maxmemory")
	case policy == "noeviction":
		return fine("nothing is evicted: with %s in use Redis refuses what is new (noeviction)", amount(limit))
	}
	// Each of ours has a lifetime, so that volatile-* takes them too.
	return doubtful("CONFIG SET maxmemory-policy noeviction, and the same in redis.conf; or keep the cache that needs it in another Redis",
		"with %s in use Redis silently forgets keys (%s), the records of backtests among them", amount(limit), policy)
}

const clockLimit = 2 * time.Second

func redisClock(ctx context.Context, s *subject) verdict {
	if s.redis == nil {
		return verdict{}
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	asked := time.Now()
	theirs, err := s.redis.Time(ctx).Result()
	if err != nil {
		return doubtful("allow this user TIME", "the clock of Redis cannot be read: it does not let us ask")
	}
	taken := time.Since(asked)
	return judgeClock("Redis", theirs.Sub(asked.Add(taken/2)), taken/2+clockLimit)
}

// judgeClock judges how far somebody's clock is ahead of ours.
func judgeClock(whose string, ahead, limit time.Duration) verdict {
	if ahead.Abs() <= limit {
		return fine("the clocks of %s and of this machine agree", whose)
	}
	direction := "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	return doubtful("let both machines follow a time server: timedatectl set-ntp true",
		"the clock of %s is %s %s this machine's: ages of events and of sessions come out wrong", whose, ahead.Abs().Round(time.Second/10), direction)
}
