package rooms

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Bounds of a filter, so that no browser can make the index large.
const (
	MaxValues      = 1000   // of all lists together
	MaxValueLength = 64     // characters
	MaxHourLimit   = 10_000 // of MaxPerHour: each event that counts is remembered for an hour
)

// ErrBadFilter is wrapped by every refusal of a filter, beside a FieldError.
var ErrBadFilter = errors.New("bad filter")

func badFilter(field, problem string) error {
	return fmt.Errorf("%w: %w", ErrBadFilter, &FieldError{field, problem})
}

// Filter says which events a subscription accepts. The zero Filter accepts all.
//
// An empty list accepts anything, any other its members (exact, case-sensitive).
// Minimums are inclusive, zero is no minimum. A trait that the event does not
// carry is not tested. What is tested must pass as a whole.
type Filter struct {
	Patterns      []string
	Symbols       []string
	Tiers         []string
	Regimes       []string
	ConfidenceMin float64 // 0..1
	PriorityMin   Priority
	MaxPerHour    int  // events in any 60 minutes; 0 = no limit. The router counts them, Match does not.
	MarketHours   bool // only while the market is open
}

// dimensions counts the lists of a filter.
const dimensions = 4

// listName, Filter.lists and Traits.values keep one order.
func listName(d int) string {
	return [dimensions]string{"patterns", "symbols", "tiers", "regimes"}[d]
}

// sorted puts each list in order.
func (f Filter) sorted() Filter {
	for _, list := range f.lists() {
		slices.Sort(list)
	}
	return f
}

func (f Filter) lists() [dimensions][]string {
	return [dimensions][]string{f.Patterns, f.Symbols, f.Tiers, f.Regimes}
}

// Match is the meaning of a filter. The index is held equal to it.
func (f Filter) Match(t Traits) bool {
	if f.MarketHours && t.Closed {
		return false
	}
	values := t.values()
	for d, list := range f.lists() {
		if len(list) > 0 && values[d] != "" && !slices.Contains(list, values[d]) {
			return false
		}
	}
	return reaches(t, f.ConfidenceMin) && (t.Priority == 0 || t.Priority >= f.PriorityMin)
}

// reaches is written so that a confidence which is no number fails every minimum.
func reaches(t Traits, minimum float64) bool {
	return !t.HasConfidence || !(minimum > 0) || t.Confidence >= minimum
}

// Validate refuses what no page sends: too many values, overlong ones, control
// characters, a number outside its range.
func (f Filter) Validate() error {
	total := 0
	for d, list := range f.lists() {
		if total += len(list); total > MaxValues {
			return badFilter(listName(d), fmt.Sprintf("brings the filter to %d values, at most %d are allowed", total, MaxValues))
		}
		for i, value := range list {
			if problem := textProblem(value); problem != "" {
				return badFilter(fmt.Sprintf("%s[%d]", listName(d), i), problem)
			}
		}
	}
	if math.IsNaN(f.ConfidenceMin) || f.ConfidenceMin < 0 || f.ConfidenceMin > 1 {
		return badFilter("confidence_min", fmt.Sprintf("%g is not within 0 and 1", f.ConfidenceMin))
	}
	if f.PriorityMin > Critical {
		return badFilter("priority_min", fmt.Sprintf("rank %d does not exist", f.PriorityMin))
	}
	if f.MaxPerHour < 0 || f.MaxPerHour > MaxHourLimit {
		return badFilter("max_events_per_hour", fmt.Sprintf("%d is not within 0 and %d", f.MaxPerHour, MaxHourLimit))
	}
	return nil
}
