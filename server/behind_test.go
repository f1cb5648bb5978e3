package server_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/server"
)

// behind is a site with an application behind it that keeps what it was asked.
type behind struct {
	*site
	application *httptest.Server
	// Guarded by mu.
	mu   sync.Mutex
	seen []*http.Request
	raw  bytes.Buffer // what came over the connections
}

// startBehind puts a site before an application; the settings are its HTTP ones but for the upstream.
func startBehind(application http.HandlerFunc, settings config.HTTP) *behind {
	GinkgoHelper()
	noLeaks()
	b := &behind{}
	b.application = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		b.seen = append(b.seen, r)
		b.mu.Unlock()
		application(w, r)
	}))
	b.application.Listener = tappedListener{b.application.Listener, b}
	b.application.Start()
	DeferCleanup(b.application.Close)
	settings.Upstream = b.application.URL
	b.site = openSite(settings, limits(), http.HandlerFunc(echo), server.Sources{})
	return b
}

// requests are those that the application got.
func (b *behind) requests() []*http.Request {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seen
}

// last is the latest of them.
func (b *behind) last() *http.Request {
	GinkgoHelper()
	Expect(b.requests()).NotTo(BeEmpty())
	return b.requests()[len(b.requests())-1]
}

// wire is what the application read, to the byte.
func (b *behind) wire() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.raw.String()
}

type tappedListener struct {
	net.Listener
	to *behind
}

type tappedConn struct {
	net.Conn
	to *behind
}

func (l tappedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return tappedConn{conn, l.to}, err
}

func (c tappedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.to.mu.Lock()
	defer c.to.mu.Unlock()
	c.to.raw.Write(p[:n])
	return n, err
}

// dial opens a connection to the site.
func (s *site) dial() net.Conn {
	GinkgoHelper()
	conn, err := net.Dial("tcp", s.url[len("http://"):])
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { _ = conn.Close() }) // a spec may have closed it
	Expect(conn.SetDeadline(time.Now().Add(time.Minute))).To(Succeed())
	return conn
}

// tell writes bytes on a connection of its own and gives what comes back until the site hangs up.
func (s *site) tell(text string) string {
	GinkgoHelper()
	conn := s.dial()
	_, _ = io.WriteString(conn, text) // the site may hang up before the end
	answer, err := io.ReadAll(conn)
	if err != nil {
		Expect(err).NotTo(MatchError(ContainSubstring("timeout")), "the site still holds the connection")
	}
	return string(answer)
}

func fine(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	_, _ = io.WriteString(w, "fine")
}
