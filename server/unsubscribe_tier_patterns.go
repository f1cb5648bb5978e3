package server

import (
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// unsubscribeTierPatterns empties one column, all of a tier, or all.
func (s *Sockets) unsubscribeTierPatterns(socket *sio.Socket, m sio.Message) sio.Message {
	wish, err := readAsked(m, "tier", "subscription_id")
	if err != nil {
		return s.deny(err)
	}
	tier, err := wish.tier()
	if err != nil {
		return s.deny(err)
	}
	id, err := wish.text("subscription_id")
	if err != nil {
		return s.deny(err)
	}
	room := ownRoom(socket)
	n := s.unsubscribeIf(room, func(held rooms.Subscription) bool {
		return held.Topic == rooms.TierColumns && (id == "" || held.ID == id) && (tier == "" || held.Filter.Tiers[0] == tier)
	})
	s.tellStatus(socket, room)
	return s.acknowledge(removed{ackOK, n})
}

// unsubscribeIf removes those of the room's subscriptions for which gone is true, and counts them.
func (s *Sockets) unsubscribeIf(room rooms.Room, gone func(rooms.Subscription) bool) (n int) {
	for _, held := range s.router.Subscriptions(room) {
		if gone(held) {
			n += s.router.Unsubscribe(room, held.Topic, held.ID)
		}
	}
	return n
}
