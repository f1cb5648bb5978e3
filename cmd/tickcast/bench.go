package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
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
	cmd.AddCommand(newFanout(), newStorm(), newIdle(), newAll(), newMatch(), newScenarios())
	return cmd
}

// contest is what the commands have in common that put servers under load.
type contest struct {
	runs       int
	peers      []string
	centrifuge []string
	report     string
}

const contestHelp = "Starts a redis-server and this binary, and checks that every socket got every message that it should once and in\n" +
	"order, and nothing else; fails if ours did not. CPU is the server process's own, from /proc, over the time in which\n" +
	"messages flow. A peer is a program that reads PEER_ADDR and PEER_REDIS; one that cannot run is told in words."

func (c *contest) command(use, short string, works func() []bench.Work) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Long:  strings.ToUpper(short[:1]) + short[1:] + ".\n\n" + contestHelp,
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			peers, err := c.contestants()
			if err != nil {
				return err
			}
			if c.runs < 1 {
				return usageError{errors.New("runs: at least one")}
			}
			chosen := works()
			for _, work := range chosen {
				if err := work.Check(); err != nil {
					return usageError{err}
				}
			}
			return c.run(cmd.Context(), bench.Contest{Works: chosen, Peers: peers, Runs: c.runs}, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&c.runs, "runs", 3, "runs in turns, of which the medians count")
	flags.StringArrayVar(&c.peers, "peer", nil, "name=program to measure beside, in the same turns; speaks Socket.IO")
	flags.StringArrayVar(&c.centrifuge, "centrifuge", nil, "name=program that speaks Centrifuge's protocol")
	flags.StringVar(&c.report, "json", "", "write all runs to this file")
	return cmd
}

// contestants are this binary, and the peers.
func (c *contest) contestants() ([]bench.Peer, error) {
	own, err := ownServer()
	if err != nil {
		return nil, err
	}
	all := []bench.Peer{own}
	for _, flag := range []struct {
		name  string
		peers []string
	}{{"peer", c.peers}, {"centrifuge", c.centrifuge}} {
		for _, text := range flag.peers {
			name, program, _ := strings.Cut(text, "=")
			fields := strings.Fields(program)
			if name == "" || len(fields) == 0 {
				return nil, usageError{fmt.Errorf("--%s %q: want name=program", flag.name, text)}
			}
			for _, other := range all {
				if other.Name == name {
					return nil, usageError{fmt.Errorf("--%s %q: there is a %s already", flag.name, text, name)}
				}
			}
			all = append(all, bench.Peer{Name: name, Command: fields[0], Args: fields[1:], Centrifuge: flag.name == "centrifuge", Env: peerAddresses})
		}
	}
	return all, nil
}

func peerAddresses(addr, redis string) []string {
	return []string{"PEER_ADDR=" + addr, "PEER_REDIS=" + redis}
}

// ownServer is this binary, with a secret of its own: the load clients log in by cookie.
func ownServer() (bench.Peer, error) {
	own, err := os.Executable()
	if err != nil {
		return bench.Peer{}, fmt.Errorf("find this binary: %w", err)
	}
	secret := rand.Text()
	return bench.Peer{Name: "tickcast", Command: own, Args: []string{"serve"}, Secret: secret, Env: func(addr, redis string) []string {
		host, port, _ := strings.Cut(addr, ":")
		return []string{
			"APP_HOST=" + host, "APP_PORT=" + port, "REDIS_URL=redis://" + redis,
			"LOG_LEVEL=warn", "FLASK_SECRET_KEY=" + secret,
		}
	}}, nil
}

func (c *contest) run(ctx context.Context, contest bench.Contest, out io.Writer) error {
	began, machine := time.Now(), bench.ReadMachine()
	settings := fmt.Sprintf("%d runs in turns, medians; LOG_LEVEL=warn and a secret, all else as by default or in the environment", contest.Runs)
	fmt.Fprintf(out, "%s\n%s\n\n", machine, settings)
	runs, err := contest.Run(ctx, out)
	if err != nil {
		return err
	}
	medians := contest.Medians(runs)
	contest.Print(out, medians)
	fmt.Fprintf(out, "\n%s in all; load on the machine at the end: %s\n", time.Since(began).Round(time.Second), bench.ReadMachine().LoadAverage)
	if err := writeReport(c.report, map[string]any{"machine": machine, "settings": settings, "medians": medians, "runs": runs}); err != nil {
		return err
	}
	return contest.Flawless(runs)
}

// writeReport writes JSON to the file, if one is named.
func writeReport(name string, report any) error {
	if name == "" {
		return nil
	}
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the figures: %w", err)
	}
	if err := os.WriteFile(name, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the figures: %w", err)
	}
	return nil
}
