package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tickstock/tickcast/rooms"
)

// filterKey is one key of a filter.
type filterKey struct {
	name string
	read filterReader
}

// A filterReader sets its part of a filter. The Field of its refusal is only what follows the key: "[3]", or nothing.
type filterReader func(*rooms.Filter, json.RawMessage) *rooms.FieldError

// apply reads the value and holds the filter to its bounds.
func (k filterKey) apply(f *rooms.Filter, value json.RawMessage) *rooms.FieldError {
	if refused := k.read(f, value); refused != nil {
		return refused
	}
	var refused *rooms.FieldError
	if !errors.As(f.Validate(), &refused) {
		return nil
	}
	// All before this key was fine, so it is about this one, under a name of its own.
	place := ""
	if i := strings.IndexByte(refused.Field, '['); i >= 0 {
		place = refused.Field[i:]
	}
	return at(place, "%s", refused.Problem)
}

func readPatterns(f *rooms.Filter, value json.RawMessage) *rooms.FieldError {
	return readList(&f.Patterns, value)
}

func readSymbols(f *rooms.Filter, value json.RawMessage) *rooms.FieldError {
	return readList(&f.Symbols, value)
}

func readTiers(f *rooms.Filter, value json.RawMessage) *rooms.FieldError {
	return readList(&f.Tiers, value)
}

func readRegimes(f *rooms.Filter, value json.RawMessage) *rooms.FieldError {
	if refused := readList(&f.Regimes, value); refused != nil {
		return refused
	}
	for i, regime := range f.Regimes {
		if !slices.Contains([]string{"bull", "bear", "neutral", "consolidation"}, regime) {
			return at(fmt.Sprintf("[%d]", i), "must be bull, bear, neutral or consolidation")
		}
	}
	return nil
}

func readList(list *[]string, value json.RawMessage) *rooms.FieldError {
	sent, ok := members(value, rooms.MaxValues)
	if !ok {
		return at("", "must be a list")
	}
	*list = make([]string, len(sent))
	for i, member := range sent {
		if (*list)[i], ok = textOf(member); !ok {
			return at(fmt.Sprintf("[%d]", i), mustBeText)
		}
	}
	return nil
}

const mustBeNumber = "must be a number"

func readFraction(f *rooms.Filter, value json.RawMessage) *rooms.FieldError {
	fraction, err := strconv.ParseFloat(string(value), 64)
	if err != nil {
		return at("", mustBeNumber)
	}
	f.ConfidenceMin = fraction
	return nil
}

// readPercentage takes 70 as 0.7, and 0.7 as it is.
func readPercentage(f *rooms.Filter, value json.RawMessage) *rooms.FieldError {
	refused := readFraction(f, value)
	if refused == nil && f.ConfidenceMin > 1 {
		f.ConfidenceMin /= 100
	}
	return refused
}

func readPriority(f *rooms.Filter, value json.RawMessage) *rooms.FieldError {
	name, ok := textOf(value)
	if !ok {
		return at("", mustBeText)
	}
	rank, err := rooms.ParsePriority(name)
	if err != nil {
		return at("", "must be low, medium, high or critical")
	}
	f.PriorityMin = rank
	return nil
}

func readPerHour(f *rooms.Filter, value json.RawMessage) *rooms.FieldError {
	events, err := strconv.ParseFloat(string(value), 64)
	if err != nil {
		return at("", mustBeNumber)
	}
	if !(events >= 0 && events <= math.MaxInt32 && events == math.Trunc(events)) {
		return at("", "must be a whole number, not below zero")
	}
	f.MaxPerHour = int(events)
	return nil
}

func readMarketHours(f *rooms.Filter, value json.RawMessage) *rooms.FieldError {
	if json.Unmarshal(value, &f.MarketHours) != nil {
		return at("", "must be true or false")
	}
	return nil
}

// loose reads a number from text too, as form fields give it; an empty field is none.
func loose(read filterReader) filterReader {
	return func(f *rooms.Filter, value json.RawMessage) *rooms.FieldError {
		text, quoted := textOf(value)
		if !quoted {
			return read(f, value)
		}
		if text = strings.TrimSpace(text); text == "" {
			return nil
		}
		return read(f, json.RawMessage(text))
	}
}
