package bearer

import (
	"errors"

	"github.com/golang-jwt/jwt/v5"
)

// Reason says why a token is not good: to the browser, in a log and in a metric alike. The list is closed.
type Reason string

const (
	Malformed     Reason = "token malformed"
	BadSignature  Reason = "token signature invalid" // or of another algorithm than the key's
	Expired       Reason = "token expired"
	TooEarly      Reason = "token not valid yet"
	WrongAudience Reason = "token for another audience"
	Incomplete    Reason = "token without an end" // exp
	NoUser        Reason = "token names no user"  // none, or one whose id cannot be used
)

// Reasons lists every Reason, so that each has its metric from the start.
var Reasons = []Reason{Malformed, BadSignature, Expired, TooEarly, WrongAudience, Incomplete, NoUser}

func (r Reason) Error() string { return string(r) }

// reasonOf tells the library's errors apart; of several the one that says most comes first.
func reasonOf(err error, found claims) Reason {
	if errors.Is(err, jwt.ErrTokenRequiredClaimMissing) && found.ExpiresAt == nil {
		return Incomplete
	}
	for _, known := range []struct {
		err    error
		reason Reason
	}{
		{jwt.ErrTokenSignatureInvalid, BadSignature},
		{jwt.ErrTokenExpired, Expired},
		{jwt.ErrTokenNotValidYet, TooEarly},
		{jwt.ErrTokenInvalidAudience, WrongAudience},
		{jwt.ErrTokenRequiredClaimMissing, WrongAudience}, // no audience at all
	} {
		if errors.Is(err, known.err) {
			return known.reason
		}
	}
	return Malformed
}
