package main

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/redisbridge"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
	"github.com/tickstock/tickcast/web"
)

func newServe() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Bring what TickStockPL publishes in Redis to browsers, over Socket.IO",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			loaded, err := load(cmd)
			if err != nil {
				return err
			}
			log := newLogger(loaded.Config.Log, cmd.ErrOrStderr())
			for _, warning := range loaded.Warnings {
				log.Warn().Msg(warning)
			}
			return serve(cmd.Context(), loaded.Config, log)
		},
	}
	config.Flags(cmd.Flags())
	return cmd
}

// serve wires the parts together, lowest first, and runs them until ctx ends or one of them fails.
func serve(ctx context.Context, cfg config.Config, log zerolog.Logger) error {
	listener, err := listen(cfg.HTTP)
	if err != nil {
		return err
	}
	defer listener.Close() // a second time, if the HTTP server has come to run

	redisbridge.LogLibrary(log)
	redis, err := openRedis(cfg.Redis)
	if err != nil {
		return err
	}
	defer redis.Close()

	market, err := rooms.NewMarket(cfg.Market.Timezone)
	if err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	proofs, err := openProofs(cfg.Auth, log)
	if err != nil {
		return err
	}
	var sink struct{ *rooms.Router } // there once the sockets are, which need the bridge
	bridge := redisbridge.New(cfg.Redis, cfg.Streaming, redis.client, &sink, registry, log)
	jobs := redisbridge.NewJobs(redis.client, log)
	bridge.Follow(jobs)
	users := redisbridge.NewUsers(redis.client, cfg.Subscriptions.Keep, log)
	bridge.FollowUsers(users)
	backlog := keepBacklog(cfg.Backlog, redis.client, bridge, log)
	sockets := server.NewSockets(withinFiles(cfg.Sockets), cfg.Subscriptions, server.Sources{
		Proofs:    proofs,
		Recheck:   cfg.Auth.Recheck,
		LoginOnly: cfg.Auth.LoginOnly(),
		Limits:    rooms.Limits{PerSecond: cfg.Limits.EventsPerSecond, Market: market},
		Charts:    bridge.Charts(),
		Movers:    bridge.Movers(),
		Feeds:     marketFeeds(bridge.Feeds),
		Jobs:      jobs,
		Users:     users,
		Choices:   choices(cfg.Alerts, redis.client),
		Backlog:   backlog,

		Recoveries: redisbridge.NewRecoveries(redis.client),
		Recovery:   cfg.Recovery.Window,
	}, log)
	sink.Router = sockets.Router()
	bridge.Obey(sockets)
	users.Tell(sockets)
	instances := redisbridge.NewInstances(redis.client, func() redisbridge.Figures { return sockets.Figures() }, log)
	python := joinQueue(cfg.Redis, redis.client, bridge, sockets, registry, log)
	front, err := server.New(server.Parts{
		Sockets:  sockets,
		Redis:    func() server.RedisState { return redisState(bridge.State(), cfg.Redis.Embedded()) },
		Peers:    peers(instances),
		Page:     web.Handler(),
		HTTP:     cfg.HTTP,
		Registry: registry,
		Version:  readVersion().Version,
	}, log)
	if err != nil {
		return fmt.Errorf("put the server together: %w", err)
	}

	announce(log, listener.Addr(), redis.address, cfg.Redis.Embedded())
	announceUpstream(log, cfg.HTTP)
	parts := running{sockets: sockets, bridge: bridge, jobs: jobs, users: users, instances: instances, python: python, front: front, http: front.HTTP(), drain: cfg.Drain, log: log}
	return parts.run(ctx, listener)
}
