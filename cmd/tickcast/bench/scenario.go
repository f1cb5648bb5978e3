package bench

import (
	"context"
	"slices"
)

// Scenario is one row of the specification's performance parameters.
type Scenario struct {
	Name    string
	Load    string // in words
	Users   int
	Wish    func(i int) wish // of user i
	Events  int
	Rate    int // events a second; 0 = all in one burst
	Pattern func(i int) pattern
	PerUser int // events of a burst that the server's limit lets through to a user; 0 = all
	Limits  []limit
	act     func(context.Context, Scenario, *trial) error // nil = everybody
}

// trial is a scenario under way, with a server of its own.
type trial struct {
	*stage
	figures
	verdict
}

// workers subscribe, or visit, at once.
const workers = 10

// tallies want what each user should get.
func (s Scenario) tallies() []*tally {
	events := make([]pattern, s.Events)
	for seq := range events {
		events[seq] = s.Pattern(seq)
	}
	all := tallies(s.Users)
	for i, one := range all {
		one.want = s.expected(s.Wish(i), events)
	}
	return all
}

// expected are the numbers of the events that the wish accepts, as far as the limit goes.
func (s Scenario) expected(w wish, events []pattern) []int64 {
	want := []int64{}
	for seq, event := range events {
		if w.accepts(event) && (s.PerUser == 0 || len(want) < s.PerUser) {
			want = append(want, int64(seq))
		}
	}
	return want
}

func (s Scenario) text(seq, sent int64) string { return s.Pattern(int(seq)).text(seq, sent) }

// count judges what all clients have got.
func (s Scenario) count(t *trial, tallies []*tally) {
	of := func(ours func(seq int64) bool) (latencies []int32) {
		for _, one := range tallies {
			for i, seq := range one.numbers {
				if ours(seq) {
					latencies = append(latencies, one.latencies[i])
				}
			}
		}
		slices.Sort(latencies)
		return latencies
	}
	half := int64(s.Events / 2)
	first := mean(of(func(seq int64) bool { return seq < half }))
	second := mean(of(func(seq int64) bool { return seq >= half }))
	var all []int32
	t.verdict, all = sum(tallies, 0)
	t.quantiles("delivery", all)
	t.quantiles("critical", of(func(seq int64) bool { return s.Pattern(int(seq)).Priority == "critical" }))
	t.figures["delivered events"] = float64(t.Got + t.Misrouted)
	t.figures["deliveries/event"] = float64(t.Got) / float64(s.Events)
	t.figures["second half slower %"] = (second/max(first, 0.001) - 1) * 100
}
