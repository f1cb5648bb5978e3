package server

import (
	"bytes"
	"encoding/json"

	"github.com/tickstock/tickcast/server/sio"
)

// field finds one key of the object that is the message's first argument; the last one of a name counts.
// It walks instead of decoding into a map, since a hostile object has half a million keys, and
// compares keys exactly, which a struct would not.
func field(m sio.Message, key string) (value json.RawMessage, object bool) {
	if len(m.Args) == 0 {
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(m.Args[0]))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, false
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, false
		}
		var field json.RawMessage
		if err := dec.Decode(&field); err != nil {
			return nil, false
		}
		if name == key {
			value = field
		}
	}
	return value, true
}

// members takes the first limit+1 members of a list, so that the caller can tell a list that is too long.
func members(list json.RawMessage, limit int) (found []json.RawMessage, ok bool) {
	dec := json.NewDecoder(bytes.NewReader(list))
	if open, err := dec.Token(); err != nil || open != json.Delim('[') {
		return nil, false
	}
	for dec.More() && len(found) <= limit {
		var member json.RawMessage
		if err := dec.Decode(&member); err != nil {
			return nil, false
		}
		found = append(found, member)
	}
	return found, true
}

// composite tells lists and objects from single values.
func composite(value json.RawMessage) bool {
	return len(value) > 0 && (value[0] == '{' || value[0] == '[')
}
