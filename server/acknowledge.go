package server

import (
	"encoding/json"
	"errors"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// The statuses of an acknowledgement.
const (
	ackOK    = "ok"
	ackError = "error"
)

// denial is the acknowledgement of what was refused. No page is sent an error event for it:
// the index page would show each to its user.
type denial struct {
	Status  string `json:"status"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

// granted is the acknowledgement of a subscription.
type granted struct {
	Status  string       `json:"status"`
	Type    rooms.Topic  `json:"subscription_type"`
	ID      string       `json:"subscription_id"`
	Room    rooms.Room   `json:"room"`
	Filters filterReport `json:"filters"` // as in force
}

// removed is the acknowledgement of an unsubscription.
type removed struct {
	Status  string `json:"status"`
	Removed int    `json:"removed"`
}

// acknowledge makes v the acknowledgement's only argument.
func (s *Sockets) acknowledge(v any) sio.Message {
	encoded, err := encode(v)
	if err != nil {
		s.log.Error().Err(err).Msg("acknowledgement is empty")
		return sio.Message{}
	}
	return sio.Message{Args: []json.RawMessage{encoded}}
}

// deny counts a request that could not be used, and names the field in the acknowledgement.
func (s *Sockets) deny(err error) sio.Message {
	s.refused.Add(1)
	refused := denial{Status: ackError, Field: "subscription_id", Message: err.Error()} // all that a Subscription has besides its filter
	if field, is := errors.AsType[*rooms.FieldError](err); is {
		refused.Field, refused.Message = field.Field, field.Problem
	}
	return s.acknowledge(refused)
}

// grant acknowledges a subscription under the type that its caller knows.
func (s *Sockets) grant(as rooms.Topic, to rooms.Subscription) sio.Message {
	return s.acknowledge(granted{ackOK, as, to.ID, to.Room, reportFilter(to.Filter)})
}
