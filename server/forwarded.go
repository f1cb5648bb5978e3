package server

import (
	"net/http"
	"net/netip"
	"strings"
)

const (
	forwardedFor   = "X-Forwarded-For"
	forwardedHost  = "X-Forwarded-Host"
	forwardedProto = "X-Forwarded-Proto"
)

// proxies are the networks of those in front of us whose word we take for whom they speak for.
type proxies []netip.Prefix

// settle makes what a request says of its way here fit to be believed by everything after it: RemoteAddr is
// the browser, X-Forwarded-For the whole way, and X-Forwarded-Proto and -Host are there only if somebody
// whom we trust has said so. It comes first of all.
func (p proxies) settle(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		settled := r.WithContext(r.Context()) // a copy: the one of net/http is not ours to change
		settled.Header = r.Header.Clone()
		p.judge(settled)
		next.ServeHTTP(w, settled)
	})
}

func (p proxies) judge(r *http.Request) {
	peer, trusted := r.RemoteAddr, false
	if from, ok := parseHop(r.RemoteAddr); ok {
		peer, trusted = from.Addr().String(), p.trust(from)
	}
	for name := range r.Header {
		// WSGI takes X_Forwarded_For for X-Forwarded-For: nobody honest sends that.
		if tellsOfTheWay(name) && (!trusted || strings.Contains(name, "_")) {
			delete(r.Header, name)
		}
	}
	hops := append(listed(r.Header[forwardedFor]), peer)
	r.Header[forwardedFor] = []string{strings.Join(hops, ", ")}
	if !trusted {
		return
	}
	browser, passed := p.browser(hops)
	if passed > 0 {
		r.RemoteAddr = browser.String()
	}
	choose(r.Header, forwardedHost, passed)
	choose(r.Header, forwardedProto, passed)
	spellProto(r.Header)
}

func spellProto(header http.Header) {
	switch strings.ToLower(header.Get(forwardedProto)) {
	case "http", "ws": // some proxies name the protocol of a websocket
		header.Set(forwardedProto, "http")
	case "https", "wss":
		header.Set(forwardedProto, "https")
	default:
		header.Del(forwardedProto)
	}
}

// browser is the hop that our proxies, so many of them, speak for: the last one that is not theirs. What
// stands before it anybody may have written.
func (p proxies) browser(hops []string) (browser netip.AddrPort, passed int) {
	at := len(hops) - 1
	browser, _ = parseHop(hops[at])
	for at > 0 && p.trust(browser) {
		before, ok := parseHop(hops[at-1])
		if !ok {
			break
		}
		browser, at = before, at-1
	}
	return browser, len(hops) - 1 - at
}

func (p proxies) trust(hop netip.AddrPort) bool {
	for _, network := range p {
		if network.Contains(hop.Addr()) {
			return true
		}
	}
	return false
}

// parseHop reads an address that may have a port; 0 is one that nobody has told.
func parseHop(hop string) (netip.AddrPort, bool) {
	from, err := netip.ParseAddrPort(hop)
	if err != nil {
		var addr netip.Addr
		addr, err = netip.ParseAddr(strings.Trim(hop, "[]"))
		from = netip.AddrPortFrom(addr, 0)
	}
	return netip.AddrPortFrom(from.Addr().Unmap().WithZone(""), from.Port()), err == nil
}

// choose leaves the one value that the outermost of our proxies has given, where each has added its own.
func choose(header http.Header, name string, passed int) {
	given := listed(header[name])
	if len(given) == 0 {
		header.Del(name)
		return
	}
	header.Set(name, given[max(0, len(given)-max(1, passed))])
}

// tellsOfTheWay is true for the headers in which proxies tell whom they speak for.
func tellsOfTheWay(name string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	return strings.HasPrefix(name, "x-forwarded-") || name == "forwarded" || name == "x-real-ip"
}

// listed takes headers with commas apart; what is empty is left out.
func listed(lines []string) (members []string) {
	for _, line := range lines {
		for member := range strings.SplitSeq(line, ",") {
			if member = strings.TrimSpace(member); member != "" {
				members = append(members, member)
			}
		}
	}
	return members
}
