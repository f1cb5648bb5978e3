package rooms

import (
	"errors"
	"fmt"
)

// MaxSubscriptions bounds what one room may hold under one topic.
const MaxSubscriptions = 50

var (
	// ErrBadSubscription is wrapped by every refusal that is not the filter's fault.
	ErrBadSubscription = errors.New("bad subscription")
	// ErrTooMany refuses a subscription beyond MaxSubscriptions.
	ErrTooMany = fmt.Errorf("more than %d subscriptions", MaxSubscriptions)
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
