package server

import (
	"errors"
	"slices"
	"time"

	"github.com/tickstock/tickcast/server/flaskauth"
	"github.com/tickstock/tickcast/server/sio"
)

// CookieIdentity knows users by the session cookie of their handshake. A cookie that proves nobody makes
// an anonymous visitor, as in Flask.
func CookieIdentity(verifier *flaskauth.Verifier, admins []string) Identify {
	return func(socket *sio.Socket) User {
		id, err := verifier.Verify(socket.Header("Cookie"), time.Now())
		if err != nil {
			reason, _ := errors.AsType[flaskauth.Reason](err)
			return User{Doubt: reason}
		}
		return User{ID: id, Admin: slices.Contains(admins, id)}
	}
}

// What a handshake has proved, for the metric: one of these two, or the Reason why a cookie was not good.
const (
	resultVerified  = "verified"
	resultAnonymous = "anonymous" // no cookie, or nothing to verify one with
)

// newIdentities counts sockets by what their handshake has proved.
func newIdentities() *tally {
	known := []string{resultVerified, resultAnonymous}
	for _, reason := range flaskauth.Reasons {
		if reason != flaskauth.NoCookie {
			known = append(known, string(reason))
		}
	}
	return newTally(known...)
}

// anonymousID is what pages are told as the user's id when there is none.
const anonymousID = "anonymous"

// countIdentity never logs the cookie: whoever has it is the user.
func (s *Sockets) countIdentity(socket *sio.Socket, user User) {
	switch {
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
	if s.sources.LoginOnly && s.userOf(socket).ID == "" {
		return errLogin
	}
	return row.Admit(s, socket)
}
