package flaskauth

import (
	"crypto/sha256"
	"encoding/binary"
	"net/http"
)

// Credentials are what of a browser's request the application is shown, to say who sends it.
type Credentials struct {
	Cookie        string
	Authorization string
	UserAgent     string // Flask-Login may have bound the session to it, and to the address
	Address       string // the browser's, without a port
}

// Key stands for Credentials where they are remembered: nobody can read them back.
type Key [sha256.Size]byte

// Key is the same for the same Credentials.
func (c Credentials) Key() (key Key) {
	hash := sha256.New()
	for _, part := range []string{c.Cookie, c.Authorization, c.UserAgent, c.Address} {
		hash.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part)))) // or parts could be shifted
		hash.Write([]byte(part))
	}
	hash.Sum(key[:0])
	return key
}

// Empty reports whether there is nothing in them that could prove anything.
func (c Credentials) Empty() bool { return c.Cookie == "" && c.Authorization == "" }

func (c Credentials) put(header http.Header) {
	for name, value := range map[string]string{
		"Cookie": c.Cookie, "Authorization": c.Authorization, "User-Agent": c.UserAgent, "X-Forwarded-For": c.Address,
	} {
		if value != "" {
			header.Set(name, value)
		}
	}
}
