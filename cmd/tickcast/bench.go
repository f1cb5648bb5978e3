package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tickstock/tickcast/cmd/tickcast/bench"
)

func newBench() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "measure this binary under load, side by side with other servers",
		Args:  noArguments,
	}
	cmd.AddCommand(newFanout(), newScenarios())
	return cmd
}

func newFanout() *cobra.Command {
	var work bench.Fanout
	var peers []string
	var report string
	cmd := &cobra.Command{
		Use:   "fanout",
		Short: "every socket gets every message",
		Long: "Starts a redis-server and this binary, opens the sockets, publishes, and checks that every socket got\n" +
			"every message once and in order; fails if ours did not. CPU is the server process's own, from /proc, while messages\n" +
			"flow. A peer is a program that reads PEER_ADDR and PEER_REDIS; the last one is what the others are compared to.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if work.Peers, err = contestants(peers); err != nil {
				return err
			}
			return fanout(cmd.Context(), work, report, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&work.Sockets, "sockets", 500, "browsers")
	flags.IntVar(&work.Rate, "rate", 50, "messages a second; 0 = as fast as Redis takes them")
	flags.IntVar(&work.Size, "size", 512, "bytes of a message, about")
	flags.DurationVar(&work.Length, "length", 8*time.Second, "how long to publish")
	flags.IntVar(&work.Runs, "runs", 3, "runs in turns, of which the median counts")
	flags.StringArrayVar(&peers, "peer", nil, "name=program to measure beside, in the same turns")
	flags.StringVar(&report, "json", "", "write all runs to this file")
	return cmd
}

// contestants are this binary, and the peers.
func contestants(peers []string) ([]bench.Peer, error) {
	own, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this binary: %w", err)
	}
	all := []bench.Peer{{Name: "tickcast", Command: own, Args: []string{"serve"}, Env: func(addr, redis string) []string {
		host, port, _ := strings.Cut(addr, ":")
		return []string{"APP_HOST=" + host, "APP_PORT=" + port, "REDIS_URL=redis://" + redis, "LOG_LEVEL=warn"}
	}}}
	for _, peer := range peers {
		name, program, found := strings.Cut(peer, "=")
		if !found {
			return nil, usageError{fmt.Errorf("--peer %q: want name=program", peer)}
		}
		fields := strings.Fields(program)
		all = append(all, bench.Peer{Name: name, Command: fields[0], Args: fields[1:], Env: func(addr, redis string) []string {
			return []string{"PEER_ADDR=" + addr, "PEER_REDIS=" + redis}
		}})
	}
	return all, nil
}

func fanout(ctx context.Context, work bench.Fanout, report string, out io.Writer) error {
	fmt.Fprintf(out, "%d sockets, %d messages/s for %s, %d runs in turns; %d CPUs, %s, load client on the same machine\n",
		work.Sockets, work.Rate, work.Length, work.Runs, runtime.NumCPU(), runtime.Version())
	runs, err := work.Run(ctx, out)
	if err != nil {
		return err
	}
	work.Print(out, work.Medians(runs))
	if report != "" {
		text, err := json.MarshalIndent(runs, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(report, text, 0o644); err != nil {
			return err
		}
	}
	return work.Flawless(runs)
}
