package server

import (
	"cmp"
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// connectionConfirmed is the first event of a socket.
type connectionConfirmed struct {
	UserID     string  `json:"user_id"`
	SessionID  string  `json:"session_id"` // what the page knows as socket.id
	ServerTime float64 `json:"server_time"`
	Status     string  `json:"status"`
}

// welcome gives a new socket its rooms and its first subscription: all patterns, until it says otherwise.
// Nothing reaches the browser before it returns. A recovered socket has all that: it is confirmed because pages
// take what is not for lost.
func (s *Sockets) welcome(socket *sio.Socket) {
	user := s.enter(socket)
	// The confirmation before the subscription: no alert overtakes it.
	s.reply(socket, "connection_confirmed", connectionConfirmed{
		UserID:     cmp.Or(user.ID, anonymousID),
		SessionID:  socket.ID(),
		ServerTime: epoch(time.Now()),
		Status:     "connected",
	})
	if socket.Recovered() {
		return
	}
	if err := s.wantPatterns(socket, nil); err != nil {
		s.failures.Add(1)
		s.log.Error().Err(err).Str("socket", short(socket.ID())).Msg("socket has no subscription")
	}
	if home := s.homeRoom(socket); len(s.universal(home)) > 0 {
		s.tellStatus(socket, home)
	}
}

// enter makes the socket one of its user's, whatever its namespace.
func (s *Sockets) enter(socket *sio.Socket) User {
	visitor := s.visitorOf(socket)
	user := visitor.user
	visitor.entered = true
	if user.ID != "" {
		socket.Join(rooms.UserRoom(user.ID))
		s.absences.arrive(socket, rooms.UserRoom(user.ID))
		s.missedKick(socket)
	}
	return user
}

// farewell forgets what was the socket's own. A user's subscriptions stay, for a time.
func (s *Sockets) farewell(socket *sio.Socket, reason string) {
	s.recovery.leave(socket, reason)
	s.router.Forget(ownRoom(socket))
	if user := s.userOf(socket); user.ID != "" {
		s.absences.leave(socket, rooms.UserRoom(user.ID))
		s.goBack(socket, reason)
		s.cursors.leave(s.proven(socket))
	}
	s.log.Debug().Str("socket", short(socket.ID())).Str("reason", reason).Msg("socket closed")
}

// homeRoom holds what belongs to the user behind a socket; to the socket alone if that is nobody in particular.
func (s *Sockets) homeRoom(socket *sio.Socket) rooms.Room {
	if user := s.userOf(socket); user.ID != "" {
		return rooms.UserRoom(user.ID)
	}
	return ownRoom(socket)
}

// ownRoom is the room of one socket alone, in which it is from the start.
func ownRoom(socket *sio.Socket) rooms.Room { return rooms.Room(socket.ID()) }

// short is enough of an id to follow it through a log, and too little to use it.
func short(id string) string { return id[:min(len(id), 6)] }
