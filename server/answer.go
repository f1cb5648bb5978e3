package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// answer replies with an event, and acknowledges with the same payload if the page asked for that.
func (s *Sockets) answer(socket *sio.Socket, event string, payload any) sio.Message {
	encoded, err := encode(payload)
	if err != nil {
		s.log.Error().Err(err).Str("event", event).Msg("reply not sent")
		return sio.Message{}
	}
	s.emit(socket, "", event, encoded)
	return sio.Message{Args: []json.RawMessage{encoded}}
}

// silence is for a request without its argument: pages expect nothing at all.
func (s *Sockets) silence() sio.Message {
	s.refused.Add(1)
	return sio.Message{}
}

// textList reads the list of texts that a request holds under key, as it was sent and decoded; without
// the key it is empty. A request that is none, or a list that is none, is refused in the words of bad.
func textList(m sio.Message, key string, bad refusal) (list json.RawMessage, texts []string, err error) {
	list, object := field(m, key)
	if !object {
		return nil, nil, bad
	}
	if list == nil {
		return json.RawMessage("[]"), nil, nil
	}
	sent, ok := members(list, rooms.MaxValues)
	if !ok {
		return nil, nil, bad
	}
	for i, member := range sent {
		var text string
		if member[0] != '"' || json.Unmarshal(member, &text) != nil {
			return nil, nil, &rooms.FieldError{Field: fmt.Sprintf("%s[%d]", key, i), Problem: "is no text"}
		}
		texts = append(texts, text)
	}
	return list, texts, bounded(key, texts)
}

// textField reads the text that a request must hold under key. A request that is none is refused in the words of bad.
func textField(m sio.Message, key string, bad refusal) (string, error) {
	sent, object := field(m, key)
	if !object {
		return "", bad
	}
	var text string
	if len(sent) == 0 || sent[0] != '"' || json.Unmarshal(sent, &text) != nil || text == "" {
		return "", &rooms.FieldError{Field: key, Problem: "must be a text"}
	}
	return text, blame(key, "symbols[0]", []string{text})
}

// bounded holds texts to the bounds of a filter.
func bounded(key string, texts []string) error { return blame(key, "symbols", texts) }

// blame names the field as the page does, where a filter would name its own.
func blame(key, own string, texts []string) error {
	err := rooms.Filter{Symbols: texts}.Validate()
	if wrong, ok := errors.AsType[*rooms.FieldError](err); ok {
		return &rooms.FieldError{Field: key + strings.TrimPrefix(wrong.Field, own), Problem: wrong.Problem}
	}
	return err
}
