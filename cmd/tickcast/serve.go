package main

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
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

// serve opens what is outside, lowest first, and runs the parts until ctx ends or one of them fails.
func serve(ctx context.Context, cfg config.Config, log zerolog.Logger) error {
	listener, err := listen(cfg.HTTP)
	if err != nil {
		return err
	}
	defer listener.Close() // a second time, if the HTTP server has come to run

	redisbridge.LogLibrary(log)
	link, err := openRedis(cfg.Redis)
	if err != nil {
		return err
	}
	defer link.Close()

	parts, err := assemble(cfg, link.client, log)
	if err != nil {
		return err
	}
	announce(log, listener.Addr(), link.address, cfg.Redis.Embedded())
	announceUpstream(log, cfg.HTTP)
	return parts.run(ctx, listener)
}

// assemble wires the parts together. Nothing moves yet.
func assemble(cfg config.Config, client redis.UniversalClient, log zerolog.Logger) (running, error) {
	registry := prometheus.NewRegistry()
	var sink struct{ *rooms.Router } // there once the sockets are, which need the bridge
	bridge := redisbridge.New(cfg.Redis, cfg.Streaming, client, &sink, registry, log)
	jobs := redisbridge.NewJobs(client, log)
	bridge.Follow(jobs)
	users := redisbridge.NewUsers(client, cfg.Subscriptions.Keep, log)
	bridge.FollowUsers(users)
	sources, err := sourcesOf(cfg, client, bridge, log)
	if err != nil {
		return running{}, err
	}
	sources.Jobs, sources.Users = jobs, users
	sockets := server.NewSockets(withinFiles(cfg.Sockets), cfg.Subscriptions, sources, log)
	sink.Router = sockets.Router()
	bridge.Obey(sockets)
	users.Tell(sockets)
	instances := redisbridge.NewInstances(client, func() redisbridge.Figures { return sockets.Figures() }, log)
	python := joinQueue(cfg.Redis, client, bridge, sockets, registry, log)
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
		return running{}, fmt.Errorf("put the server together: %w", err)
	}
	return running{sockets: sockets, bridge: bridge, jobs: jobs, users: users, instances: instances, python: python, front: front, http: front.HTTP(), drain: cfg.Drain, log: log}, nil
}

// sourcesOf are what sockets ask of others, but for jobs and users.
func sourcesOf(cfg config.Config, client redis.UniversalClient, bridge *redisbridge.Bridge, log zerolog.Logger) (server.Sources, error) {
	market, err := rooms.NewMarket(cfg.Market.Timezone)
	if err != nil {
		return server.Sources{}, err
	}
	proofs, err := openProofs(cfg.Auth, log)
	if err != nil {
		return server.Sources{}, err
	}
	return server.Sources{
		Proofs:     proofs,
		Recheck:    cfg.Auth.Recheck,
		LoginOnly:  cfg.Auth.LoginOnly(),
		Limits:     rooms.Limits{PerSecond: cfg.Limits.EventsPerSecond, Market: market},
		Charts:     bridge.Charts(),
		Movers:     bridge.Movers(),
		Feeds:      marketFeeds(bridge.Feeds),
		Choices:    choices(cfg.Alerts, client),
		Backlog:    keepBacklog(cfg.Backlog, client, bridge, log),
		Recoveries: redisbridge.NewRecoveries(client),
		Recovery:   cfg.Recovery.Window,
	}, nil
}
