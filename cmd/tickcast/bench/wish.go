package bench

import (
	"encoding/json"
	"fmt"
	"slices"
)

// wish is a filter of tier patterns, as a browser sends it.
type wish struct {
	Symbols    []string `json:"symbols,omitempty"`
	Patterns   []string `json:"pattern_types,omitempty"`
	Tiers      []string `json:"tiers,omitempty"`
	Confidence float64  `json:"confidence_min,omitempty"`
	Priority   string   `json:"priority_min,omitempty"`
}

// pattern is one of the producer's.
type pattern struct {
	Pattern    string  `json:"pattern"`
	Symbol     string  `json:"symbol"`
	Tier       string  `json:"tier"`
	Confidence float64 `json:"confidence"`
	Priority   string  `json:"priority"`
	ID         string  `json:"event_id"`
	Seq        int64   `json:"seq"`
	Sent       int64   `json:"sent"` // Unix ns
	Filler     string  `json:"x,omitempty"`
}

// accepts is what the server's filters must come to, found without them.
func (w wish) accepts(p pattern) bool {
	among := func(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }
	ranks := []string{"low", "medium", "high", "critical"}
	return among(w.Symbols, p.Symbol) && among(w.Patterns, p.Pattern) && among(w.Tiers, p.Tier) &&
		p.Confidence >= w.Confidence && slices.Index(ranks, p.Priority) >= slices.Index(ranks, w.Priority)
}

// text is the message in Redis.
func (p pattern) text(seq, sent int64) string {
	p.ID, p.Seq, p.Sent = fmt.Sprintf("bench_%d", seq), seq, sent
	text, _ := json.Marshal(p) // texts and numbers always encode
	return string(text)
}
