package server

import (
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// unsubscribe ends one subscription of the universal API, all of a type, or all; for the
// pattern-flow page it ends channels.
func (s *Sockets) unsubscribe(socket *sio.Socket, m sio.Message) sio.Message {
	wish, err := readAsked(m, "subscription_type", "subscription_id", "channels")
	if err != nil {
		return s.deny(err)
	}
	if wish.has("channels") && !wish.has("subscription_type") {
		return s.unsubscribeFlow(socket, wish["channels"])
	}
	topic, err := wish.topic()
	if err != nil {
		return s.deny(err)
	}
	id, err := wish.text("subscription_id")
	if err != nil {
		return s.deny(err)
	}
	room := s.homeRoom(socket)
	n := s.release(socket, func(held rooms.Subscription) bool {
		return held.Topic.Universal() && (topic == "" || held.Topic == topic) && (id == "" || held.ID == id)
	})
	if !m.Asked {
		s.tellStatus(socket, room)
	}
	return s.acknowledge(removed{ackOK, n})
}
