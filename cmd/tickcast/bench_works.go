package main

import (
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tickstock/tickcast/cmd/tickcast/bench"
)

const (
	usualSize  = 512 // bytes
	usualAhead = 256 // a quarter of what an outbox holds
)

func newFanout() *cobra.Command {
	work := bench.Fanout{Name: "fanout"}
	cmd := new(contest).command("fanout", "every socket gets every message, or each what its filter accepts", func() []bench.Work { return []bench.Work{work} })
	loadFlags(cmd.Flags(), &work, 500, 50)
	cmd.Flags().BoolVar(&work.Filters, "filters", false, "each socket is a user with a filter of his own, and gets what that accepts")
	return cmd
}

func newStorm() *cobra.Command {
	work := bench.Fanout{Name: "storm"}
	cmd := new(contest).command("storm", "more messages than the sockets can be sent, and all sockets at once", func() []bench.Work {
		return []bench.Work{work, bench.Idle{Name: "accept", Sockets: work.Sockets, AtOnce: true}}
	})
	loadFlags(cmd.Flags(), &work, 1000, 0)
	return cmd
}

func loadFlags(flags *pflag.FlagSet, work *bench.Fanout, sockets, rate int) {
	flags.IntVar(&work.Sockets, "sockets", sockets, "browsers")
	flags.IntVar(&work.Rate, "rate", rate, "messages a second; 0 = as fast as Redis takes them")
	flags.IntVar(&work.Ahead, "ahead", usualAhead, "without a rate: messages that the publisher may be ahead of the browsers")
	flags.IntVar(&work.Size, "size", usualSize, "bytes of a message, about")
	flags.DurationVar(&work.Length, "length", 8*time.Second, "how long to publish")
}

func newIdle() *cobra.Command {
	work := bench.Idle{Name: "idle"}
	cmd := new(contest).command("idle", "sockets that want nothing but to stay", func() []bench.Work { return []bench.Work{work} })
	flags := cmd.Flags()
	flags.IntVar(&work.Sockets, "sockets", 2000, "browsers")
	flags.BoolVar(&work.AtOnce, "at-once", false, "all handshakes at the same time")
	flags.DurationVar(&work.Rest, "rest", 10*time.Second, "how long they rest before memory is looked at")
	return cmd
}

func newAll() *cobra.Command {
	short := false
	cmd := new(contest).command("all", "everything that servers are compared by", func() []bench.Work { return bench.All(short) })
	cmd.Flags().BoolVar(&short, "short", false, "a tenth of the time, for a quick look")
	return cmd
}
