package redisbridge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
)

const (
	dialTimeout  = 2 * time.Second
	replyTimeout = 3 * time.Second // of one command; a subscription waits as long as it must
)

// Open makes a client of REDIS_URL, or else of host, port, database and
// password. It does not connect: that a Redis is there is seen, and waited for,
// by whoever uses it. Its errors never quote the URL, which may hold a password.
func Open(cfg config.Redis) (redis.UniversalClient, error) {
	if cfg.Embedded() {
		return nil, errors.New("redis.url: neither it nor redis.host is set")
	}
	place := target{kind: single, addrs: []string{net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port))}, db: cfg.DB}
	if cfg.URL != "" {
		var err error
		if place, err = parseURL(cfg.URL.Reveal()); err != nil {
			return nil, fmt.Errorf("redis.url: %w", err)
		}
	}
	if place.password == "" {
		place.password = cfg.Password.Reveal()
	}
	return place.open(net.DefaultResolver), nil
}

// open makes a client that finds hosts by these names.
func (t target) open(names *net.Resolver) redis.UniversalClient {
	options, reach := t.options(), t.dialer(names)
	switch t.kind {
	case sentinel:
		options.Addrs, reach = []string{t.master}, t.masterOf(reach)
	case cluster:
		options.Dialer = patiently(reach)
		return redis.NewClusterClient(options.Cluster())
	}
	options.Dialer = patiently(reach)
	return redis.NewClient(options.Simple())
}

func (t target) options() *redis.UniversalOptions {
	return &redis.UniversalOptions{
		Addrs:    t.addrs,
		DB:       t.db,
		Username: t.username,
		Password: t.password,

		DialTimeout:           t.dial,
		ReadTimeout:           t.reply,
		WriteTimeout:          t.reply,
		ContextTimeoutEnabled: true,
		// A name is looked up at every dial, once: whoever needs Redis tries again
		// in its own time, and a PUBLISH that is repeated unasked arrives twice.
		DialerRetries: 1,
		MaxRetries:    -1,
		// The older protocol has no push frames, which a subscription would have to be told apart from.
		Protocol:                 2,
		MaintNotificationsConfig: quietly(),
		DisableIdentity:          true,
	}
}

// quietly is without the library's notices of maintenance, which need the newer protocol.
func quietly() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// LogLibrary sends what the Redis library has to say to log, at debug level: it
// repeats what the Bridge tells once. The library has one logger for the whole process.
func LogLibrary(log zerolog.Logger) { redis.SetLogger(libraryLog{log}) }

type libraryLog struct{ log zerolog.Logger }

// Printf is what the library calls.
func (l libraryLog) Printf(_ context.Context, format string, args ...any) {
	l.log.Debug().Str("from", "go-redis").Msgf(format, args...)
}
