package rooms_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	. "github.com/tickstock/tickcast/rooms"
)

// FuzzFilter holds a subscription that is accepted against its filter: the index
// finds it when the filter matches, and gives the filter back.
func FuzzFilter(f *testing.F) {
	f.Add("BreakoutBO|Doji", "AAPL", "daily", "BreakoutBO", "AAPL", "", 0.8, 0.8, uint8(2), uint8(3), 0, false, true)
	f.Add("", "|", "\x00", "a", "", "x", -1.0, 2.0, uint8(5), uint8(0), -1, true, true)
	f.Add("Doji", "", "combo", "Doji", "MSFT", "combo", 0.0, 0.5, uint8(4), uint8(4), 10_000, true, false)
	f.Fuzz(func(t *testing.T, patterns, symbols, tierNames, pattern, symbol, tier string, minimum, confidence float64, least, priority uint8, perHour int, onlyOpen, closed bool) {
		filter := Filter{
			Patterns: split(patterns), Symbols: split(symbols), Tiers: split(tierNames),
			ConfidenceMin: minimum, PriorityMin: Priority(least), MaxPerHour: perHour, MarketHours: onlyOpen,
		}
		s := Subscription{Room: "user_7", Topic: tiers, Filter: filter}
		if s.Validate() != nil {
			return
		}
		index := NewIndex()
		if err := index.Put(s); err != nil {
			t.Fatal(err)
		}
		e := Traits{Pattern: pattern, Symbol: symbol, Tier: tier, Confidence: confidence, HasConfidence: true, Priority: Priority(priority), Closed: closed}
		if found := len(index.Match(tiers, e, nil)) == 1; found != filter.Match(e) {
			t.Fatalf("found %v by %+v", found, filter)
		}
		for _, list := range []*[]string{&s.Filter.Patterns, &s.Filter.Symbols, &s.Filter.Tiers} {
			slices.Sort(*list)
			*list = slices.Compact(*list)
		}
		if held := index.Subscriptions("user_7"); !reflect.DeepEqual(held, []Subscription{s}) {
			t.Fatalf("holds %+v, want %+v", held, s)
		}
	})
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, "|")
}
