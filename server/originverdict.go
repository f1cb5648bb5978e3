package server

import (
	"net/http"
	"net/url"

	"github.com/tickstock/tickcast/config"
)

// OriginVerdict says whether pages of an origin may connect when their requests arrive for host, and why.
func OriginVerdict(cfg config.Sockets, origin, host string) (admitted bool, why string) {
	r := &http.Request{Host: host, Header: http.Header{"Origin": {origin}}}
	u, err := url.Parse(origin)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return false, "it is not the origin of a page: that is http://HOST or https://HOST, with the port if there is one"
	case newOrigins(config.Sockets{}).admit(r):
		return true, "it is the same host and port as " + host
	case newOrigins(cfg).admit(r):
		return true, "it is listed in sockets.origins"
	}
	return false, "it is neither the host and port " + host + " nor listed in sockets.origins"
}
