package redisbridge

import (
	"iter"
	"strconv"
	"time"

	"github.com/tickstock/tickcast/rooms"
)

// message is what came off the subscription, read. Only the router loop has it.
type message struct {
	document
	memory   *memory
	channel  string
	received time.Time
	data     normalised // of the event that is being made
	content  []byte     // scratch of payload
	ofJob    string     // whose owner alone may see what becomes of it; empty = it is of no job
	found    *finding   // the pattern that its events are being made of
}

// translate yields the events of a message of this channel, or why there are none.
func (m *message) translate(channel Channel, raw string, received time.Time) iter.Seq2[rooms.Event, Reason] {
	m.channel, m.received, m.ofJob = channel.Name, received, ""
	reason := m.read(raw)
	if reason == Accepted && m.probe() {
		reason = Probe
	}
	if reason != Accepted {
		return func(yield func(rooms.Event, Reason) bool) { yield(rooms.Event{}, reason) }
	}
	return channel.Translate(m)
}

// probe tells the application's own test messages: they say nothing but "test".
func (m *message) probe() bool {
	if m.member(root, "test") == none {
		return false
	}
	for n := range m.children(root) {
		switch m.key(n) {
		case "test", "timestamp", "source", "event_type", "type":
		default:
			return false
		}
	}
	return true
}

// first is the first of these members of the objects, one object after the other, that says something.
func (m *message) first(objects [2]int, names ...string) int {
	for _, parent := range objects {
		for _, name := range names {
			if n := m.member(parent, name); m.words(n) != "" {
				return n
			}
		}
	}
	return none
}

// epoch is a time as browsers get it: seconds since 1970, with a fraction.
func epoch(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixMicro())/1e6, 'f', -1, 64)
}
