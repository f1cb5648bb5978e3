package server

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// A refusal is what a page is told when its subscription fails, in the words that pages know. The index page shows it to the user.
type refusal string

func (r refusal) Error() string { return string(r) }

const (
	errPatternsFormat refusal = "Invalid patterns format"
	errSubscription   refusal = "Subscription failed"
)

// subscriptionConfirmed repeats the list as it was sent, duplicates included.
type subscriptionConfirmed struct {
	Patterns  json.RawMessage `json:"patterns"`
	Count     int             `json:"count"`
	Timestamp float64         `json:"timestamp"`
}

// subscribePatterns replaces the socket's set. A user_id in the request means nothing: the subscription is the socket's.
func (s *Sockets) subscribePatterns(socket *sio.Socket, m sio.Message) sio.Message {
	if len(m.Args) == 0 { // pages expect silence
		s.refused.Add(1)
		return sio.Message{}
	}
	list, names, err := patternNames(m)
	if err == nil {
		err = s.wantPatterns(socket, names)
	}
	if err != nil {
		s.refuse(socket, err)
		return sio.Message{}
	}
	s.reply(socket, "subscription_confirmed", subscriptionConfirmed{list, len(names), epoch(time.Now())})
	return sio.Message{}
}

// patternNames reads {patterns: [...]}; without the key the list is empty.
func patternNames(m sio.Message) (list json.RawMessage, names []string, err error) {
	list, ok := field(m, "patterns")
	if !ok {
		return nil, nil, errSubscription
	}
	if list == nil {
		return json.RawMessage("[]"), nil, nil
	}
	sent, ok := members(list, rooms.MaxValues)
	if !ok {
		return nil, nil, errPatternsFormat
	}
	for _, member := range sent {
		name, err := patternName(member)
		if err != nil {
			return nil, nil, err
		}
		names = append(names, name)
	}
	return list, names, nil
}

// patternName takes any scalar, as pages may send any: one that is no string stands for its own spelling.
func patternName(member json.RawMessage) (string, error) {
	if composite(member) {
		return "", errSubscription
	}
	name := string(member)
	if member[0] == '"' && json.Unmarshal(member, &name) != nil {
		return "", errSubscription
	}
	return name, nil
}

// wantPatterns makes names the socket's only wish; none are all patterns.
func (s *Sockets) wantPatterns(socket *sio.Socket, names []string) error {
	return s.router.Subscribe(rooms.Subscription{
		Room:   ownRoom(socket),
		Topic:  rooms.Patterns,
		Filter: rooms.Filter{Patterns: names},
	})
}

// refuse answers with an error that names the field, if it is one field's fault.
func (s *Sockets) refuse(socket *sio.Socket, err error) {
	s.reply(socket, "error", s.complaint(socket, err))
}

// decline is refuse for pages that would show an error to their user for nothing: only who asks is told.
func (s *Sockets) decline(socket *sio.Socket, err error) sio.Message {
	denied := denial{Status: ackError, Message: s.complaint(socket, err).Message}
	if field, is := errors.AsType[*rooms.FieldError](err); is {
		denied.Field, denied.Message = field.Field, field.Problem
	}
	return s.acknowledge(denied)
}

// complaint says what is wrong, in words that pages know, and counts whose fault it is.
func (s *Sockets) complaint(socket *sio.Socket, err error) errorMessage {
	s.refused.Add(1)
	if known, ok := errors.AsType[refusal](err); ok {
		return errorMessage{string(known)}
	}
	if field, ok := errors.AsType[*rooms.FieldError](err); ok {
		return errorMessage{field.Error()}
	}
	if ours(err) {
		s.failures.Add(1)
	}
	s.log.Warn().Err(err).Str("socket", short(socket.ID())).Msg("subscription failed")
	return errorMessage{string(errSubscription)}
}

// ours tells failures from bad requests: no browser may turn health red.
func ours(err error) bool {
	return !errors.Is(err, rooms.ErrBadFilter) && !errors.Is(err, rooms.ErrBadSubscription) && !errors.Is(err, rooms.ErrTooMany)
}

// errorMessage is the payload of every error event.
type errorMessage struct {
	Message string `json:"message"`
}
