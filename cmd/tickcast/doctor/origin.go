package doctor

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tickstock/tickcast/server"
)

// origin is decided by the settings, and by who runs at the URL if there is one.
func origin(ctx context.Context, s *subject) verdict {
	if s.Origin == "" {
		return verdict{}
	}
	host := net.JoinHostPort("localhost", strconv.Itoa(s.Config.HTTP.Port))
	if s.URL != "" {
		host = hostOf(s.URL)
	}
	const mend = "add it to WEBSOCKET_CORS_ALLOWED_ORIGINS; or say with --url where its pages connect to, if that is the same host"
	admitted, why := server.OriginVerdict(s.Config.Sockets, s.Origin, host)
	if !admitted {
		return broken(mend, "pages of %s are refused: %s", s.Origin, why)
	}
	if s.URL != "" {
		switch code, err := s.knock(ctx, s.Origin); {
		case err != nil:
			return doubtful("see the row of the instance", "pages of %s are admitted by these settings: %s; at %s nobody could be asked", s.Origin, why, host)
		case code == http.StatusForbidden:
			return broken("start the instance with these settings; a proxy in between must pass the Host header on", "pages of %s are admitted by these settings: %s; but at %s they are refused", s.Origin, why, host)
		}
	}
	page, _ := url.Parse(s.Origin) // OriginVerdict has parsed it too
	if dialed := nameOf(host); strings.EqualFold(page.Hostname(), dialed) {
		return fine("pages of %s are admitted: %s", s.Origin, why)
	}
	return doubtful(perHost, "pages of %s are admitted: %s; but the cookies of %s are not sent to %s", s.Origin, why, page.Hostname(), nameOf(host))
}

func hostOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Host
}

func nameOf(host string) string {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		return strings.Trim(host, "[]")
	}
	return name
}
