package server

import (
	"maps"
	"sync"
)

const (
	otherName  = "other"
	tallyNames = 128 // distinct names of one tally; a bound on memory and on the series of a metric
)

// tally counts by name. Names may come from outside: what is over the bound is counted as other.
type tally struct {
	mu     sync.Mutex
	counts map[string]uint64
}

// newTally starts every known name at zero, so that a graph has it before it first happens.
func newTally(known ...string) *tally {
	t := &tally{counts: map[string]uint64{}}
	for _, name := range known {
		t.counts[name] = 0
	}
	return t
}

func (t *tally) add(name string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.counts[name]; !known && len(t.counts) >= tallyNames {
		name = otherName
	}
	t.counts[name] += uint64(n)
}

func (t *tally) counted() map[string]uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counts)
}
