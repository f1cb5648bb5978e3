package bench

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// Work is a load that a server is put under.
type Work interface {
	// Label says it in words, and differs from that of other works.
	Label() string
	// Check refuses what makes no sense, by the name of the flag.
	Check() error
	// rows are the figures in the order of the table.
	rows() []string
	// measure fills messages up to that many bytes of a frame; 0 = as the work itself says.
	measure(ctx context.Context, s *stage, frame int) (Run, error)
}

// Peer is a server that can be started on an address in front of a Redis.
type Peer struct {
	Name       string
	Command    string
	Args       []string
	Env        func(addr, redis string) []string
	Secret     string // of the cookies that it believes in; "" = it knows no users
	Centrifuge bool   // speaks Centrifuge's protocol instead of Socket.IO
}

func (p Peer) speech() speech {
	if p.Centrifuge {
		return centrifuge{}
	}
	return socketIO{}
}

// Contest puts each peer under each work, in turns.
type Contest struct {
	Works []Work
	Peers []Peer // ours first
	Runs  int    // of which the medians count
}

// Run is what one run of one peer has shown.
type Run struct {
	Work    string  `json:"work"`
	Peer    string  `json:"peer"`
	Figures figures `json:"figures,omitempty"`
	Failure string  `json:"failure,omitempty"` // why it could not be measured
	verdict
}

const frameBytes = "frame B"

// Run prints a line for each run to progress. A peer that fails at a work is spared the rest of it.
func (c Contest) Run(ctx context.Context, progress io.Writer) (runs []Run, err error) {
	if err := moreDescriptors(); err != nil {
		fmt.Fprintln(progress, "there may be too few file descriptors:", err)
	}
	failed := map[[2]string]bool{}
	for range c.Runs {
		for _, work := range c.Works {
			ours := 0 // bytes of our frame: a peer's messages are filled up to send as many
			for _, peer := range c.Peers {
				if failed[[2]string{work.Label(), peer.Name}] {
					continue
				}
				run := one(ctx, work, peer, ours)
				if ctx.Err() != nil {
					return runs, ctx.Err()
				}
				fmt.Fprintln(progress, run.line(work.rows()))
				runs = append(runs, run)
				failed[[2]string{work.Label(), peer.Name}] = run.Failure != ""
				if peer.Name == c.Peers[0].Name {
					ours = int(run.Figures[frameBytes])
				}
			}
		}
	}
	return runs, nil
}

// one measures a peer with a Redis of its own.
func one(ctx context.Context, work Work, peer Peer, frame int) Run {
	s, err := open(ctx, peer)
	if err != nil {
		return Run{Work: work.Label(), Peer: peer.Name, Failure: err.Error()}
	}
	defer s.close()
	run, err := work.measure(ctx, s, frame)
	if err != nil {
		run.Failure = err.Error()
	}
	run.Work, run.Peer = work.Label(), peer.Name
	return run
}

func (r Run) line(rows []string) string {
	if r.Failure != "" {
		return fmt.Sprintf("%s: %s: not measured: %s", r.Work, r.Peer, r.Failure)
	}
	parts := make([]string, len(rows))
	for i, row := range rows {
		parts[i] = strings.TrimSpace(fmt.Sprintf("%s %s", row, cell(r.Figures, row)))
	}
	return fmt.Sprintf("%s: %s: %s; of %d: %s", r.Work, r.Peer, strings.Join(parts, ", "), r.Expected, r.wrong())
}

// wrong says in words what did not come as it should.
func (v verdict) wrong() string {
	var words []string
	for _, kind := range []struct {
		count int64
		word  string
	}{{v.Lost, "lost"}, {v.Doubled, "doubled"}, {v.Reordered, "reordered"}, {v.Misrouted, "misrouted"}} {
		if kind.count > 0 {
			words = append(words, fmt.Sprintf("%d %s", kind.count, kind.word))
		}
	}
	if words == nil {
		return "nothing wrong"
	}
	return strings.Join(words, ", ")
}
