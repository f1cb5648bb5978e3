package server

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/tickstock/tickcast/server/bearer"
	"github.com/tickstock/tickcast/server/flaskauth"
)

// tokenIn finds the token of a handshake's auth object. One that is null or empty has not been given: pages
// send it before anybody has logged in.
func tokenIn(auth json.RawMessage) (token string, given bool) {
	if !isObject(auth) {
		return "", false
	}
	var raw json.RawMessage
	for name, value := range fieldsOf(auth) {
		if name == "token" {
			raw = value
		}
	}
	switch string(raw) {
	case "", "null", `""`:
		return "", false
	}
	_ = json.Unmarshal(raw, &token) // what is no text is no good token either
	return token, true
}

// byToken names the user of a token. A bad one is refused: its page believes to be somebody.
func (p *Proofs) byToken(token string) User {
	claims, err := p.Tokens.Verify(token, time.Now())
	if err == nil && !flaskauth.Usable(claims.User) {
		err = bearer.NoUser
	}
	if err != nil {
		return User{Refusal: err}
	}
	admin := flaskauth.IsAdmin(claims.Roles) || p.listed(claims.User)
	return User{ID: claims.User, Admin: admin, until: claims.Until}
}

// refusalName is a Refusal's name in the metric; the list is that of newIdentities.
func refusalName(refusal error) string {
	if reason, bad := errors.AsType[bearer.Reason](refusal); bad {
		return string(reason)
	}
	if errors.Is(refusal, errDisabled) {
		return resultDisabled
	}
	return resultUnchecked
}
