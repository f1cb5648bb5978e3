package server

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// FuzzPatternNames holds the reading of subscribe_patterns equal to a plain decoding of it.
func FuzzPatternNames(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"patterns":[]}`, `{"patterns":["Doji","Doji"],"user_id":1}`, `{"patterns":null}`, `{"patterns":[null,1,true,""]}`,
		`{"patterns":[{}]}`, `{"patterns":[[]]}`, `{"Patterns":["a"]}`, `{"patterns":["a"],"patterns":["b"]}`,
		`null`, `"text"`, `[1]`, `7`, `{"patterns":["\ud800","\u0000"]}`, ` { "patterns" : [ "a" , "b" ] } `,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			t.Skip("never gets this far")
		}
		list, names, err := patternNames(sio.Message{Args: []json.RawMessage{data}})
		var plain any
		if json.Unmarshal(data, &plain) != nil {
			t.Skip("beyond what the plain decoder takes") // 1e999
		}
		object, ok := plain.(map[string]any)
		if !ok {
			want(t, err, errSubscription)
			return
		}
		value, sent := object["patterns"]
		if !sent {
			want(t, err, nil)
			return
		}
		members, ok := value.([]any)
		if !ok {
			want(t, err, errPatternsFormat)
			return
		}
		if len(members) <= rooms.MaxValues {
			compare(t, members, list, names, err)
		}
	})
}

func compare(t *testing.T, members []any, list json.RawMessage, names []string, err error) {
	t.Helper()
	for _, member := range members {
		switch member.(type) {
		case map[string]any, []any:
			want(t, err, errSubscription)
			return
		}
	}
	want(t, err, nil)
	if len(names) != len(members) {
		t.Fatalf("%d names of %d members", len(names), len(members))
	}
	for i, member := range members {
		if text, ok := member.(string); ok && names[i] != text {
			t.Fatalf("name %d is %q, not %q", i, names[i], text)
		}
	}
	if !json.Valid(list) {
		t.Fatalf("the confirmed list %q is no JSON", list)
	}
}

func want(t *testing.T, err, wanted error) {
	t.Helper()
	if !errors.Is(err, wanted) {
		t.Fatalf("found %v, wanted %v", err, wanted)
	}
}
