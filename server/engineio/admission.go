package engineio

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

const (
	handshakePatience = 3 * time.Second // the longest wait for a turn; clients give a handshake up after 20
	handshakeBurst    = 5               // this part of a second's handshakes may come at once
	prefixOfOne       = 64              // bits of an IPv6 address that one customer has at least
)

// admission bounds newcomers: how many may be here, how many of them from one address, and how many a
// second, so that thousands who return at once leave time to deliver to those who are here.
type admission struct {
	// Set once, then read only.
	most       int           // sessions; 0 = any number
	perAddress int           // of those; 0 = any number
	every      time.Duration // from one handshake to the next; 0 = no pace
	early      time.Duration // by which they may run ahead of it
	// Guarded by mu.
	mu        sync.Mutex
	due       time.Time // of the next handshake
	here      int
	addresses map[netip.Prefix]int // empty without perAddress
}

func newAdmission(cfg Config) *admission {
	a := &admission{most: cfg.MaxSessions, perAddress: cfg.MaxPerAddress, addresses: map[netip.Prefix]int{}}
	if cfg.HandshakesPerSecond > 0 {
		a.every = time.Second / time.Duration(cfg.HandshakesPerSecond)
		a.early = time.Second / handshakeBurst
	}
	return a
}

// wait lets a handshake have its turn. There is none if too many wait, or if the client has gone.
func (a *admission) wait(ctx context.Context) bool {
	wait, ok := a.turn(time.Now())
	if !ok || wait <= 0 {
		return ok
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// turn is how long to wait.
func (a *admission) turn(now time.Time) (wait time.Duration, ok bool) {
	if a.every == 0 {
		return 0, true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	due := a.due
	if due.Before(now) {
		due = now
	}
	if wait = due.Sub(now) - a.early; wait > handshakePatience {
		return 0, false
	}
	a.due = due.Add(a.every)
	return wait, true
}

// take is nil if one more session may come from there. free undoes it.
func (a *admission) take(from netip.Prefix) *refusal {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.most > 0 && a.here >= a.most:
		return tooMany
	case a.perAddress > 0 && a.addresses[from] >= a.perAddress:
		return tooManyOfAddress
	}
	a.here++
	if a.perAddress > 0 {
		a.addresses[from]++
	}
	return nil
}

func (a *admission) free(from netip.Prefix) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.here--
	if a.addresses[from]--; a.addresses[from] <= 0 {
		delete(a.addresses, from)
	}
}

// originOf is whose address a request comes from: an IPv6 customer has a whole network of them.
func originOf(r *http.Request) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	from, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{} // a socket without addresses: all of its clients are one
	}
	from = from.Unmap().WithZone("")
	bits := from.BitLen()
	if from.Is6() {
		bits = prefixOfOne
	}
	prefix, _ := from.Prefix(bits) // within its length
	return prefix
}
