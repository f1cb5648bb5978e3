package server

import (
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// unsubscribePatternAlerts ends the alerts that subscribe_pattern_alerts began, on all pages of the user.
func (s *Sockets) unsubscribePatternAlerts(socket *sio.Socket, _ sio.Message) sio.Message {
	room := s.homeRoom(socket)
	n := s.release(socket, func(held rooms.Subscription) bool {
		return held.Topic == rooms.PatternAlerts && held.ID == alertsID
	})
	s.tellStatus(socket, room)
	return s.acknowledge(removed{ackOK, n})
}
