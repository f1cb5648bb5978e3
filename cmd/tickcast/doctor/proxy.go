package doctor

import (
	"context"
	"net/http"
	"net/url"
)

// hostHeader asks as a page of the URL's own host would: it is admitted only if its Host arrives, and its scheme
// unless nobody tells of one.
func hostHeader(ctx context.Context, s *subject) verdict {
	if s.URL == "" {
		return verdict{}
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		return verdict{}
	}
	switch code, err := s.knock(ctx, u.Scheme+"://"+u.Host); {
	case err != nil || code != http.StatusOK && code != http.StatusForbidden:
		return verdict{} // the row of polling tells
	case code == http.StatusOK:
		return fine("pages of %s itself are admitted", u.Host)
	}
	other := map[string]string{"http": "https", "https": "http"}[u.Scheme]
	if code, err := s.knock(ctx, other+"://"+u.Host); err == nil && code == http.StatusOK {
		return broken("have the proxy that browsers reach send X-Forwarded-Proto: $scheme in nginx, and those behind it pass that on",
			"pages of %s itself are refused: on the way to tickcast X-Forwarded-Proto becomes %s", u.Host, other)
	}
	return broken("have the proxy pass it on: proxy_set_header Host $http_host in nginx, ProxyPreserveHost On in Apache",
		"pages of %s itself are refused: on the way to tickcast the Host header is changed", u.Host)
}

// proxyHeaders is for the proxy that must be there: we speak no TLS.
func proxyHeaders(_ context.Context, s *subject) verdict {
	u, err := url.Parse(s.URL)
	switch {
	case err != nil || u.Scheme != "https":
		return verdict{}
	case len(s.Config.HTTP.Trusted()) == 0:
		return doubtful("name its address in TRUSTED_PROXIES, and have it send X-Forwarded-For and X-Forwarded-Proto",
			"a proxy in front speaks TLS, and what it tells is not believed: every browser counts as one at the proxy's address, and Flask is told of http")
	}
	return fine("what the proxies in TRUSTED_PROXIES tell of browsers is believed")
}
