package bench

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Suite plays scenarios, each with a server of its own.
type Suite struct {
	Server Peer
	Only   []string // names; none = all
	Short  bool
}

// Settings are what the server is given beside its addresses and a secret. The limit is the default, on which some of the scenarios stand.
func Settings() []string {
	return []string{"TICKCAST_LIMITS_EVENTS_PER_SECOND=100", "LOG_LEVEL=warn"}
}

// Chosen are the scenarios to play; an error names one that is not known.
func (s Suite) Chosen() ([]Scenario, error) {
	all := scenarios(s.Short)
	var known []string
	for _, one := range all {
		known = append(known, one.Name)
	}
	for _, name := range s.Only {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("--only %q: there is no such scenario, but %s", name, strings.Join(known, ", "))
		}
	}
	return slices.DeleteFunc(all, func(one Scenario) bool { return len(s.Only) > 0 && !slices.Contains(s.Only, one.Name) }), nil
}

// Run plays the scenarios and prints each as soon as it is over.
func (s Suite) Run(ctx context.Context, out io.Writer) (outcomes []Outcome, err error) {
	chosen, err := s.Chosen()
	if err != nil {
		return nil, err
	}
	heading(out)
	for _, scenario := range chosen {
		outcome, err := scenario.play(ctx, s.Server)
		if err != nil {
			return outcomes, fmt.Errorf("%s: %w", scenario.Name, err)
		}
		outcome.print(out)
		outcomes = append(outcomes, outcome)
	}
	return outcomes, nil
}

func (s Scenario) play(ctx context.Context, server Peer) (Outcome, error) {
	t := &trial{figures: figures{}}
	addresses := server.Env
	server.Env = func(addr, redis string) []string {
		return slices.Concat(addresses(addr, redis), Settings())
	}
	var err error
	if t.stage, err = open(ctx, server); err != nil {
		return Outcome{}, err
	}
	defer t.close()
	act := s.act
	if act == nil {
		act = everybody
	}
	if err := act(ctx, s, t); err != nil {
		return Outcome{}, err
	}
	return s.judge(t.figures, t.verdict), nil
}
