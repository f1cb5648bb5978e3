package bench

import (
	"bytes"
	"slices"
	"time"
)

// tally is what one client has got. It is owned by that client's goroutine until the run is over.
type tally struct {
	want       []int64 // the numbers of the messages that are for this client, rising; nil = all
	next       int64   // the sequence number that must come, or its place in want
	got        int64
	doubled    int64
	late       int64              // came behind a higher number
	misrouted  int64              // not in want
	missing    map[int64]struct{} // passed over: lost, unless they come late
	bytes      int64
	latencies  []int32 // µs from publish to here, every message
	numbers    []int64 // of the latencies, if there is a want
	frameBytes int
	progress   func() // called for each message
}

// tallies are of n clients that want all.
func tallies(n int) []*tally {
	all := make([]*tally, n)
	for i := range all {
		all[i] = &tally{progress: func() {}}
	}
	return all
}

func (t *tally) message(text []byte) {
	seq, ok := number(text, seqKey)
	if !ok {
		return // the server's greeting
	}
	if t.want != nil {
		if !bytes.HasPrefix(text, wantedEvent) && !bytes.HasPrefix(text, push) {
			return // what pages get before they say what they want
		}
		place, wanted := slices.BinarySearch(t.want, seq)
		if !wanted {
			t.misrouted++
			return
		}
		t.numbers = append(t.numbers, seq)
		seq = int64(place)
	}
	sent, _ := number(text, sentKey)
	t.latencies = append(t.latencies, int32((time.Now().UnixNano()-sent)/1000))
	t.got++
	t.frameBytes = len(text)
	t.bytes += int64(len(text))
	t.place(seq)
	t.progress()
}

// place judges one sequence number.
func (t *tally) place(seq int64) {
	if seq < t.next {
		if _, missing := t.missing[seq]; missing {
			delete(t.missing, seq)
			t.late++
		} else {
			t.doubled++
		}
		return
	}
	for ; t.next < seq; t.next++ {
		if t.missing == nil {
			t.missing = map[int64]struct{}{}
		}
		t.missing[t.next] = struct{}{}
	}
	t.next++
}

var wantedEvent = []byte(`42["tier_pattern",`)

// verdict sums all clients up.
type verdict struct {
	Expected  int64 `json:"expected"`
	Got       int64 `json:"got"`
	Lost      int64 `json:"lost"`
	Doubled   int64 `json:"doubled"`
	Reordered int64 `json:"reordered"`
	Misrouted int64 `json:"misrouted"`
}

func (v verdict) ok() bool {
	return v.Lost == 0 && v.Doubled == 0 && v.Reordered == 0 && v.Misrouted == 0
}

// sum expects what each client wants, or else all the messages.
func sum(tallies []*tally, messages int64) (v verdict, latencies []int32) {
	for _, t := range tallies {
		expected := messages
		if t.want != nil {
			expected = int64(len(t.want))
		}
		v.Expected += expected
		v.Misrouted += t.misrouted
		v.Got += t.got
		v.Doubled += t.doubled
		v.Reordered += t.late
		v.Lost += int64(len(t.missing)) + expected - t.next
		latencies = append(latencies, t.latencies...)
	}
	slices.Sort(latencies)
	return v, latencies
}

// quantile of sorted latencies, in milliseconds.
func quantile(sorted []int32, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]) / 1000
}

// mean of latencies, in milliseconds.
func mean(latencies []int32) float64 {
	total := int64(0)
	for _, took := range latencies {
		total += int64(took)
	}
	return float64(total) / float64(max(len(latencies), 1)) / 1000
}
