package doctor

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/tickstock/tickcast/redisbridge"
)

// rights are what a user of Redis needs for channels.
const rights = "ACL SETUSER … &tickstock* &tickcast:* +subscribe +unsubscribe +publish +ping"

var errSilent = errors.New("what we published did not come back")

// ownChannel is the way that the server's own probes take.
func ownChannel(ctx context.Context, s *subject) verdict {
	if s.redis == nil {
		return verdict{}
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	channel := "tickcast:doctor:" + rand.Text()
	ear, err := hear(ctx, s.redis, channel)
	if err != nil {
		return broken("allow it: "+rights, "we may not subscribe to tickcast:*: %s", explainBriefly(err))
	}
	defer ear.Close()
	sent := time.Now()
	if err := s.redis.Publish(ctx, channel, "doctor").Err(); err != nil {
		return broken("allow it: "+rights, "we may not publish on tickcast:*: %s", explainBriefly(err))
	}
	if _, err := ear.ReceiveTimeout(ctx, answerTime); err != nil { // its own bound: a context does not end a read
		return broken("look into the log of Redis; in a cluster, whether its nodes reach each other", "%v", errSilent)
	}
	return fine("what we publish comes back after %s", time.Since(sent).Round(10*time.Microsecond))
}

// hear subscribes as the server does: in one command, which Redis takes or refuses as a whole.
func hear(ctx context.Context, client redis.UniversalClient, channels ...string) (*redis.PubSub, error) {
	ear := client.Subscribe(ctx)
	err := ear.Subscribe(ctx, channels...)
	for range channels {
		if err == nil {
			_, err = ear.ReceiveTimeout(ctx, answerTime)
		}
	}
	if err != nil {
		ear.Close()
		return nil, err
	}
	return ear, nil
}

// explainBriefly is for a Redis that is known to answer.
func explainBriefly(err error) string {
	if redis.HasErrorPrefix(err, "NOPERM") {
		return "its access list denies it"
	}
	return err.Error()
}

// channels are those of the producer.
func channels() (names []string) {
	for _, channel := range redisbridge.Channels() {
		names = append(names, channel.Name)
	}
	return names
}
