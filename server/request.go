package server

import (
	"bytes"
	"encoding/json"
	"iter"

	"github.com/tickstock/tickcast/server/sio"
)

// field finds one key of the object that is the message's first argument; the last one of a name counts.
func field(m sio.Message, key string) (value json.RawMessage, object bool) {
	if len(m.Args) == 0 || !isObject(m.Args[0]) {
		return nil, false
	}
	for name, found := range fieldsOf(m.Args[0]) {
		if name == key {
			value = found
		}
	}
	return value, true
}

// fieldsOf walks an object instead of decoding it into a map, since a hostile one has half a million
// keys; whoever compares them does so exactly, which a struct would not.
func fieldsOf(object json.RawMessage) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		dec := json.NewDecoder(bytes.NewReader(object))
		if open, err := dec.Token(); err != nil || open != json.Delim('{') {
			return
		}
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return
			}
			var value json.RawMessage
			if dec.Decode(&value) != nil || !yield(name.(string), value) {
				return
			}
		}
	}
}

func isObject(value json.RawMessage) bool {
	return bytes.HasPrefix(bytes.TrimLeft(value, " \t\r\n"), []byte("{"))
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
