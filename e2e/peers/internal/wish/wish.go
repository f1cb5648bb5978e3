// Package wish is what the users of the bare peers want: filters by symbol, asked for in Socket.IO events.
package wish

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Wish is a filter as browsers send it.
type Wish struct {
	Symbols    []string `json:"symbols"`
	Patterns   []string `json:"pattern_types"`
	Tiers      []string `json:"tiers"`
	Confidence float64  `json:"confidence_min"`
	Priority   string   `json:"priority_min"`
}

// Pattern is a message.
type Pattern struct {
	Symbol     string  `json:"symbol"`
	Pattern    string  `json:"pattern"`
	Tier       string  `json:"tier"`
	Confidence float64 `json:"confidence"`
	Priority   string  `json:"priority"`
}

// Accepts is the meaning of a filter.
func (w Wish) Accepts(p Pattern) bool {
	among := func(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }
	return among(w.Symbols, p.Symbol) && among(w.Patterns, p.Pattern) && among(w.Tiers, p.Tier) &&
		p.Confidence >= w.Confidence && rank(p.Priority) >= rank(w.Priority)
}

func rank(priority string) int {
	return slices.Index([]string{"low", "medium", "high", "critical"}, priority)
}

// Answer acknowledges an event of Socket.IO ("420[…]"), and says what it asks for if it subscribes.
func Answer(packet []byte) (acknowledgement []byte, asked *Wish, err error) {
	digits := bytes.TrimPrefix(packet, []byte("42"))
	id, _, found := bytes.Cut(digits, []byte("["))
	if !found {
		return nil, nil, fmt.Errorf("no event: %.40q", packet)
	}
	var event string
	filter := struct {
		Filters Wish `json:"filters"`
	}{}
	if err := json.Unmarshal(digits[len(id):], &[]any{&event, &filter}); err != nil {
		return nil, nil, fmt.Errorf("read an event: %w", err)
	}
	acknowledgement = fmt.Appendf(nil, `43%s[{"status":"ok"}]`, id)
	if event != "subscribe" {
		return acknowledgement, nil, nil
	}
	return acknowledgement, &filter.Filters, nil
}

// Index has who wants what, by symbol. Whoever names no symbol is under "".
type Index[Who any] struct {
	bySymbol map[string][]wanting[Who]
}

type wanting[Who any] struct {
	who  Who
	wish Wish
}

// Put adds a wish.
func (x *Index[Who]) Put(who Who, w Wish) {
	if x.bySymbol == nil {
		x.bySymbol = map[string][]wanting[Who]{}
	}
	under := slices.Compact(slices.Sorted(slices.Values(w.Symbols))) // named twice, got once
	if len(under) == 0 {
		under = []string{""}
	}
	for _, symbol := range under {
		x.bySymbol[symbol] = append(x.bySymbol[symbol], wanting[Who]{who, w})
	}
}

// Empty is true while nobody has asked for anything: then everybody gets everything.
func (x *Index[Who]) Empty() bool { return x.bySymbol == nil }

// Match appends who wants the message.
func (x *Index[Who]) Match(message []byte, to []Who) []Who {
	var p Pattern
	if json.Unmarshal(message, &p) != nil {
		return to
	}
	for _, symbol := range []string{p.Symbol, ""} {
		for _, one := range x.bySymbol[symbol] {
			if one.wish.Accepts(p) {
				to = append(to, one.who)
			}
		}
	}
	return to
}
