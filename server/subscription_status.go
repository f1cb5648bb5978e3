package server

import (
	"slices"
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// subscriptionStatus says what a room has subscribed to. Pages only log it.
type subscriptionStatus struct {
	Active    []string   `json:"active_subscriptions"` // types, each once
	Room      rooms.Room `json:"room"`
	Timestamp float64    `json:"timestamp"`
}

func (s *Sockets) tellStatus(socket *sio.Socket, room rooms.Room) {
	active := []string{}
	for _, held := range s.router.Subscriptions(room) {
		if name := subscriptionType(held.Topic); name != "" && !slices.Contains(active, name) {
			active = append(active, name)
		}
	}
	s.reply(socket, "subscription_status", subscriptionStatus{active, room, epoch(time.Now())})
}

// subscriptionType is what pages call a topic; empty for those of which no status tells.
func subscriptionType(topic rooms.Topic) string {
	switch {
	case topic == rooms.TierColumns:
		return string(rooms.TierPatterns)
	case topic == rooms.Flow, topic.Universal():
		return string(topic)
	}
	return ""
}
