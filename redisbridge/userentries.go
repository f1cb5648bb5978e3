package redisbridge

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tickstock/tickcast/rooms"
)

// The fields of a user's hash. The mark is there as long as anything is kept: a hash without it was lost.
const (
	markField     = "v"
	cursorField   = "cursor"
	entryPrefix   = "s:" // then the topic, a colon and the id, which may hold anything
	entryVersion  = 1
	maxEntry      = 1 << 20                        // bytes
	maxUserFields = rooms.MaxRoomSubscriptions + 2 // with the mark and the cursor
)

func entryField(topic rooms.Topic, id string) string { return entryPrefix + string(topic) + ":" + id }

// savedFilter is a subscription's filter as it is kept. What is zero is left out.
type savedFilter struct {
	Version       int      `json:"v"`
	Patterns      []string `json:"patterns,omitempty"`
	Symbols       []string `json:"symbols,omitempty"`
	Tiers         []string `json:"tiers,omitempty"`
	Regimes       []string `json:"regimes,omitempty"`
	ConfidenceMin float64  `json:"confidence_min,omitempty"`
	PriorityMin   string   `json:"priority_min,omitempty"`
	MaxPerHour    int      `json:"max_per_hour,omitempty"`
	MarketHours   bool     `json:"market_hours,omitempty"`
}

// entryOf is the text of a filter.
func entryOf(f rooms.Filter) (string, error) {
	text, err := json.Marshal(savedFilter{
		Version:       entryVersion,
		Patterns:      f.Patterns,
		Symbols:       f.Symbols,
		Tiers:         f.Tiers,
		Regimes:       f.Regimes,
		ConfidenceMin: f.ConfidenceMin,
		PriorityMin:   f.PriorityMin.String(),
		MaxPerHour:    f.MaxPerHour,
		MarketHours:   f.MarketHours,
	})
	if err != nil {
		return "", fmt.Errorf("encode a filter: %w", err)
	}
	return string(text), nil
}

// subscriptionsOf reads the fields of a user's hash, in their order, so that every instance reads the same.
// It is nil if there is no hash, and skips what it does not understand.
func subscriptionsOf(user string, fields map[string]string) (kept []rooms.Subscription, skipped int) {
	if fields[markField] == "" {
		return nil, 0
	}
	kept = []rooms.Subscription{}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		name, is := strings.CutPrefix(field, entryPrefix)
		if !is {
			continue
		}
		topic, id, _ := strings.Cut(name, ":")
		s := rooms.Subscription{Room: rooms.UserRoom(user), Topic: rooms.Topic(topic), ID: id}
		var understood bool
		if s.Filter, understood = filterOf(fields[field]); understood && s.Topic.Universal() && s.Validate() == nil {
			kept = append(kept, s)
		} else {
			skipped++
		}
	}
	return kept, skipped
}

// filterOf reads no text of a newer version: what it adds might restrict the filter.
func filterOf(text string) (rooms.Filter, bool) {
	var e savedFilter
	if len(text) > maxEntry || json.Unmarshal([]byte(text), &e) != nil || e.Version != entryVersion {
		return rooms.Filter{}, false
	}
	least, err := rooms.ParsePriority(e.PriorityMin)
	return rooms.Filter{
		Patterns:      e.Patterns,
		Symbols:       e.Symbols,
		Tiers:         e.Tiers,
		Regimes:       e.Regimes,
		ConfidenceMin: e.ConfidenceMin,
		PriorityMin:   least,
		MaxPerHour:    e.MaxPerHour,
		MarketHours:   e.MarketHours,
	}, err == nil
}
