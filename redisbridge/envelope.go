package redisbridge

import (
	"cmp"

	"github.com/tickstock/tickcast/rooms"
)

// envelope is the event around the data, in the one shape that all pages can read.
type envelope struct {
	name     string // the browser's event, and "type"
	kind     string // "event_type"
	heading  []field
	copyData string // the heading's name of a further copy of the data; mostly empty
}

// payload builds the event's single argument. The data stands in it two or three
// times, because pages look for it in different places; it is built once and copied.
func (n *normalised) payload(e envelope, batch int) []byte {
	now := epoch(n.received)
	event := append(n.content[:0], `{"event_type":"`+e.kind+`","source":`...)
	event = append(event, cmp.Or(n.origin(batch, "source"), `"unknown"`)...)
	event = append(event, `,"timestamp":`...)
	event = append(event, cmp.Or(n.origin(batch, "timestamp"), now)...)
	event = append(event, `,"data":`...)
	start := len(event)
	event = n.appendTo(event)
	data := event[start:]
	event = append(event, `,"channel":"`+n.channel+`"}`...)
	n.content = event

	size := 2*len(event) + len(e.copyData) + 96
	for _, f := range e.heading {
		size += len(f.key) + len(f.value) + 4
	}
	if e.copyData != "" {
		size += len(data)
	}
	out := make([]byte, 0, size)
	out = append(out, `{"type":"`+e.name+`"`...)
	for _, f := range e.heading {
		out = appendField(append(out, ','), f)
	}
	if e.copyData != "" {
		out = append(append(out, `,"`+e.copyData+`":`...), data...)
	}
	out = append(append(out, `,"timestamp":`...), now...)
	out = append(append(out, `,"event":`...), event...)
	out = append(append(out, `,"event_data":`...), event...)
	return append(out, '}')
}

// origin is a member that describes the message as a whole, as published; empty if there is none.
func (n *normalised) origin(batch int, name string) string {
	for _, parent := range [...]int{n.outer, batch} {
		if m := n.member(parent, name); m != none {
			return n.raw(m)
		}
	}
	return ""
}

func (n *normalised) event(e envelope, batch int) rooms.Event {
	return rooms.Event{
		Name:     e.name,
		Channel:  n.channel,
		Received: n.received,
		Audience: everyone(),
		Payload:  n.payload(e, batch),
	}
}
