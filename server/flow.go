package server

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// flowAnswer is the acknowledgement of the pattern-flow page.
type flowAnswer struct {
	Status   string     `json:"status"`
	Channels []string   `json:"channels"` // as in force
	Room     rooms.Room `json:"room"`
}

// subscribeFlow replaces the socket's channels.
func (s *Sockets) subscribeFlow(socket *sio.Socket, channels json.RawMessage) sio.Message {
	tiers, err := flowTiers(channels)
	if err != nil {
		return s.deny(err)
	}
	return s.flow(socket, tiers)
}

// unsubscribeFlow takes channels away.
func (s *Sockets) unsubscribeFlow(socket *sio.Socket, channels json.RawMessage) sio.Message {
	unwanted, err := flowTiers(channels)
	if err != nil {
		return s.deny(err)
	}
	var left []string
	for _, held := range s.router.Subscriptions(ownRoom(socket)) {
		if held.Topic == rooms.Flow {
			left = slices.DeleteFunc(held.Filter.Tiers, func(tier string) bool { return slices.Contains(unwanted, tier) })
		}
	}
	return s.flow(socket, left)
}

// flow makes tiers the socket's only channels. None are no subscription, not all of them.
func (s *Sockets) flow(socket *sio.Socket, tiers []string) sio.Message {
	room := ownRoom(socket)
	if len(tiers) == 0 {
		tiers = []string{}
		s.router.UnsubscribeAll(room, rooms.Flow)
	} else if err := s.router.Subscribe(rooms.Subscription{Room: room, Topic: rooms.Flow, Filter: rooms.Filter{Tiers: tiers}}); err != nil {
		return s.deny(err)
	}
	s.tellStatus(socket, room)
	return s.acknowledge(flowAnswer{ackOK, tiers, room})
}

// flowTiers are the tiers of channels like "patterns.daily" and "indicators"; others are no fault.
func flowTiers(channels json.RawMessage) (tiers []string, err error) {
	sent, ok := members(channels, rooms.MaxValues)
	if !ok {
		return nil, &rooms.FieldError{Field: "channels", Problem: "must be a list"}
	}
	known := []string{"intraday", "hourly", "daily", "weekly", "monthly", "daily_intraday", "indicators"}
	for _, member := range sent {
		name, _ := textOf(member)
		tier := strings.TrimPrefix(name, "patterns.")
		if slices.Contains(known, tier) && !slices.Contains(tiers, tier) {
			tiers = append(tiers, tier)
		}
	}
	return tiers, nil
}
