package bench

import (
	"cmp"
	"fmt"
	"io"
	"slices"
)

// Medians orders each peer's runs by CPU and keeps the middle one, in the peers' order.
func (f Fanout) Medians(runs []Run) (medians []Run) {
	for _, peer := range f.Peers {
		var own []Run
		for _, run := range runs {
			if run.Peer == peer.Name {
				own = append(own, run)
			}
		}
		slices.SortFunc(own, func(a, b Run) int { return cmp.Compare(a.CPUPerSend, b.CPUPerSend) })
		if len(own) > 0 {
			medians = append(medians, own[len(own)/2])
		}
	}
	return medians
}

// Print writes the medians as a table; the ratio is to the last peer, the baseline.
func (f Fanout) Print(w io.Writer, medians []Run) {
	fmt.Fprintf(w, "\n%-16s %14s %7s %9s %9s %11s %6s %8s %10s\n", "median of runs", "CPU/delivery", "ratio", "p50", "p99", "RSS/socket", "lost", "doubled", "reordered")
	base := medians[len(medians)-1].CPUPerSend
	for _, run := range medians {
		fmt.Fprintf(w, "%-16s %11.2f µs %6.2fx %6.2f ms %6.2f ms %8.1f KB %6d %8d %10d\n",
			run.Peer, run.CPUPerSend, run.CPUPerSend/base, run.P50, run.P99, run.RSSPerSocket, run.Lost, run.Doubled, run.Reordered)
	}
}

// Flawless is the error of the first run of ours that lost, doubled or reordered anything. What a
// peer loses is in the table.
func (f Fanout) Flawless(runs []Run) error {
	for _, run := range runs {
		if run.Peer == f.Peers[0].Name && !run.ok() {
			return fmt.Errorf("%s: %d lost, %d doubled, %d reordered of %d", run.Peer, run.Lost, run.Doubled, run.Reordered, run.Expected)
		}
	}
	return nil
}
