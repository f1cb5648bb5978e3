package rooms

import (
	"errors"
	"fmt"
)

// MaxSubscriptions bounds what one room may hold under one topic. The others bound what it may
// hold under all of them together, so that nobody can make the index large bit by bit.
const (
	MaxSubscriptions     = 50
	MaxRoomSubscriptions = 200
	MaxRoomValues        = 5_000  // of all lists of all filters
	MaxRoomHours         = 20_000 // of all MaxPerHour: each event that counts is remembered for an hour
)

var (
	// ErrBadSubscription is wrapped by every refusal that is not the filter's fault.
	ErrBadSubscription = errors.New("bad subscription")
	// ErrTooMany refuses a subscription with which its room would hold too much.
	ErrTooMany = errors.New("too many subscriptions")
)

// Subscription is a room's wish for the events of a topic that its filter accepts.
// Room, topic and id name it: putting it again replaces the filter.
type Subscription struct {
	Room   Room
	Topic  Topic
	ID     string // empty where a room has only one under the topic
	Filter Filter
}

// Validate looks only. The id comes from a browser, room and topic from ourselves.
func (s Subscription) Validate() error {
	if s.Room == "" || s.Topic == "" {
		return fmt.Errorf("%w: room and topic must be named", ErrBadSubscription)
	}
	if problem := textProblem(s.ID); problem != "" {
		return fmt.Errorf("%w: %w", ErrBadSubscription, &FieldError{"subscription_id", problem})
	}
	return s.Filter.Validate()
}
