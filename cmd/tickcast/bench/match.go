package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"github.com/tickstock/tickcast/rooms"
)

// Match is the router alone, in this process: who wants an event, among very many.
type Match struct {
	Subscriptions int
	Events        int // to find the rooms of
	Changes       int // subscriptions that come, and go again
	Checked       int // events whose rooms are compared to a plain look at every filter
}

// Matched is what it has shown.
type Matched struct {
	Subscriptions int        `json:"subscriptions"`
	Bytes         float64    `json:"bytes_per_subscription"`
	Match         spread     `json:"match_us"`
	Subscribe     spread     `json:"subscribe_us"`
	Unsubscribe   spread     `json:"unsubscribe_us"`
	ByRecipients  []reaching `json:"match_by_recipients"`
	Missed        int        `json:"missed"`
	Misrouted     int        `json:"misrouted"`
	Compared      int        `json:"compared"` // rooms that were due
}

// reaching is what events cost that so many rooms wanted.
type reaching struct {
	Least      int     `json:"least"`
	Events     int     `json:"events"`
	Recipients float64 `json:"mean_recipients"`
	Mean       float64 `json:"mean_us"`
}

// found is an event that has been matched.
type found struct {
	rooms int
	took  time.Duration
}

// Check refuses what makes no sense, by the name of the flag.
func (m Match) Check() error {
	switch {
	case m.Subscriptions < 1:
		return errors.New("subscriptions: at least one")
	case m.Events < 1:
		return errors.New("events: at least one")
	case m.Checked < 1:
		return errors.New("checked: at least one")
	case m.Changes < 0:
		return errors.New("changes: not below 0")
	}
	return nil
}

// Run subscribes, matches, compares, and subscribes and unsubscribes among them.
func (m Match) Run(ctx context.Context) (Matched, error) {
	before := heap()
	seen := &audience{}
	router := rooms.New(seen, rooms.Limits{})
	for i := range m.Subscriptions {
		if err := router.Subscribe(subscription(i)); err != nil {
			return Matched{}, fmt.Errorf("subscribe user %d: %w", i, err)
		}
	}
	result := Matched{Subscriptions: m.Subscriptions, Bytes: float64(heap()-before) / float64(m.Subscriptions)}
	all := make([]found, m.Events)
	for i := range all {
		event := event(i)
		began := time.Now()
		router.Route(event)
		all[i] = found{len(seen.rooms), time.Since(began)}
		seen.rooms = seen.rooms[:0]
	}
	result.Match, result.ByRecipients = spreadOf(all), byRecipients(all)
	for i := range min(m.Checked, m.Events) {
		if ctx.Err() != nil {
			return result, ctx.Err()
		}
		router.Route(event(i))
		result.compare(expected(m.Subscriptions, i), seen.rooms)
		seen.rooms = seen.rooms[:0]
	}
	return result, m.change(router, &result)
}

// change lets further users come and go.
func (m Match) change(router *rooms.Router, result *Matched) error {
	came, went := make([]found, m.Changes), make([]found, m.Changes)
	for i := range m.Changes {
		s := subscription(m.Subscriptions + i)
		began := time.Now()
		if err := router.Subscribe(s); err != nil {
			return fmt.Errorf("subscribe another user: %w", err)
		}
		came[i].took = time.Since(began)
	}
	for i := range m.Changes {
		s := subscription(m.Subscriptions + i)
		began := time.Now()
		router.Unsubscribe(s.Room, s.Topic, s.ID)
		went[i].took = time.Since(began)
	}
	result.Subscribe, result.Unsubscribe = spreadOf(came), spreadOf(went)
	return nil
}

// compare counts what was found and should not have been, and the reverse.
func (r *Matched) compare(due, found []rooms.Room) {
	slices.Sort(due)
	got := slices.Clone(found)
	slices.Sort(got)
	r.Compared += len(due)
	for _, room := range due {
		if _, is := slices.BinarySearch(got, room); !is {
			r.Missed++
		}
	}
	for i, room := range got {
		if _, is := slices.BinarySearch(due, room); !is || i > 0 && got[i-1] == room {
			r.Misrouted++
		}
	}
}

// Flawless is nil if everybody was found who should have been, once, and nobody else.
func (r Matched) Flawless() error {
	switch {
	case r.Missed+r.Misrouted > 0:
		return fmt.Errorf("match: %d missed, %d misrouted of %d", r.Missed, r.Misrouted, r.Compared)
	case r.Compared == 0:
		return errors.New("match: no event interested anybody")
	}
	return nil
}

// Print writes one table, and one of the cost by recipients.
func (r Matched) Print(out io.Writer) {
	fmt.Fprintf(out, "%d subscriptions, %s B each; %d rooms compared: %d missed, %d misrouted\n",
		r.Subscriptions, amount(r.Bytes), r.Compared, r.Missed, r.Misrouted)
	fmt.Fprintf(out, "%-16s %10s %10s %10s %10s\n", "µs", "mean", "p50", "p99", "max")
	for _, row := range []struct {
		name string
		spread
	}{{"match", r.Match}, {"subscribe", r.Subscribe}, {"unsubscribe", r.Unsubscribe}} {
		fmt.Fprintf(out, "%-16s %10s %10s %10s %10s\n", row.name, amount(row.Mean), amount(row.P50), amount(row.P99), amount(row.Max))
	}
	fmt.Fprintf(out, "%-16s %10s %10s %10s\n", "recipients", "mean", "events", "match µs")
	for _, row := range r.ByRecipients {
		fmt.Fprintf(out, "%-16s %10s %10d %10s\n", fmt.Sprintf("%d or more", row.Least), amount(row.Recipients), row.Events, amount(row.Mean))
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// drawn is the chance of user or event i, alike in every run.
func drawn(i int, kind uint64) *rand.Rand { return rand.New(rand.NewPCG(kind, uint64(i))) }
