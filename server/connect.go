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
// Nothing reaches the browser before it returns.
// What the user missed comes behind the confirmation, and the live events behind that.
func (s *Sockets) welcome(socket *sio.Socket) {
	visitor := s.visitorOf(socket)
	missed := visitor.missed
	s.interest.arrive(visitor.user.ID, visitor.saved)
	at := ""
	whole := s.meet(missed, func(position string) {
		at = position
		s.greet(socket)
		missed.after(func(event string, payload []byte) { s.emit(socket, event, payload) })
		s.enter(socket)
	})
	s.interest.arrived(visitor.user.ID, visitor.saved)
	s.done(socket, missed, at, whole)
	if err := s.wantPatterns(socket, nil); err != nil {
		s.failures.Add(1)
		s.log.Error().Err(err).Str("socket", short(socket.ID())).Msg("socket has no subscription")
	}
	if home := s.homeRoom(socket); len(s.universal(home)) > 0 {
		s.tellStatus(socket, home)
	}
}

// meet calls join between two live events.
func (s *Sockets) meet(missed *catchUp, join func(at string)) (whole bool) {
	if missed == nil {
		join("")
		return true
	}
	return s.sources.Backlog.Meet(missed.from, missed.each, join)
}

// greet sends the confirmation, before any subscription: no alert overtakes it.
func (s *Sockets) greet(socket *sio.Socket) {
	user := s.userOf(socket)
	s.reply(socket, "connection_confirmed", connectionConfirmed{
		UserID:     cmp.Or(user.ID, anonymousID),
		SessionID:  socket.ID(),
		ServerTime: epoch(time.Now()),
		Status:     "connected",
	})
}

// enter makes the socket one of its user's, whatever its namespace.
func (s *Sockets) enter(socket *sio.Socket) User {
	user := s.userOf(socket)
	if user.ID != "" {
		socket.Join(rooms.UserRoom(user.ID))
		s.absences.arrive(socket, rooms.UserRoom(user.ID))
		s.missedKick(socket)
	}
	return user
}

// farewell forgets what was the socket's own. A user's subscriptions stay, for a time.
func (s *Sockets) farewell(socket *sio.Socket, reason string) {
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
