package main

import (
	"github.com/spf13/cobra"

	"github.com/tickstock/tickcast/cmd/tickcast/feed"
	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/redisbridge"
)

// feedRate is lively enough to look at, and slow enough to read.
const feedRate = 4

func newFeed() *cobra.Command {
	var play feed.Config
	cmd := &cobra.Command{
		Use:   "feed",
		Short: "publish recorded sample events in Redis, as if TickStockPL ran",
		Long: "Publishes a recording of realistic messages in Redis, with fresh timestamps, over and over.\n" +
			"Without a configured Redis it is the embedded one of a server on this machine.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			loaded, err := load(cmd)
			if err != nil {
				return err
			}
			play.Log = newLogger(loaded.Config.Log, cmd.ErrOrStderr())
			redisbridge.LogLibrary(play.Log)
			where := loaded.Config.Redis
			if where.Embedded() {
				where = at(where.EmbeddedAddr)
			}
			client, err := redisbridge.Open(where)
			if err != nil {
				return usageError{err}
			}
			defer client.Close()
			play.Redis = client
			play.Log.Info().Str("address", where.Address()).Msg("feed: " + where.Address())
			if err := feed.Run(cmd.Context(), play); err != nil {
				return usageError{err} // a rate or a recording; a Redis that is away is waited for
			}
			return nil
		},
	}
	cmd.Flags().Float64Var(&play.Rate, "rate", feedRate, "messages a second")
	cmd.Flags().StringVar(&play.File, "file", "", "a recording of your own, `JSONL`: {\"channel\": …, \"message\": {…}} a line")
	cmd.Flags().BoolVar(&play.Once, "once", false, "end with the recording instead of beginning anew")
	config.Flags(cmd.Flags(), "redis", "log")
	return cmd
}
