package server

import (
	"cmp"
	"math"
	"strconv"
	"strings"
)

// place is a position of the backlog, read.
type place struct{ ms, seq, n uint64 }

// newer reports whether position a is after b. What is no position is before all that are.
func newer(a, b string) bool {
	first, ok := parsePlace(a)
	if !ok {
		return false
	}
	second, ok := parsePlace(b)
	return !ok || cmp.Or(cmp.Compare(first.ms, second.ms), cmp.Compare(first.seq, second.seq), cmp.Compare(first.n, second.n)) > 0
}

// newest is the later of the two.
func newest(a, b string) string {
	if newer(b, a) {
		return b
	}
	return a
}

// parsePlace reads "<ms>-<seq>-<n>"; without the last number it is all of that message.
func parsePlace(position string) (p place, ok bool) {
	p.n = math.MaxUint64
	numbers := strings.Split(position, "-")
	if len(numbers) < 2 || len(numbers) > 3 {
		return p, false
	}
	for i, into := range []*uint64{&p.ms, &p.seq, &p.n}[:len(numbers)] {
		n, err := strconv.ParseUint(numbers[i], 10, 64)
		if err != nil {
			return p, false
		}
		*into = n
	}
	return p, true
}
