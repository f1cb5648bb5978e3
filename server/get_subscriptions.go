package server

import (
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// subscriptionList is the acknowledgement of get_subscriptions.
type subscriptionList struct {
	Status        string             `json:"status"`
	Room          rooms.Room         `json:"room"`
	Subscriptions []heldSubscription `json:"subscriptions"`
}

type heldSubscription struct {
	Type    rooms.Topic  `json:"subscription_type"`
	ID      string       `json:"subscription_id"`
	Filters filterReport `json:"filters"`
}

// getSubscriptions lists what the user, or the socket of nobody in particular, holds of the universal API.
func (s *Sockets) getSubscriptions(socket *sio.Socket, m sio.Message) sio.Message {
	room := s.homeRoom(socket)
	if !m.Asked {
		s.tellStatus(socket, room)
		return sio.Message{}
	}
	list := []heldSubscription{}
	for _, held := range s.universal(room) {
		list = append(list, heldSubscription{held.Topic, held.ID, reportFilter(held.Filter)})
	}
	return s.acknowledge(subscriptionList{ackOK, room, list})
}
