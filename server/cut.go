package server

import "github.com/tickstock/tickcast/server/sio"

// Why a user's socket was cut: in the log and in the metric alike. The list is closed.
const (
	cutKicked    = "kicked"         // by the application's word
	cutChanged   = "logged out"     // or somebody else by now
	cutDisabled  = "disabled"       // the account
	cutExpired   = "token expired"  //
	cutDemoted   = "no admin"       // only out of the admins' namespace
	cutUnchecked = "admin unproved" // there too: the application does not answer
)

func newCuts() *tally {
	return newTally(cutKicked, cutChanged, cutDisabled, cutExpired, cutDemoted, cutUnchecked)
}

// cut sends a browser away for good: DISCONNECT tells it not to come back until somebody logs in.
func (s *Sockets) cut(socket *sio.Socket, cause string) {
	s.cuts.add(cause, 1)
	s.log.Info().Str("socket", short(socket.ID())).Str("namespace", socket.Namespace()).Str("user", s.userOf(socket).ID).
		Str("cause", cause).Msg("socket cut")
	socket.Disconnect()
}

// demote is cut for a socket of the admins' namespace; the browser's others stay.
func (s *Sockets) demote(sockets []*sio.Socket, cause string) {
	for _, socket := range sockets {
		if socket.Namespace() != adminSpace {
			continue
		}
		s.cuts.add(cause, 1)
		s.log.Info().Str("socket", short(socket.ID())).Str("user", s.userOf(socket).ID).Str("cause", cause).Msg("admin cut")
		socket.Dismiss()
	}
}
