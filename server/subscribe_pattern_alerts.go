package server

import (
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// alertsID is the id of the alerts that a page asks for: a user has one set of preferences.
const alertsID = string(rooms.PatternAlerts)

// subscribePatternAlerts is for the user behind the socket. A user_id in the request means nothing.
func (s *Sockets) subscribePatternAlerts(socket *sio.Socket, m sio.Message) sio.Message {
	wish, err := readAsked(m, "preferences")
	if err != nil {
		return s.deny(err)
	}
	filter := rooms.Preferences()
	if wish.has("preferences") {
		if filter, err = alertPreferences().read(wish["preferences"], filter); err != nil {
			return s.deny(err)
		}
	}
	subscription := rooms.Subscription{Room: s.homeRoom(socket), Topic: rooms.PatternAlerts, ID: alertsID, Filter: filter}
	if err := s.hold(socket, subscription); err != nil {
		return s.deny(err)
	}
	s.tellStatus(socket, subscription.Room)
	return s.grant(rooms.PatternAlerts, subscription)
}
