package server

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// QuantilesOf are the quantiles that health would tell of these durations.
func QuantilesOf(durations ...time.Duration) func(q float64) time.Duration {
	l := newLatency("test_seconds", "For a spec.")
	for _, d := range durations {
		l.observe(d)
	}
	return l.Quantile
}

// EventNames are the names in the tables of browser events.
func EventNames() []string { return append(EventsOf("/"), EventsOf("/admin-ws")...) }

// EventsOf are those of one namespace.
func EventsOf(name string) (names []string) {
	for _, row := range namespaces() {
		for _, event := range row.Events {
			if row.Name == name {
				names = append(names, event.Name)
			}
		}
	}
	return names
}

// NamespaceNames are the names in the table of namespaces.
func NamespaceNames() (names []string) {
	for _, row := range namespaces() {
		names = append(names, row.Name)
	}
	return names
}

// Beat is one pulse at that time.
func (s *Sockets) Beat(now time.Time) { s.beat(now) }

// Ours tells our failures from bad requests.
func Ours(err error) bool { return ours(err) }

// Choosers is how many users' choices are kept.
func (s *Sockets) Choosers() int { return len(s.choices.here()) }

// KeepChoices reads them from source until ctx ends, for a router and one user with a socket.
func KeepChoices(ctx context.Context, source Choices, router *rooms.Router, user string) {
	c := newChoices(source, router, zerolog.Nop())
	c.arrive(user)
	c.run(ctx)
}

// Kicks are those that are remembered.
type Kicks struct{ kicks }

// Add remembers one.
func (k *Kicks) Add(user string, at time.Time) { k.add(user, at) }

// Since reports whether there was one after that time.
func (k *Kicks) Since(user string, began time.Time) bool { return k.since(user, began) }

// Len is how many there are.
func (k *Kicks) Len() int { return len(k.recent) }

// ProveBy replaces what browsers prove to have seen. It comes before Run.
func (s *Sockets) ProveBy(prove func(*sio.Socket) string) { s.prove = prove }

// SaveCursors is one look at how far users have seen, at that time.
func (s *Sockets) SaveCursors(now time.Time) { s.cursors.save(now) }

// Newer reports whether position a is after b.
func Newer(a, b string) bool { return newer(a, b) }

// AskAgain puts the questions of a whole interval at once.
func (s *Sockets) AskAgain() {
	for slot := range recheckSlots {
		s.askAgain(s.due(slot))
	}
}

// DueBySlot lists the parts of an interval in which questions are due.
func (s *Sockets) DueBySlot() (slots []int) {
	for slot := range recheckSlots {
		for range s.due(slot) {
			slots = append(slots, slot)
		}
	}
	return slots
}
