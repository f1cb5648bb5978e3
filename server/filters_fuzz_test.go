package server

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/tickstock/tickcast/rooms"
)

// FuzzFilters holds the reading of filters to their bounds, whatever is sent, and to a plain decoding of it.
func FuzzFilters(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `[]`, `"x"`, `7`, `{"symbols":["AAPL"],"confidence_min":0.7,"priority_min":"HIGH"}`,
		`{"patterns":["Doji"],"pattern_types":[],"confidence":"0.6","priority":"MEDIUM"}`, `{"confidence_threshold":70}`,
		`{"symbols":["a"],"symbols":["b","b"]}`, `{"symbols":[null,[[]],{}]}`, `{"tiers":["\ud800","\u0000"]}`, `{"confidence":"Inf"}`,
		`{"market_regimes":["bull","x"]}`, `{"max_events_per_hour":1e300,"market_hours_only":1}`, `{"nonsense":{"a":[1]}}`, `{"confidence":"-0"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			t.Skip("never gets this far")
		}
		for _, dialect := range []dialect{universalFilters(), tierFilters(), alertPreferences()} {
			filter, err := dialect.read(data, rooms.Filter{})
			if err != nil {
				checkRefusal(t, dialect, err)
				continue
			}
			if err := filter.Validate(); err != nil {
				t.Fatalf("accepted %+v: %v", filter, err)
			}
			if dialect.strict {
				checkLists(t, data, filter)
			}
		}
	})
}

func checkRefusal(t *testing.T, d dialect, err error) {
	t.Helper()
	var refused *rooms.FieldError
	if !errors.As(err, &refused) || !strings.HasPrefix(refused.Field, d.parent) || refused.Problem == "" {
		t.Fatalf("%v names no field of %s", err, d.parent)
	}
	if len(err.Error()) > 400 {
		t.Fatalf("the refusal repeats what was sent: %d bytes", len(err.Error()))
	}
}

func checkLists(t *testing.T, data []byte, read rooms.Filter) {
	t.Helper()
	var plain map[string]any
	if json.Unmarshal(data, &plain) != nil {
		t.Skip("beyond what the plain decoder takes")
	}
	for name, list := range map[string][]string{
		"pattern_types": read.Patterns, "symbols": read.Symbols, "tiers": read.Tiers, "market_regimes": read.Regimes,
	} {
		wanted, _ := plain[name].([]any)
		same := slices.EqualFunc(wanted, list, func(w any, found string) bool { return w == found })
		if !same {
			t.Fatalf("%s are %q, not %v", name, list, wanted)
		}
	}
}
