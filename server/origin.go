package server

import (
	"cmp"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/tickstock/tickcast/config"
)

// origins says whose pages may connect: those of our own host, and those of a list. A browser sends
// its visitor's cookies along with any page's request; the Origin is all that tells the pages apart.
type origins map[string]bool

// anyOrigin is there if all are listed.
const anyOrigin = "*"

// newOrigins reads what configuration has checked.
func newOrigins(cfg config.Sockets) origins {
	o := origins{anyOrigin: cfg.AnyOrigin()}
	for origin := range strings.SplitSeq(cfg.Origins, ",") {
		if u, err := url.Parse(strings.TrimSpace(origin)); err == nil && u.Host != "" {
			o[u.Scheme+"://"+address(u.Host, u.Scheme)] = true
		}
	}
	return o
}

// admit judges a request. One without an Origin is no page's: scripts and health checks send none.
func (o origins) admit(r *http.Request) bool {
	given := r.Header["Origin"]
	if len(given) == 0 {
		return true
	}
	u, err := url.Parse(given[0])
	switch {
	case len(given) > 1:
		return false
	case o[anyOrigin]:
		return true
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || !strings.EqualFold(u.Scheme+"://"+u.Host, given[0]):
		return false // "null" among them, and whatever no browser sends
	}
	theirs := address(u.Host, u.Scheme)
	return o[u.Scheme+"://"+theirs] || isOurs(r, u.Scheme, theirs)
}

// isOurs compares with the address by which the browser knows us. Unless a proxy that we trust has told
// so, nobody knows whether there was TLS on the way.
func isOurs(r *http.Request, scheme, theirs string) bool {
	host, proto := cmp.Or(r.Header.Get(forwardedHost), r.Host), cmp.Or(r.Header.Get(forwardedProto), scheme)
	return scheme == proto && theirs == address(host, scheme)
}

// share lets a page of a listed origin read what it is answered. Others need nothing, or get nothing.
func (o origins) share(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if origin == "" || !o.admit(r) {
			next.ServeHTTP(w, r)
			return
		}
		header := w.Header()
		header.Set("Access-Control-Allow-Origin", origin)
		header.Set("Access-Control-Allow-Credentials", "true")
		header.Add("Vary", "Origin")
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			permit(header, r.Header.Get("Access-Control-Request-Headers"))
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// permit answers a browser that asks before it sends what no form could: headers of the page's own, or bytes.
func permit(header http.Header, headers string) {
	header.Set("Access-Control-Allow-Methods", "GET, POST")
	header.Set("Access-Control-Max-Age", "600") // seconds
	header.Add("Vary", "Access-Control-Request-Headers")
	if headers != "" {
		header.Set("Access-Control-Allow-Headers", headers)
	}
}

// address is a host with its port, in one spelling. The loopback names are one: pages that were opened
// as 127.0.0.1 dial localhost.
func address(host, scheme string) string {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), map[string]string{"http": "80", "https": "443"}[scheme]
	}
	if name = strings.ToLower(name); name == "127.0.0.1" || name == "::1" {
		name = "localhost"
	}
	return net.JoinHostPort(name, port)
}
