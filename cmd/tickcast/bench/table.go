package bench

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Medians has one run for each work and peer, in their order: the median of each figure, and all that went wrong.
func (c Contest) Medians(runs []Run) (medians []Run) {
	for _, work := range c.Works {
		for _, peer := range c.Peers {
			median := Run{Work: work.Label(), Peer: peer.Name, Figures: figures{}}
			measured := map[string][]float64{}
			for _, run := range runs {
				if run.Work == median.Work && run.Peer == median.Peer {
					median.add(run)
					for name, figure := range run.Figures {
						measured[name] = append(measured[name], figure)
					}
				}
			}
			for name, all := range measured {
				slices.Sort(all)
				median.Figures[name] = all[len(all)/2]
			}
			medians = append(medians, median)
		}
	}
	return medians
}

func (r *Run) add(run Run) {
	r.Failure = strings.TrimSpace(r.Failure + "\n" + run.Failure)
	r.Expected += run.Expected
	r.Got += run.Got
	r.Lost += run.Lost
	r.Doubled += run.Doubled
	r.Reordered += run.Reordered
	r.Misrouted += run.Misrouted
}

// Print writes the medians as one table: a row for each figure, a column for each peer.
func (c Contest) Print(out io.Writer, medians []Run) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, cells func(Run) string, of []Run) {
		fmt.Fprintf(table, "%-24s\t", name)
		for _, run := range of {
			fmt.Fprintf(table, "%s\t", cells(run))
		}
		fmt.Fprintln(table)
	}
	var notes []string
	for i, work := range c.Works {
		of := medians[i*len(c.Peers) : (i+1)*len(c.Peers)]
		fmt.Fprintf(table, "\n%s\n", work.Label())
		row("", func(run Run) string { return run.Peer }, of)
		for _, name := range work.rows() {
			row("  "+name, func(run Run) string { return cell(run.Figures, name) }, of)
		}
		row("  went wrong", Run.share, of)
		for _, run := range of {
			if run.Failure != "" {
				notes = append(notes, fmt.Sprintf("%s: %s was not measured: %s", run.Work, run.Peer, run.Failure))
			}
		}
	}
	_ = table.Flush() // what it writes to is a terminal or a file of the caller's
	if notes != nil {
		fmt.Fprintf(out, "\n%s\n", strings.Join(notes, "\n"))
	}
}

// share says what went wrong in percent of what was due.
func (r Run) share() string {
	switch {
	case r.Expected == 0:
		return "–"
	case r.ok():
		return "nothing"
	}
	percent := func(n int64) string { return amount(float64(n) * 100 / float64(r.Expected)) }
	text := percent(r.Lost) + " % lost"
	if r.Doubled+r.Reordered+r.Misrouted > 0 {
		text += fmt.Sprintf(", %s %% not as due", percent(r.Doubled+r.Reordered+r.Misrouted))
	}
	return text
}

func cell(f figures, name string) string {
	if measured, is := f[name]; is {
		return amount(measured)
	}
	return "–"
}

// Flawless joins what went wrong with ours. What a peer does wrong is in the table.
func (c Contest) Flawless(runs []Run) error {
	var wrong []error
	for _, run := range runs {
		switch {
		case run.Peer != c.Peers[0].Name:
		case run.Failure != "":
			wrong = append(wrong, fmt.Errorf("%s: %s: %s", run.Work, run.Peer, run.Failure))
		case run.Expected == 0:
			wrong = append(wrong, fmt.Errorf("%s: %s: nothing was due", run.Work, run.Peer))
		case !run.ok():
			wrong = append(wrong, fmt.Errorf("%s: %s: %s of %d", run.Work, run.Peer, run.wrong(), run.Expected))
		}
	}
	return errors.Join(wrong...)
}
