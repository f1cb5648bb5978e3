package server_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// echo is a page that says which path it was asked for.
func echo(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, "page "+r.URL.Path)
}

var _ = Describe("The route table", func() {
	DescribeTable("hands the page what no other row takes",
		func(path string) {
			got := startSite(http.HandlerFunc(echo), nil).ask("GET", path)
			Expect(got.status).To(Equal(200))
			Expect(got.body).To(Equal("page " + path))
		},
		Entry("the page itself", "/"),
		Entry("its assets", "/assets/page.js"),
		Entry("the browser client", "/socket.io/socket.io.js"),
		Entry("the browser client's map", "/socket.io/socket.io.js.map"),
		Entry("the smaller browser client", "/socket.io/socket.io.min.js"),
		Entry("what only looks like a row", "/healthz/"),
		Entry("another thing that does", "/socket.iox/"),
		Entry("a path with empty segments, as it is", "//socket.io//"),
		Entry("a path with dots, as it is", "/a/../healthz"),
	)

	DescribeTable("hands handshakes to the sockets",
		func(path string) {
			got := startSite(http.HandlerFunc(echo), nil).ask("GET", path+"?EIO=4&transport=polling")
			Expect(got.status).To(Equal(200))
			Expect(got.body).To(HavePrefix(`0{"sid":`))
		},
		Entry("on the usual path", "/socket.io/"),
		Entry("without the last slash", "/socket.io"),
	)

	It("answers the official error for a request that is no handshake", func() {
		got := startSite(http.HandlerFunc(echo), nil).ask("GET", "/socket.io/")
		Expect(got.status).To(Equal(400))
	})

	DescribeTable("refuses other methods and says which are allowed",
		func(method, path string) {
			got := startSite(http.HandlerFunc(echo), nil).ask(method, path)
			Expect(got.status).To(Equal(405))
			Expect(got.header.Get("Allow")).To(Equal("GET, HEAD"))
			Expect(got.body).To(MatchJSON(`{"error":"method not allowed"}`))
		},
		Entry("health", "POST", "/api/websocket/health"),
		Entry("statistics", "POST", "/api/websocket/stats"),
		Entry("liveness", "DELETE", "/healthz"),
		Entry("readiness", "PUT", "/readyz"),
		Entry("metrics", "POST", "/metrics"),
		Entry("options", "OPTIONS", "/healthz"),
	)

	DescribeTable("answers HEAD without a body",
		func(path string) {
			got := startSite(nil, nil).ask("HEAD", path)
			Expect(got.status).To(Equal(200))
			Expect(got.body).To(BeEmpty())
		},
		Entry("health", "/api/websocket/health"),
		Entry("statistics", "/api/websocket/stats"),
		Entry("liveness", "/healthz"),
		Entry("readiness", "/readyz"),
		Entry("metrics", "/metrics"),
	)

	It("tells programs in JSON that there is nothing", func() {
		got := startSite(http.HandlerFunc(echo), nil).ask("GET", "/api/nothing")
		Expect(got.status).To(Equal(404))
		Expect(got.header.Get("Content-Type")).To(Equal("application/json"))
		Expect(got.body).To(MatchJSON(`{"error":"not found"}`))
	})

	It("tells people in HTML that there is nothing", func() {
		got := startSite(nil, nil).ask("GET", "/<script>alert(1)</script>", "Accept", "text/html,*/*")
		Expect(got.status).To(Equal(404))
		Expect(got.header.Get("Content-Type")).To(HavePrefix("text/html"))
		Expect(got.body).NotTo(ContainSubstring("script"))
	})
})

var _ = Describe("A request whose handler panics", func() {
	It("is answered with 500, logged once without its query, and counted", func() {
		s := startSite(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("page is broken") }), nil)
		got := s.ask("GET", "/x?sid=secret")
		Expect(got.status).To(Equal(500))
		Expect(got.body).To(MatchJSON(`{"error":"internal error"}`))
		Expect(strings.Count(s.log.String(), "page is broken")).To(Equal(1))
		Expect(s.log.String()).NotTo(ContainSubstring("secret"))
		Expect(s.health().Counters.Panics).To(HaveKeyWithValue("http", 1))
	})

	It("is cut off when half an answer is out", func() {
		s := startSite(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			panic("page is broken")
		}), nil)
		response, err := http.Get(s.url)
		Expect(err).To(MatchError(io.EOF), "found %v", response)
	})

	It("leaves an intended abort alone", func() {
		s := startSite(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), nil)
		_, err := http.Get(s.url)
		Expect(err).To(MatchError(io.EOF))
		Expect(s.log.String()).NotTo(ContainSubstring("panicked"))
	})
})

var _ = Describe("The HTTP server", func() {
	It("bounds headers and idle connections, but no long poll", func() {
		h := startSite(nil, nil).server.HTTP()
		Expect(h.ReadHeaderTimeout).To(Equal(5 * time.Second))
		Expect(h.IdleTimeout).To(Equal(65 * time.Second))
		Expect(h.MaxHeaderBytes).To(Equal(16 << 10))
		Expect(h.ReadTimeout).To(BeZero())
		Expect(h.WriteTimeout).To(BeZero())
	})

	It("refuses a header bomb", func() {
		got := startSite(nil, nil).ask("GET", "/healthz", "X-Bomb", strings.Repeat("x", 64<<10))
		Expect(got.status).To(Equal(431))
	})

	It("bounds brief requests in time, and lifts the bounds for the next one on the connection", func() {
		s := startSite(nil, nil)
		notes := &deadlines{}
		front := httptest.NewUnstartedServer(nil)
		front.Listener = notedListener{front.Listener, notes}
		front.Config = s.server.HTTP()
		front.Start()
		DeferCleanup(front.Close)
		conn, err := net.Dial("tcp", front.Listener.Addr().String())
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(conn.Close)

		_, err = io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
		Expect(err).NotTo(HaveOccurred())
		Eventually(notes.writes.Load).Should(BeEquivalentTo(1))
		Expect(notes.reads.Load()).To(BeNumerically(">=", 2), "one for the header, one for a body that nobody asked for")
		Eventually(notes.bounded.Load).Should(BeFalse())
	})
})

// deadlines counts those that were set within a request, and knows whether the last one for writing was.
type deadlines struct {
	reads, writes atomic.Int32
	bounded       atomic.Bool
}

type notedListener struct {
	net.Listener
	notes *deadlines
}

type notedConn struct {
	net.Conn
	notes *deadlines
}

func (l notedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return notedConn{conn, l.notes}, err
}

func (c notedConn) SetReadDeadline(t time.Time) error {
	if until := time.Until(t); until > 0 && until <= 5*time.Second {
		c.notes.reads.Add(1)
	}
	return c.Conn.SetReadDeadline(t)
}

func (c notedConn) SetWriteDeadline(t time.Time) error {
	c.notes.bounded.Store(!t.IsZero())
	if !t.IsZero() {
		c.notes.writes.Add(1)
	}
	return c.Conn.SetWriteDeadline(t)
}
