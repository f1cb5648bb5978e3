package flaskcookie

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

// Header is the Cookie header of a user who has logged in at that time.
func Header(secret, user string, at time.Time) string {
	session, err := json.Marshal(map[string]any{"_user_id": user, "_fresh": true})
	if err != nil {
		panic(fmt.Errorf("write session: %w", err)) // a string and a bool always encode
	}
	return "session=" + Sign(secret, session, at)
}

// Sign signs any session, right or wrong.
func Sign(secret string, session []byte, at time.Time) string {
	seconds := binary.BigEndian.AppendUint32(nil, uint32(at.Unix())) // no leading zeros until 2106
	signed := spell(session) + "." + spell(seconds)
	key := mac([]byte(secret), "cookie-session")
	return signed + "." + spell(mac(key, signed))
}

func mac(key []byte, text string) []byte {
	mac := hmac.New(sha1.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func spell(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }
