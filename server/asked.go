package server

import (
	"encoding/json"
	"fmt"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// maxAsked is more than the largest filter takes, each of its characters escaped.
const maxAsked = 512 << 10

// asked is what a page asks for: those keys of the message's first argument that its event knows.
// No argument, null and {} all ask for nothing in particular.
type asked map[string]json.RawMessage

func readAsked(m sio.Message, keys ...string) (asked, error) {
	found := make(asked, len(keys))
	if len(m.Args) == 0 || isNull(m.Args[0]) {
		return found, nil
	}
	if !isObject(m.Args[0]) {
		return nil, &rooms.FieldError{Field: "argument", Problem: "must be an object"}
	}
	if len(m.Args[0]) > maxAsked { // reading it would cost more than any answer is worth
		return nil, &rooms.FieldError{Field: "argument", Problem: fmt.Sprintf("must not be larger than %d bytes", maxAsked)}
	}
	for _, key := range keys {
		found[key] = nil
	}
	for name, value := range fieldsOf(m.Args[0]) {
		if _, known := found[name]; known {
			found[name] = value
		}
	}
	return found, nil
}

// has reports whether the key was sent with a value.
func (a asked) has(key string) bool { return !isNull(a[key]) }

// text is the key's text, empty without one.
func (a asked) text(key string) (string, error) {
	if !a.has(key) {
		return "", nil
	}
	text, ok := textOf(a[key])
	if !ok {
		return "", &rooms.FieldError{Field: key, Problem: mustBeText}
	}
	return text, nil
}

const mustBeText = "must be text"

func textOf(value json.RawMessage) (text string, ok bool) {
	if len(value) == 0 || value[0] != '"' {
		return "", false
	}
	err := json.Unmarshal(value, &text)
	return text, err == nil
}

// isNull takes what was not sent as null.
func isNull(value json.RawMessage) bool { return len(value) == 0 || value[0] == 'n' }
