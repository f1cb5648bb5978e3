package rooms

import (
	"fmt"
	"strings"
)

// Priority ranks events. The zero value is none: an event without one is not tested, a filter without one accepts all.
type Priority uint8

const (
	Low Priority = iota + 1
	Medium
	High
	Critical
)

// priorities counts the ranks, none included.
const priorities = int(Critical) + 1

// The confidence from which on an event that names no priority has the rank.
const (
	mediumFrom   = 0.6
	highFrom     = 0.8
	criticalFrom = 0.9
)

// ParsePriority reads a filter's priority, in any case; the empty name is none.
func ParsePriority(name string) (Priority, error) {
	if name == "" {
		return 0, nil
	}
	if p := rank(name); p != 0 {
		return p, nil
	}
	return 0, badFilter("priority_min", fmt.Sprintf("%.20q is none of low, medium, high, critical", name))
}

// PriorityNamed reads an event's priority, in any case. A producer's unknown
// name ranks lowest instead of losing the event; the empty name is none.
func PriorityNamed(name string) Priority {
	if name == "" {
		return 0
	}
	return max(rank(name), Low)
}

// PriorityAt is the priority of a pattern of this confidence (0..1).
func PriorityAt(confidence float64) Priority {
	switch {
	case confidence >= criticalFrom:
		return Critical
	case confidence >= highFrom:
		return High
	case confidence >= mediumFrom:
		return Medium
	}
	return Low
}

// String is the lower-case name; none is empty.
func (p Priority) String() string {
	switch p {
	case Low:
		return "low"
	case Medium:
		return "medium"
	case High:
		return "high"
	case Critical:
		return "critical"
	}
	return ""
}

// rank is none for a name that no priority has.
func rank(name string) Priority {
	for p := Low; p <= Critical; p++ {
		if strings.EqualFold(name, p.String()) {
			return p
		}
	}
	return 0
}
