package server

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// passage is one request on its way to the application and back.
type passage struct {
	upstream *upstream
	body     *watched // nil = none
	answered bool
}

// rewrite makes the request that the application gets. Its address is fixed, its path and query go as
// they came, to the byte: what they mean is for the application to judge.
func (p *passage) rewrite(way *httputil.ProxyRequest) {
	in, out := way.In, way.Out
	out.URL = &url.URL{
		Scheme:     p.upstream.base.Scheme,
		Host:       p.upstream.base.Host,
		Path:       in.URL.Path,
		RawPath:    in.URL.RawPath,
		RawQuery:   in.URL.RawQuery,
		ForceQuery: in.URL.ForceQuery,
	}
	// Opaque is written as it is, but for two slashes, which would begin another host's name.
	if path, _, _ := strings.Cut(in.RequestURI, "?"); strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") {
		out.URL.Opaque = path
	}
	out.Host = in.Host // links and redirects are made of it
	for name, values := range in.Header {
		if tellsOfTheWay(name) { // it is settled; httputil has taken it away
			out.Header[name] = values
		}
	}
	scheme := "http"
	if in.TLS != nil {
		scheme = "https"
	}
	out.Header.Set(forwardedProto, cmp.Or(in.Header.Get(forwardedProto), scheme))
	out.Header.Set(forwardedHost, cmp.Or(in.Header.Get(forwardedHost), in.Host))
	out.Trailer = nil
	out.Header.Del("Te") // it asks for trailers
	if out.Body != nil {
		p.body = &watched{ReadCloser: out.Body}
		out.Body = p.body
	}
}

var errAnswer = errors.New("an answer that makes no sense")

// receive looks at an answer's head before it goes on to the browser.
func (p *passage) receive(answer *http.Response) error {
	class := answer.StatusCode / 100
	switched := answer.StatusCode == http.StatusSwitchingProtocols
	asked := answer.Request.Header.Get("Upgrade") != ""
	if class < 1 || class > 5 || switched && !(asked && strings.EqualFold(answer.Header.Get("Upgrade"), "websocket")) {
		return errAnswer
	}
	p.answered = true
	p.upstream.note("")
	p.upstream.results.add(strconv.Itoa(class)+"xx", 1)
	return nil
}

// fail answers for an application that does not.
func (p *passage) fail(w http.ResponseWriter, r *http.Request, err error) {
	if p.body != nil && !p.answered {
		// Nobody reads the rest of the upload: it must neither hold the connection nor pass for a request.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(briefRead))
		w.Header().Set("Connection", "close")
	}
	switch {
	case p.answered: // a websocket whose browser was gone before it began
	case r.Context().Err() != nil:
		p.upstream.results.add(resultCanceled, 1)
		w.WriteHeader(http.StatusBadGateway) // nobody is there to read it
	case p.body != nil && p.body.broken.Load():
		p.upstream.results.add(resultCanceled, 1)
		writeJSON(w, http.StatusBadRequest, problem{"the body of the request breaks off"})
	default:
		p.upstream.results.add(resultUnreachable, 1)
		p.upstream.note(rootOf(err))
		w.Header().Set("Retry-After", "5")
		complain(w, r, http.StatusBadGateway, "the application cannot be reached", badGatewayPage)
	}
}

const badGatewayPage = `<!doctype html><meta charset="utf-8"><title>Back in a moment</title><h1>The application cannot be reached</h1>
<p>It is down, or just being started. Live alerts go on meanwhile. <a href="">Try again</a></p>
`

// watched is a body on its way that remembers whether it was the browser who broke off.
type watched struct {
	io.ReadCloser
	broken atomic.Bool
}

func (b *watched) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		b.broken.Store(true)
	}
	return n, err
}
