package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tickstock/tickcast/cmd/tickcast/bench"
)

func newScenarios() *cobra.Command {
	var suite bench.Suite
	var report string
	cmd := &cobra.Command{
		Use:   "scenarios",
		Short: "the specification's performance scenarios, each with its limits",
		Long: "Starts a redis-server and this binary for each scenario. Users log in by a session cookie, subscribe to tier patterns,\n" +
			"and check that they got what their filter accepts: nothing lost, doubled, out of order, or of another's. Fails if a\n" +
			"limit was missed. A delivery is from the publishing in Redis to the browser's read, load client and all.\n" +
			"Filtering is the server's own figure, as an upper bound: the look-ups of all topics are put on the pattern.\n" +
			"There is no cache of routes, and so no hit rate.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if suite.Server, err = ownServer(); err != nil {
				return err
			}
			if _, err := suite.Chosen(); err != nil {
				return usageError{err}
			}
			return playScenarios(cmd.Context(), suite, report, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&suite.Only, "only", nil, "play this scenario; may be given several times")
	flags.BoolVar(&suite.Short, "short", false, "10 seconds of sustained load instead of a minute")
	flags.StringVar(&report, "json", "", "write all figures to this file")
	return cmd
}

func playScenarios(ctx context.Context, suite bench.Suite, report string, out io.Writer) error {
	machine := bench.ReadMachine()
	fmt.Fprintf(out, "%s\nsettings: %s, all else as by default\n\n", machine, strings.Join(bench.Settings(), ", "))
	outcomes, err := suite.Run(ctx, out)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nload on the machine at the end: %s\n", bench.ReadMachine().LoadAverage)
	if err := writeReport(report, map[string]any{"machine": machine, "settings": bench.Settings(), "scenarios": outcomes}); err != nil {
		return err
	}
	return bench.Missed(outcomes)
}
