package server_test

import (
	"io"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/server"
)

var _ = Describe("The application behind us", func() {
	DescribeTable("gets path and query as they came, to the byte:",
		func(target string) {
			b := startBehind(fine, config.HTTP{})
			answer := b.tell("GET " + target + " HTTP/1.1\r\nHost: tick.example\r\nConnection: close\r\n\r\n")
			Expect(answer).To(HavePrefix("HTTP/1.1 200 OK\r\n"))
			Expect(b.wire()).To(HavePrefix("GET " + target + " HTTP/1.1\r\nHost: tick.example\r\n"))
		},
		Entry("the root", "/"),
		Entry("an empty query", "/x?"),
		Entry("empty segments", "/a//b///"),
		Entry("empty segments at the start", "//evil.example/x"),
		Entry("dots", "/a/../../b/./c"),
		Entry("an encoded slash", "/a%2fb%2Fc"),
		Entry("encoded dots", "/%2e%2e/%2E%2E/etc/passwd"),
		Entry("an encoded percent sign", "/100%25"),
		Entry("characters that need no escape", "/a:b@c;d=e,f'g(h)*i!j$k&l+m~n"),
		Entry("characters that should be escaped", `/a|b"c<d>e^f{g}h[i]\j`),
		Entry("them beside an encoded slash", "/a%2fb|c"),
		Entry("letters beyond ASCII", "/caf\u00e9"),
		Entry("a fragment that no browser sends", "/a#b"),
		Entry("semicolons in the query", "/x?a=1;b=2&c=%3B"),
		Entry("a bad escape in the query", "/x?q=100%&r=%zz"),
		Entry("a query of another address", "/x?next=http://evil.example/%0d%0a"),
		Entry("the API of the application", "/api/anything"),
		Entry("what is below one of our paths and not ours", "/api/websocket/other"),
		Entry("what only looks like ours", "/socket.iox/"),
	)

	DescribeTable("is not asked for what is no path:",
		func(request string, status int) {
			b := startBehind(fine, config.HTTP{})
			Expect(b.tell(request + "\r\nHost: tick.example\r\nConnection: close\r\n\r\n")).To(HavePrefix("HTTP/1.1 %d ", status))
			Expect(b.requests()).To(BeEmpty())
		},
		Entry("a bad escape", "GET /a%zz HTTP/1.1", 400),
		Entry("half an escape", "GET /a% HTTP/1.1", 400),
		Entry("a space", "GET /a b HTTP/1.1", 400),
		Entry("a control character", "GET /a\x01 HTTP/1.1", 400),
		Entry("a tunnel", "CONNECT evil.example:443 HTTP/1.1", 404),
		Entry("a tunnel by a path", "CONNECT /x HTTP/1.1", 405),
		Entry("a method that is none", "G(T / HTTP/1.1", 400),
	)

	DescribeTable("is the only one that is asked, with", func(request string) {
		b := startBehind(fine, config.HTTP{})
		Expect(b.tell(request + "\r\nConnection: close\r\n\r\n")).To(HaveSuffix("fine"))
		Expect(b.last().RequestURI).To(Equal("/latest/meta-data?x=1"))
	},
		Entry("another server's address", "GET http://169.254.169.254/latest/meta-data?x=1 HTTP/1.1\r\nHost: tick.example"),
		Entry("another protocol's", "GET gopher://evil.example/latest/meta-data?x=1 HTTP/1.1\r\nHost: tick.example"),
		Entry("another server's name as the host", "GET /latest/meta-data?x=1 HTTP/1.1\r\nHost: 169.254.169.254"),
		Entry("another one's in the way", "GET /latest/meta-data?x=1 HTTP/1.1\r\nHost: tick.example\r\nX-Forwarded-Host: 169.254.169.254"),
	)

	DescribeTable("gets all methods", func(method string) {
		b := startBehind(fine, config.HTTP{})
		Expect(b.ask(method, "/orders").status).To(Equal(200))
		Expect(b.last().Method).To(Equal(method))
	},
		Entry(nil, "GET"), Entry(nil, "HEAD"), Entry(nil, "POST"), Entry(nil, "PUT"), Entry(nil, "PATCH"),
		Entry(nil, "DELETE"), Entry(nil, "OPTIONS"), Entry(nil, "TRACE"), Entry(nil, "PROPFIND"),
	)

	It("sees whom the browser asked, and the headers that it sent", func() {
		b := startBehind(fine, config.HTTP{})
		b.tell("GET / HTTP/1.1\r\nHost: Tick.example:5000\r\nCookie: a=1; b=\"2\"\r\nCookie: c=3\r\nX-Custom: 1\r\nX-Custom: 2\r\nConnection: close\r\n\r\n")
		r := b.last()
		Expect(r.Host).To(Equal("Tick.example:5000"))
		Expect(r.Header).To(Equal(http.Header{
			"Cookie": {`a=1; b="2"`, "c=3"}, "X-Custom": {"1", "2"},
			"X-Forwarded-For": {"127.0.0.1"}, "X-Forwarded-Proto": {"http"}, "X-Forwarded-Host": {"Tick.example:5000"},
		}), "and nothing else: no name of a client library, no compression that nobody wants")
	})

	It("keeps what is between it and the next hop to itself", func() {
		b := startBehind(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "X-Inner")
			w.Header().Set("X-Inner", "secret")
			w.Header().Set("Keep-Alive", "timeout=5")
			w.Header().Set("Proxy-Authenticate", "Basic")
		}, config.HTTP{})
		answer := b.ask("GET", "/", "Connection", "close, X-Forwarded-For, X-Forwarded-Proto, Cookie2, X-Hop", "X-Hop", "1",
			"Keep-Alive", "300", "Te", "trailers", "Proxy-Connection", "keep-alive", "Proxy-Authorization", "Basic eA==")
		for _, name := range []string{"X-Hop", "Keep-Alive", "Te", "Proxy-Connection", "Proxy-Authorization", "Connection"} {
			Expect(b.last().Header).NotTo(HaveKey(name))
		}
		Expect(b.last().Header.Get("X-Forwarded-For")).To(Equal("127.0.0.1"))
		for _, name := range []string{"X-Inner", "Keep-Alive", "Proxy-Authenticate"} {
			Expect(answer.header).NotTo(HaveKey(name))
		}
	})

	It("answers with cookies, redirects and headers as it likes", func() {
		b := startBehind(func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Set-Cookie"] = []string{"session=a.b.c; HttpOnly; Path=/", "remember_token=1|x; Expires=Wed, 01 Jan 2031 00:00:00 GMT"}
			w.Header().Set("Location", "http://elsewhere.example//x?next=%2F")
			w.Header().Set("Server", "Werkzeug")
			w.Header()["Content-Type"] = nil
			w.WriteHeader(http.StatusFound)
			_, _ = io.WriteString(w, "<html>")
		}, config.HTTP{})
		answer := b.tell("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		head, body, _ := strings.Cut(answer, "\r\n\r\n")
		lines := strings.Split(head, "\r\n")
		Expect(lines[0]).To(Equal("HTTP/1.1 302 Found"))
		Expect(lines[1:]).To(ConsistOf(
			"Set-Cookie: session=a.b.c; HttpOnly; Path=/", "Set-Cookie: remember_token=1|x; Expires=Wed, 01 Jan 2031 00:00:00 GMT",
			"Location: http://elsewhere.example//x?next=%2F", "Server: Werkzeug", "Content-Length: 6", HavePrefix("Date: "), "Connection: close"))
		Expect(body).To(Equal("<html>"))
	})

	It("answers HEAD and 304 without a body", func() {
		b := startBehind(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"1"`)
			if r.Header.Get("If-None-Match") != "" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("Content-Length", "1000")
		}, config.HTTP{})
		head := b.ask("HEAD", "/")
		Expect(head.header.Get("Content-Length")).To(Equal("1000"))
		Expect(head.body).To(BeEmpty())
		unchanged := b.ask("GET", "/", "If-None-Match", `"1"`)
		Expect(unchanged.status).To(Equal(304))
		Expect(unchanged.header.Get("Etag")).To(Equal(`"1"`))
	})

	It("answers errors in its own words", func() {
		b := startBehind(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "its own words", http.StatusBadGateway)
		}, config.HTTP{})
		answer := b.ask("GET", "/", "Accept", "text/html")
		Expect(answer.status).To(Equal(502))
		Expect(answer.body).To(Equal("its own words\n"))
		Expect(b.health().Upstream.Reachable).To(HaveValue(BeTrue()))
	})

	It("leaves the client's script and what is ours to us", func() {
		b := startBehind(fine, config.HTTP{})
		Expect(b.ask("GET", "/socket.io/socket.io.js").body).To(Equal("page /socket.io/socket.io.js"))
		Expect(b.ask("GET", "/socket.io/?EIO=4&transport=polling").body).To(HavePrefix(`0{"sid":`))
		for _, path := range []string{"/healthz", "/readyz", "/metrics", "/api/websocket/health", "/api/websocket/stats"} {
			Expect(b.ask("GET", path).status).To(Equal(200))
			Expect(b.ask("POST", path).status).To(Equal(405), "it is ours with every method")
		}
		Expect(b.requests()).To(BeEmpty())
	})
})

var _ = Describe("Our own paths", func() {
	DescribeTable("can be given to the application", func(own string, path string) {
		b := startBehind(fine, config.HTTP{OwnPaths: own})
		Expect(b.ask("POST", path).body).To(Equal("fine"))
	},
		Entry("health", "/socket.io,/healthz,/readyz,/metrics", "/api/websocket/health"),
		Entry("statistics", "/socket.io,/healthz,/readyz,/metrics", "/api/websocket/stats"),
		Entry("metrics", "/socket.io, /api/websocket, /healthz, /readyz", "/metrics"),
		Entry("all but the sockets", "/socket.io", "/healthz"),
	)

	It("are nobody's when they are given away and there is no application", func() {
		noLeaks()
		s := openSite(config.HTTP{OwnPaths: "/socket.io,/healthz"}, limits(), nil, server.Sources{})
		for _, path := range []string{"/metrics", "/readyz", "/api/websocket/health"} {
			Expect(s.ask("GET", path).status).To(Equal(404), path)
		}
		Expect(s.ask("GET", "/healthz").status).To(Equal(200))
		Expect(s.ask("GET", "/socket.io/?EIO=4&transport=polling").status).To(Equal(200))
	})
})
