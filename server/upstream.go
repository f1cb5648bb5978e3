package server

import (
	"context"
	stdlog "log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

const (
	dialTimeout      = 5 * time.Second // an application that is slow to accept is as good as gone
	idleTogether     = 64
	idleAlone        = time.Second // gunicorn gives an idle connection up after two, without asking whether a request is on its way
	maxAnswerHeaders = 256 << 10
	expectPatience   = time.Second
)

// upstream is the application behind us, nearly always Flask: it gets every request that is not for us.
type upstream struct {
	// Set once, then read only.
	base      *url.URL
	transport http.RoundTripper
	errors    *stdlog.Logger // of httputil
	log       zerolog.Logger
	tunnels   context.Context // ends when those of websockets shall
	hangUp    context.CancelFunc
	// Safe for concurrent use on their own.
	results *tally
	contact atomic.Pointer[contact]
}

func newUpstream(base *url.URL, results *tally, log zerolog.Logger) *upstream {
	u := &upstream{base: base, results: results, log: log, errors: stdlog.New(warnings{log}, "", 0)}
	u.tunnels, u.hangUp = context.WithCancel(context.Background())
	u.transport = withoutTrailers{&http.Transport{
		Proxy:                  nil, // one of the environment's would be asked for everything
		DialContext:            (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSHandshakeTimeout:    dialTimeout,
		DisableCompression:     true, // what the application sends is what the browser gets
		MaxIdleConns:           idleTogether,
		MaxIdleConnsPerHost:    idleTogether,
		IdleConnTimeout:        idleAlone,
		ExpectContinueTimeout:  expectPatience,
		MaxResponseHeaderBytes: maxAnswerHeaders,
	}}
	return u
}

// ServeHTTP hands a request over, and the answer back as it comes. Neither is bounded in time or size:
// that is for the application to judge.
func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed) // we are nobody's tunnel
		return
	}
	if r.ContentLength != 0 {
		// Answers may come before the end of an upload. A writer without connection is a recorder in a test.
		_ = http.NewResponseController(w).EnableFullDuplex()
	}
	w.Header()["Content-Type"] = nil // not for net/http to guess
	r, end := u.bound(r)
	defer end()
	p := passage{upstream: u}
	(&httputil.ReverseProxy{
		Rewrite:        p.rewrite,
		Transport:      u.transport,
		FlushInterval:  -1, // at once
		ModifyResponse: p.receive,
		ErrorHandler:   p.fail,
		ErrorLog:       u.errors,
	}).ServeHTTP(w, r)
}

// bound ties a websocket's life to ours, since http.Server's shutdown does not know of it. Other protocols
// than that are not changed to: who speaks one of them would no longer be under our rules.
func (u *upstream) bound(r *http.Request) (*http.Request, context.CancelFunc) {
	upgrade := r.Header.Get("Upgrade")
	if upgrade == "" {
		return r, func() {}
	}
	ctx, cancel := context.WithCancel(r.Context())
	r = r.Clone(ctx)
	if !strings.EqualFold(upgrade, "websocket") {
		r.Header.Del("Upgrade")
	}
	forget := context.AfterFunc(u.tunnels, cancel)
	return r, func() {
		forget()
		cancel()
	}
}

// withoutTrailers drops what comes after an answer: net/http would otherwise fill it in later.
type withoutTrailers struct{ next *http.Transport }

func (t withoutTrailers) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	bare := *response
	bare.Trailer = nil
	return &bare, nil
}
