package bearer

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	maxToken  = 8 << 10 // bytes
	minSecret = 32      // bytes: HMAC-SHA256 is no stronger than its secret
)

// Config says how tokens are signed: with one of Secret and PublicKey.
type Config struct {
	Secret    string // HS256
	PublicKey string // EdDSA
	Audience  string // that a token must be for; empty = any
	Leeway    time.Duration
}

// Claims are what a token proves.
type Claims struct {
	User  string
	Roles []string
	Until time.Time // leeway included
}

// Verifier verifies tokens. It is safe for concurrent use: nothing of it ever changes.
type Verifier struct {
	key      any
	method   string
	audience string
	leeway   time.Duration
}

var (
	errOneKey      = errors.New("a secret or a public key, and not both")
	errShortSecret = fmt.Errorf("shorter than %d bytes: it could be guessed", minSecret)
)

// New reads the key.
func New(cfg Config) (*Verifier, error) {
	v := &Verifier{audience: cfg.Audience, leeway: cfg.Leeway}
	switch {
	case (cfg.Secret == "") == (cfg.PublicKey == ""):
		return nil, errOneKey
	case cfg.Secret != "" && len(cfg.Secret) < minSecret:
		return nil, errShortSecret
	case cfg.Secret != "":
		v.key, v.method = []byte(cfg.Secret), jwt.SigningMethodHS256.Alg()
		return v, nil
	}
	key, err := publicKey(cfg.PublicKey)
	if err != nil {
		return nil, err
	}
	v.key, v.method = key, jwt.SigningMethodEdDSA.Alg()
	return v, nil
}

// claims are what we read of a token; jwt checks exp, nbf and aud.
type claims struct {
	jwt.RegisteredClaims
	Roles []string `json:"roles"`
}

// Verify reads a token. Its error is a Reason.
func (v *Verifier) Verify(token string, now time.Time) (Claims, error) {
	if len(token) > maxToken {
		return Claims{}, Malformed
	}
	options := []jwt.ParserOption{
		jwt.WithValidMethods([]string{v.method}),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(v.leeway),
		jwt.WithTimeFunc(func() time.Time { return now }),
		jwt.WithStrictDecoding(),
	}
	if v.audience != "" {
		options = append(options, jwt.WithAudience(v.audience))
	}
	var found claims
	_, err := jwt.ParseWithClaims(token, &found, v.keyOf, options...)
	if err != nil {
		return Claims{}, reasonOf(err, found)
	}
	if found.Subject == "" {
		return Claims{}, NoUser
	}
	return Claims{User: found.Subject, Roles: found.Roles, Until: found.ExpiresAt.Add(v.leeway)}, nil
}

var errCritical = errors.New("it must not be taken by who does not understand all of it")

// keyOf passes over what a header says of keys: there is one. crit names what has to be understood beyond
// the standard; jwt does not look, and we understand none.
func (v *Verifier) keyOf(token *jwt.Token) (any, error) {
	if _, more := token.Header["crit"]; more {
		return nil, errCritical
	}
	return v.key, nil
}
