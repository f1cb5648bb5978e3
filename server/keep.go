package server

import (
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// recall finds out what the user behind a socket subscribed to, before the first event can come.
func (s *Sockets) recall(socket *sio.Socket) *saved {
	visitor := s.visitorOf(socket)
	if !visitor.recalled && socket.Namespace() == "/" { // where subscriptions of users count
		visitor.saved = s.interest.load(visitor.user.ID, loadPatience)
		visitor.recalled = true
	}
	return visitor.saved
}

// hold subscribes the user behind a socket, for all sockets and instances; the socket alone if that is nobody.
func (s *Sockets) hold(socket *sio.Socket, subscription rooms.Subscription) error {
	user := s.userOf(socket).ID
	if user == "" || s.sources.Users == nil {
		return s.router.Subscribe(subscription)
	}
	return s.interest.put(user, subscription)
}

// release undoes hold for those subscriptions for which gone is true, and counts them.
func (s *Sockets) release(socket *sio.Socket, gone func(rooms.Subscription) bool) int {
	user := s.userOf(socket).ID
	if user == "" || s.sources.Users == nil {
		return s.unsubscribeIf(s.homeRoom(socket), gone)
	}
	return s.interest.remove(user, gone)
}

// UserChanged has a user's subscriptions loaded again, soon: another instance has changed them. It does not wait.
func (s *Sockets) UserChanged(user string) { s.interest.changed(user) }

// UserUnknown has all that is held of a user kept: nothing is. It does not wait.
func (s *Sockets) UserUnknown(user string) { s.interest.unknown(user) }

// UsersMissed has the subscriptions of all users who are here loaded again, soon. It does not wait.
func (s *Sockets) UsersMissed() { s.interest.missedSome() }

// proven is how far a socket shows that its user has seen. In other namespaces nothing comes of subscriptions.
func (s *Sockets) proven(socket *sio.Socket) (user, position string) {
	visitor := s.visitorOf(socket)
	if visitor.owed.Load() || socket.Namespace() != "/" {
		return visitor.user.ID, ""
	}
	return visitor.user.ID, s.prove(socket)
}

// usersHere are those with sockets, each once.
func (s *Sockets) usersHere() (users []string) {
	seen := map[string]bool{}
	for _, socket := range s.users.AppendAll(nil) {
		if user := s.userOf(socket).ID; !seen[user] {
			seen[user] = true
			users = append(users, user)
		}
	}
	return users
}
