package main

import (
	"cmp"
	"errors"
	"fmt"
	"syscall"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/redisbridge"
	"github.com/tickstock/tickcast/server"
)

// redisLink is the client and, if none is configured, the Redis behind it.
type redisLink struct {
	client   redis.UniversalClient
	embedded *redisbridge.Embedded // nil = somebody else's
	address  string                // free of secrets
}

// openRedis does not wait for a Redis: one that is down makes us degraded, not dead.
func openRedis(cfg config.Redis) (*redisLink, error) {
	link := &redisLink{}
	if cfg.Embedded() {
		embedded, err := redisbridge.Embed(cfg.EmbeddedAddr)
		if errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("%s, where the embedded Redis would listen, is taken by another process: set REDIS_URL if that is a Redis to use, or TICKCAST_REDIS_EMBEDDED_ADDR", cfg.EmbeddedAddr)
		}
		if err != nil {
			return nil, err
		}
		link.embedded = embedded
		cfg = at(embedded.Addr())
	}
	client, err := redisbridge.Open(cfg)
	if err != nil {
		link.Close()
		return nil, err
	}
	link.client, link.address = client, cfg.Address()
	return link, nil
}

// at is how to reach an embedded Redis.
func at(addr string) config.Redis { return config.Redis{URL: config.Secret("redis://" + addr)} }

// redisProblems lets the package that reads the URL judge it.
func redisProblems(c config.Config) config.Problems {
	if c.Redis.Embedded() {
		return nil
	}
	client, err := redisbridge.Open(c.Redis)
	if err != nil {
		return config.Problems{{Key: "redis.url", Err: cmp.Or(errors.Unwrap(err), err)}}
	}
	_ = client.Close() // it was never used
	return nil
}

// choices is nil unless users' choices in the Flask application count.
func choices(cfg config.Alerts, client redis.UniversalClient) server.Choices {
	if !cfg.PythonPreferences {
		return nil
	}
	return redisbridge.NewChoices(client)
}

// keepBacklog is nil if nothing is kept.
func keepBacklog(cfg config.Backlog, client redis.UniversalClient, bridge *redisbridge.Bridge, log zerolog.Logger) server.Backlog {
	if !cfg.Enabled {
		return nil
	}
	backlog := redisbridge.NewBacklog(cfg, client, log)
	bridge.Keep(backlog)
	return backlog
}

// peers translates between two packages that do not know each other.
func peers(instances *redisbridge.Instances) server.Peers {
	return func() (others []map[string]int64, known bool) {
		told, known := instances.Others()
		for _, figures := range told {
			others = append(others, figures)
		}
		return others, known
	}
}

// Close comes last: until then the parts still use it.
func (l *redisLink) Close() {
	if l.client != nil {
		_ = l.client.Close() // nothing is left to lose
	}
	if l.embedded != nil {
		l.embedded.Close()
	}
}

// redisState translates between two packages that do not know each other.
func redisState(s redisbridge.State, embedded bool) server.RedisState {
	channels := map[string]server.ChannelState{}
	for _, c := range append(s.Channels, s.Unknown) {
		rejected := map[string]uint64{}
		for reason, n := range c.Rejected {
			rejected[reason.String()] = n
		}
		channels[c.Name] = server.ChannelState{
			Received: c.Received, Dropped: c.Dropped, Events: c.Events, LastEvent: c.LastEvent, Rejected: rejected,
		}
	}
	return server.RedisState{
		Buffer:    bufferState(s.Buffer),
		Backlog:   server.BacklogState(s.Backlog),
		State:     string(s.Phase),
		Hearing:   s.Hearing(),
		Since:     s.Since,
		Reason:    s.Reason,
		Embedded:  embedded,
		Losses:    s.Losses,
		LastProbe: s.RoundTrip,
		Producer:  s.Producer.Status,
		LastBeat:  s.Producer.LastBeat,
		Channels:  channels,
	}
}

func bufferState(b redisbridge.BufferState) server.BufferState {
	state := server.BufferState{Enabled: b.Enabled, Interval: b.Interval}
	for _, w := range b.Windows {
		state.Buffered += w.Buffered
		state.Deduplicated += w.Deduplicated
		state.Flushed += w.Flushed
		state.Cycles += w.Cycles
		if w.Event == "streaming_indicators_batch" {
			state.Indicators += w.Waiting
		} else {
			state.Patterns += w.Waiting
		}
	}
	return state
}
