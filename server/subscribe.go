package server

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// subscribe has two callers: the universal API names a type, the pattern-flow page channels.
func (s *Sockets) subscribe(socket *sio.Socket, m sio.Message) sio.Message {
	keys := []string{"subscription_type", "subscription_id", "preset", "filters", "channels"}
	wish, err := readAsked(m, append(keys, misplaced()...)...)
	if err != nil {
		return s.deny(err)
	}
	if wish.has("channels") && !wish.has("subscription_type") {
		return s.subscribeFlow(socket, wish["channels"])
	}
	subscription, err := universalSubscription(wish)
	if err == nil {
		subscription.Room = s.homeRoom(socket)
		err = s.hold(socket, subscription)
	}
	if err != nil {
		return s.deny(err)
	}
	if !m.Asked {
		s.tellStatus(socket, subscription.Room)
	}
	return s.grant(subscription.Topic, subscription)
}

// universalSubscription is what is asked for, but for its room. What a preset says is changed by the filters beside it.
func universalSubscription(wish asked) (rooms.Subscription, error) {
	usual, base, err := wish.preset()
	if err != nil {
		return rooms.Subscription{}, err
	}
	named, err := wish.topic()
	if err != nil {
		return rooms.Subscription{}, err
	}
	topic := cmp.Or(named, usual)
	if topic == "" {
		return rooms.Subscription{}, unknownType()
	}
	id, err := wish.text("subscription_id")
	if err != nil {
		return rooms.Subscription{}, err
	}
	filter, err := wish.filters(base)
	if err != nil {
		return rooms.Subscription{}, err
	}
	return rooms.Subscription{Topic: topic, ID: cmp.Or(id, string(topic)), Filter: filter}, nil
}

// filters is base, changed by what is sent.
func (a asked) filters(base rooms.Filter) (rooms.Filter, error) {
	for _, key := range misplaced() {
		if a.has(key) {
			return rooms.Filter{}, &rooms.FieldError{Field: key, Problem: "must be inside of filters"}
		}
	}
	return universalFilters().read(a["filters"], base)
}

// misplaced are keys that would silently mean everything beside the filters.
func misplaced() []string {
	keys := []string{"filter"}
	for _, key := range universalFilters().keys {
		keys = append(keys, key.name)
	}
	return keys
}

// preset is the subscription whose name is asked for; nothing in particular without one.
func (a asked) preset() (rooms.Topic, rooms.Filter, error) {
	name, err := a.text("preset")
	if err != nil || name == "" {
		return "", rooms.Filter{}, err
	}
	topic, filter, known := rooms.Preset(name)
	if !known {
		return "", rooms.Filter{}, &rooms.FieldError{Field: "preset", Problem: "must be one of " + strings.Join(rooms.PresetNames(), ", ")}
	}
	return topic, filter, nil
}

// topic is the type that is asked for; empty for none.
func (a asked) topic() (rooms.Topic, error) {
	name, err := a.text("subscription_type")
	if err != nil {
		return "", err
	}
	topic := rooms.Topic(name)
	if name != "" && !topic.Universal() {
		return "", unknownType()
	}
	return topic, nil
}

func unknownType() error {
	return &rooms.FieldError{
		Field:   "subscription_type",
		Problem: "must be one of tier_patterns, pattern_alerts, market_insights, backtest, system_health",
	}
}

// universal lists what the room holds under the topics of the universal API.
func (s *Sockets) universal(room rooms.Room) []rooms.Subscription {
	return universalOf(s.router.Subscriptions(room))
}

func universalOf(held []rooms.Subscription) []rooms.Subscription {
	return slices.DeleteFunc(held, func(s rooms.Subscription) bool { return !s.Topic.Universal() })
}
