package server

import (
	"errors"

	"github.com/tickstock/tickcast/server/bearer"
	"github.com/tickstock/tickcast/server/flaskauth"
	"github.com/tickstock/tickcast/server/sio"
)

// What a handshake has proved, for the metric: one of these, or the Reason why a cookie or a token was not good.
const (
	resultVerified  = "verified"
	resultAnonymous = "anonymous" // no cookie, or nothing to verify one with
	resultDisabled  = "disabled"  // the account
	resultUnchecked = "unchecked" // refused, since the application could not be asked
)

// newIdentities counts sockets by what their handshake has proved.
func newIdentities() *tally {
	known := []string{resultVerified, resultAnonymous, resultDisabled, resultUnchecked}
	for _, reason := range flaskauth.Reasons {
		if reason != flaskauth.NoCookie {
			known = append(known, string(reason))
		}
	}
	for _, reason := range bearer.Reasons {
		known = append(known, string(reason))
	}
	return newTally(known...)
}

// anonymousID is what pages are told as the user's id when there is none.
const anonymousID = "anonymous"

// countIdentity never logs the cookie: whoever has it is the user.
func (s *Sockets) countIdentity(socket *sio.Socket, user User) {
	switch {
	case user.Refusal != nil:
		s.proved.add(refusalName(user.Refusal), 1)
		s.log.Debug().Str("socket", short(socket.ID())).Str("reason", refusalName(user.Refusal)).Msg("socket refused")
	case user.ID != "":
		s.proved.add(resultVerified, 1)
	case user.Doubt == "", user.Doubt == flaskauth.NoCookie:
		s.proved.add(resultAnonymous, 1)
	default:
		s.proved.add(string(user.Doubt), 1)
		s.log.Debug().Str("socket", short(socket.ID())).Str("reason", string(user.Doubt)).Msg("session cookie names nobody")
	}
}

// errLogin is what a browser is told that may not connect without a login.
var errLogin = errors.New("log in first")

// admit lets a socket into the namespace of the row, if it may connect at all.
func (s *Sockets) admit(row namespace, socket *sio.Socket) error {
	user := s.userOf(socket)
	if user.Refusal != nil {
		return user.Refusal
	}
	if s.sources.LoginOnly && user.ID == "" {
		return errLogin
	}
	if err := row.Admit(s, socket); err != nil {
		return err
	}
	visitor := s.visitorOf(socket)
	if saved := s.recall(socket); visitor.back == nil {
		visitor.missed = s.missedByUser(visitor.user.ID, saved)
	}
	return nil
}
