package engineio

import (
	"net/http"
	"strings"
	"sync"
)

// owner is who opened a polling session. Its secret name travels in every request, and is in the logs of
// proxies: alone it must not be enough to speak for somebody.
type owner struct {
	// Set once, then read only.
	name  string
	known bool
	// Guarded by mu.
	mu   sync.Mutex
	said string // by the last request that was the owner's
}

// ownerOf is asked at the handshake of a session that polls; one that begins as a websocket makes no more requests.
func (s *Server) ownerOf(r *http.Request) *owner {
	if s.cfg.Owner == nil {
		return nil
	}
	o := &owner{said: credentials(r)}
	o.name, o.known = s.cfg.Owner(r)
	return o
}

// owns tells the owner's requests from those of others. Mostly they say what the last one said.
func (s *Session) owns(r *http.Request) bool {
	o := s.owner
	if o == nil {
		return true
	}
	said := credentials(r)
	if o.repeats(said) {
		return true
	}
	// The application may have written the cookie anew: it is the owner who must be the same.
	name, known := s.server.cfg.Owner(r)
	if !known || !o.known || name != o.name {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.said = said
	return true
}

func (o *owner) repeats(said string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return said == o.said
}

// credentials are what a request says of its sender.
func credentials(r *http.Request) string {
	said := strings.Join(r.Header["Cookie"], "; ")
	if authorization := r.Header.Get("Authorization"); authorization != "" {
		said += "\n" + authorization
	}
	return said
}
