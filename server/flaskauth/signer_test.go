package flaskauth_test

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"hash"
	"strconv"
	"time"
)

// signer writes cookies as Flask does, or as somebody would who knows the secret.
type signer struct {
	secret, salt string
	digest       func() hash.Hash
}

func flask(secret string) signer { return signer{secret, "cookie-session", sha1.New} }

// session signs a session as it is.
func (s signer) session(json string, at time.Time) string {
	return s.sign(spell([]byte(json)), at)
}

// compressed signs a session after deflating it.
func (s signer) compressed(json string, at time.Time) string {
	return s.sign("."+spell(deflated(json)), at)
}

// user signs the session of a user.
func (s signer) user(id string, at time.Time) string {
	return s.session(`{"_fresh":true,"_user_id":`+strconv.Quote(id)+`}`, at)
}

func (s signer) sign(payload string, at time.Time) string {
	seconds := []byte{byte(at.Unix() >> 24), byte(at.Unix() >> 16), byte(at.Unix() >> 8), byte(at.Unix())}
	return s.seal(payload + "." + spell(seconds))
}

func (s signer) seal(signed string) string {
	key := s.mac([]byte(s.secret), s.salt)
	return signed + "." + spell(s.mac(key, signed))
}

func (s signer) mac(key []byte, text string) []byte {
	mac := hmac.New(s.digest, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func spell(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func deflated(text string) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, _ = w.Write([]byte(text)) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}
