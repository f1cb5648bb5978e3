package flaskauth

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"
)

const (
	maxCookie  = 4096 // browsers keep no larger ones
	maxCookies = 8    // of one name that are tried
	maxClock   = 8    // bytes of a timestamp
)

// encoding is of all three parts.
var encoding = base64.RawURLEncoding

// cookie is the value of one, taken apart.
type cookie struct {
	payload   string // begins with a dot if it is compressed
	timestamp string
	signature string
	signed    string // what the signature is of
}

// cookies are the values of the cookies of a name, in the header's order.
func cookies(header, name string) (values []string) {
	for pair := range strings.SplitSeq(header, ";") {
		found, value, ok := strings.Cut(pair, "=")
		if ok && strings.TrimSpace(found) == name && len(values) < maxCookies {
			values = append(values, strings.TrimSpace(value))
		}
	}
	return values
}

// take cuts the value at its last two dots; the payload may begin with another one.
func (v *Verifier) take(value string) (cookie, error) {
	end := strings.LastIndexByte(value, '.')
	if end < 0 || len(value)-end-1 != v.length {
		return cookie{}, Malformed
	}
	middle := strings.LastIndexByte(value[:end], '.')
	if middle < 0 {
		return cookie{}, Malformed
	}
	if len(value) > maxCookie {
		return cookie{}, TooLarge
	}
	return cookie{value[:middle], value[middle+1 : end], value[end+1:], value[:end]}, nil
}

// signed compares signatures as they are written: bits that base64 leaves unused cannot be flipped either.
func (v *Verifier) signed(c cookie) bool {
	for _, key := range v.keys {
		mac := hmac.New(v.digest, key)
		mac.Write([]byte(c.signed))
		if hmac.Equal([]byte(encoding.EncodeToString(mac.Sum(nil))), []byte(c.signature)) {
			return true
		}
	}
	return false
}

// timely judges the time of signing.
func (v *Verifier) timely(timestamp string, now time.Time) error {
	issued, ok := clock(timestamp)
	if !ok {
		return Malformed
	}
	if latest := now.Unix() + v.leeway; latest < 0 || issued > uint64(latest) {
		return FromFuture
	}
	if now.Unix()-int64(issued) > v.maxAge {
		return Expired
	}
	return nil
}

// clock reads the time of signing: seconds since 1970, big-endian, without leading zeros.
func clock(timestamp string) (seconds uint64, ok bool) {
	raw, err := encoding.DecodeString(timestamp)
	if err != nil || len(raw) > maxClock {
		return 0, false
	}
	var padded [maxClock]byte
	copy(padded[maxClock-len(raw):], raw)
	return binary.BigEndian.Uint64(padded[:]), true
}
