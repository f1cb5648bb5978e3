package flaskauth

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"hash"
	"time"
)

// Config says how Flask signs. There are no hidden defaults.
type Config struct {
	Secrets    []string // the one that signs now first, then those that it has replaced
	CookieName string
	Salt       string
	Digest     string // "sha1", "sha256", "sha512"
	MaxAge     time.Duration
	Leeway     time.Duration // how far Flask's clock may be ahead of ours
}

// Verifier verifies cookies. It is safe for concurrent use: nothing of it ever changes.
type Verifier struct {
	name   string
	digest func() hash.Hash
	length int      // of a signature, in base64
	keys   [][]byte // derived from the secrets, in their order
	maxAge int64    // seconds, as Flask counts
	leeway int64    // seconds
}

var (
	errNoSecret    = errors.New("no secret to verify sessions with")
	errEmptySecret = errors.New("an empty secret: anybody could sign with it")
)

// New derives the keys of all secrets.
func New(cfg Config) (*Verifier, error) {
	digest, err := digestNamed(cfg.Digest)
	if err != nil {
		return nil, err
	}
	if len(cfg.Secrets) == 0 {
		return nil, errNoSecret
	}
	v := &Verifier{
		name:   cfg.CookieName,
		digest: digest,
		length: encoding.EncodedLen(digest().Size()),
		maxAge: int64(cfg.MaxAge / time.Second),
		leeway: int64(cfg.Leeway / time.Second),
	}
	for _, secret := range cfg.Secrets {
		if secret == "" {
			return nil, errEmptySecret
		}
		mac := hmac.New(digest, []byte(secret))
		mac.Write([]byte(cfg.Salt))
		v.keys = append(v.keys, mac.Sum(nil))
	}
	return v, nil
}

func digestNamed(name string) (func() hash.Hash, error) {
	switch name {
	case "sha1":
		return sha1.New, nil
	case "sha256":
		return sha256.New, nil
	case "sha512":
		return sha512.New, nil
	}
	return nil, fmt.Errorf("digest %q: not one of sha1, sha256, sha512", name)
}

// Verify names the user of the session in a Cookie header. Its error is a Reason.
//
// A browser may send several cookies of the name, of several paths and hosts. The first one that is
// a session counts, even if nobody is logged in there; if none is, the first one says why.
func (v *Verifier) Verify(header string, now time.Time) (user string, err error) {
	err = NoCookie
	for _, value := range cookies(header, v.name) {
		found, problem := v.verify(value, now)
		if problem == nil || problem == NoUser {
			return found, problem
		}
		if err == NoCookie {
			err = problem
		}
	}
	return "", err
}

func (v *Verifier) verify(value string, now time.Time) (user string, err error) {
	c, err := v.take(value)
	if err != nil {
		return "", err
	}
	if !v.signed(c) {
		return "", BadSignature
	}
	if err := v.timely(c.timestamp, now); err != nil {
		return "", err
	}
	session, err := decode(c.payload)
	if err != nil {
		return "", err
	}
	return userOf(session)
}
