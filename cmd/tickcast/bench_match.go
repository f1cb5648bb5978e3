package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/tickstock/tickcast/cmd/tickcast/bench"
)

func newMatch() *cobra.Command {
	var work bench.Match
	var report string
	cmd := &cobra.Command{
		Use:   "match",
		Short: "who wants an event, among very many users",
		Long: "Measures the router alone, in this process: users with filters of their own, by popularity of symbols. The rooms of\n" +
			"some events are compared to a plain look at every filter; fails if one was missed or is not wanted.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := work.Check(); err != nil {
				return usageError{err}
			}
			return match(cmd.Context(), work, report, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&work.Subscriptions, "subscriptions", 100_000, "users; 1000000 takes a minute")
	flags.IntVar(&work.Events, "events", 20_000, "events to match")
	flags.IntVar(&work.Changes, "changes", 10_000, "subscriptions to add and remove, measured one by one")
	flags.IntVar(&work.Checked, "checked", 30, "events that are compared")
	flags.StringVar(&report, "json", "", "write the figures to this file")
	return cmd
}

func match(ctx context.Context, work bench.Match, report string, out io.Writer) error {
	machine := bench.ReadMachine()
	fmt.Fprintf(out, "%s\n%d events, %d changes\n\n", machine, work.Events, work.Changes)
	matched, err := work.Run(ctx)
	if err != nil {
		return err
	}
	matched.Print(out)
	if err := writeReport(report, map[string]any{"machine": machine, "match": matched}); err != nil {
		return err
	}
	return matched.Flawless()
}
