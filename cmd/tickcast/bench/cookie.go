package bench

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"time"
)

// cookie is the header that a browser of the user sends after a login to Flask at that time.
func cookie(secret, user string, at time.Time) string {
	session := []byte(`{"_fresh":true,"_user_id":` + strconv.Quote(user) + `}`)
	seconds := binary.BigEndian.AppendUint32(nil, uint32(at.Unix())) // no leading zeros until 2106
	signed := spell(session) + "." + spell(seconds)
	return "session=" + signed + "." + spell(sign(sign([]byte(secret), "cookie-session"), signed))
}

func sign(key []byte, text string) []byte {
	mac := hmac.New(sha1.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func spell(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }
