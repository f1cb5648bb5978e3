package client

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Event is one event as it came: its name and its arguments.
type Event struct {
	Name     string
	Args     []json.RawMessage
	Position string // in the backlog, which comes behind the arguments; empty = none came
}

// position is what stands behind the arguments of an event that is kept, or in an event of its own.
var position = regexp.MustCompile(`^"(\d+-\d+(?:-\d+)?)"$`)

// Inbox keeps the events of a client, but for those that tell nothing but a position; its Take is an Options.Packet.
type Inbox struct {
	// Guarded by mu.
	mu     sync.Mutex
	events []Event
}

// Take keeps the packet if it is an event, of whatever namespace.
func (i *Inbox) Take(packet []byte) {
	if len(packet) == 0 || packet[0] != '2' {
		return
	}
	_, array, ok := strings.Cut(string(packet), "[")
	if !ok {
		return
	}
	var args []json.RawMessage
	var event Event
	if json.Unmarshal([]byte("["+array), &args) != nil || len(args) == 0 || json.Unmarshal(args[0], &event.Name) != nil {
		return // what is no event will be missed by the spec that waits for it
	}
	event.Args = args[1:]
	if last := len(event.Args) - 1; last >= 0 {
		if told := position.FindSubmatch(event.Args[last]); told != nil {
			event.Args, event.Position = event.Args[:last], string(told[1])
		}
	}
	if event.Name == "position" {
		return
	}
	i.mu.Lock()
	i.events = append(i.events, event)
	i.mu.Unlock()
}

// Events gives all that came so far, or those of the names.
func (i *Inbox) Events(names ...string) []Event {
	i.mu.Lock()
	defer i.mu.Unlock()
	var found []Event
	for _, e := range i.events {
		if len(names) == 0 || slices.Contains(names, e.Name) {
			found = append(found, e)
		}
	}
	return found
}
