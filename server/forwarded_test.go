package server_test

import (
	"net/http"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/server"
	"github.com/tickstock/tickcast/server/sio"
)

// way is what the application learns of a request's way.
func way(header http.Header) map[string]string {
	told := map[string]string{}
	for name, values := range header {
		low := strings.ReplaceAll(strings.ToLower(name), "_", "-")
		if strings.Contains(low, "forwarded") || low == "x-real-ip" {
			told[name] = strings.Join(values, " + ")
		}
	}
	return told
}

var _ = Describe("The way of a request, as it tells of itself,", func() {
	DescribeTable("is not believed of somebody whom we do not know:",
		func(trusted string, header ...string) {
			b := startBehind(fine, config.HTTP{TrustedProxies: trusted})
			lines := "GET / HTTP/1.1\r\nHost: tick.example\r\nConnection: close\r\n" + strings.Join(header, "\r\n") + "\r\n\r\n"
			Expect(b.tell(lines)).To(HavePrefix("HTTP/1.1 200 "))
			Expect(way(b.last().Header)).To(Equal(map[string]string{
				"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "tick.example",
			}))
		},
		Entry("an address", "", "X-Forwarded-For: 6.6.6.6"),
		Entry("an address, with proxies elsewhere", "10.0.0.0/8,::1,127.0.0.2", "X-Forwarded-For: 6.6.6.6"),
		Entry("an address of such a proxy", "10.0.0.0/8", "X-Forwarded-For: 6.6.6.6, 10.0.0.1"),
		Entry("addresses on many lines", "", "X-Forwarded-For: 6.6.6.6", "x-forwarded-for: 7.7.7.7"),
		Entry("a protocol", "", "X-Forwarded-Proto: https"),
		Entry("a host", "", "X-Forwarded-Host: evil.example"),
		Entry("a port, a prefix, a scheme", "", "X-Forwarded-Port: 443", "X-Forwarded-Prefix: /admin", "X-Forwarded-Scheme: https"),
		Entry("what nobody has thought of yet", "", "X-Forwarded-User: admin"),
		Entry("the standard's header", "", `Forwarded: for=6.6.6.6;host=evil.example;proto=https`),
		Entry("the real address", "", "X-Real-IP: 6.6.6.6"),
		Entry("headers that WSGI takes for them", "", "X_Forwarded_For: 6.6.6.6", "X-Forwarded_Proto: https", "X_REAL_IP: 6.6.6.6"),
		Entry("headers that WSGI takes for them, by a proxy that we trust", "127.0.0.1", "X_Forwarded_For: 6.6.6.6"),
	)

	DescribeTable("is believed of our proxies:",
		func(trusted string, expected map[string]string, header ...string) {
			b := startBehind(fine, config.HTTP{TrustedProxies: trusted})
			lines := "GET / HTTP/1.1\r\nHost: inner.example\r\nConnection: close\r\n" + strings.Join(header, "\r\n") + "\r\n\r\n"
			Expect(b.tell(lines)).To(HavePrefix("HTTP/1.1 200 "))
			Expect(b.last().Host).To(Equal("inner.example"))
			Expect(way(b.last().Header)).To(Equal(expected))
		},
		Entry("nothing told", "127.0.0.1", map[string]string{
			"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "inner.example",
		}),
		Entry("everything told", "127.0.0.0/8", map[string]string{
			"X-Forwarded-For": "1.2.3.4, 127.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "tick.example",
			"X-Forwarded-Port": "443", "Forwarded": "for=1.2.3.4", "X-Real-Ip": "1.2.3.4",
		}, "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: https", "X-Forwarded-Host: tick.example",
			"X-Forwarded-Port: 443", "Forwarded: for=1.2.3.4", "X-Real-IP: 1.2.3.4"),
		Entry("a way through several, each of which has added its own", "127.0.0.1,10.0.0.0/8", map[string]string{
			"X-Forwarded-For": "6.6.6.6, 1.2.3.4, 10.0.0.1, 127.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "tick.example",
		}, "X-Forwarded-For: 6.6.6.6, 1.2.3.4", "X-Forwarded-For: 10.0.0.1", "X-Forwarded-Proto: gopher, https, http",
			"X-Forwarded-Host: evil.example, tick.example, inner.example"),
		Entry("a websocket's protocol", "127.0.0.1", map[string]string{
			"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "inner.example",
		}, "X-Forwarded-Proto: WSS"),
		Entry("a protocol that makes no sense", "127.0.0.1", map[string]string{
			"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "inner.example",
		}, "X-Forwarded-Proto: gopher"),
	)

	DescribeTable("says who is at the other end of a socket:",
		func(trusted, forwarded, from string) {
			noLeaks()
			var seen atomic.Pointer[string]
			s := openSite(config.HTTP{TrustedProxies: trusted}, limits(), nil, server.Sources{Identify: func(socket *sio.Socket) server.User {
				seen.Store(new(socket.RemoteAddr()))
				return server.User{}
			}})
			enterBrowser(s.url, "X-Forwarded-For", forwarded)
			Expect(seen.Load()).To(HaveValue(MatchRegexp("^" + from + "$")))
		},
		Entry("whoever connects", "", "6.6.6.6", `127\.0\.0\.1:\d+`),
		Entry("whom our proxy speaks for", "127.0.0.1", "1.2.3.4", `1\.2\.3\.4:0`),
		Entry("with a port, if it is told", "127.0.0.1", "1.2.3.4:5678", `1\.2\.3\.4:5678`),
		Entry("by IPv6", "127.0.0.1", "2001:db8::1", `\[2001:db8::1\]:0`),
		Entry("by IPv6 with a port", "127.0.0.1", "[2001:db8::1]:5678", `\[2001:db8::1\]:5678`),
		Entry("by IPv4 within IPv6", "127.0.0.1,10.0.0.0/8", "1.2.3.4, ::ffff:10.0.0.9", `1\.2\.3\.4:0`),
		Entry("the last one who is not ours, whatever stands before", "127.0.0.1,10.0.0.0/8", "6.6.6.6, 1.2.3.4, 10.0.0.9", `1\.2\.3\.4:0`),
		Entry("not whom a stranger claims to speak for", "127.0.0.1", "6.6.6.6, 1.2.3.4", `1\.2\.3\.4:0`),
		Entry("the first, if all are ours", "127.0.0.1,10.0.0.0/8", "10.0.0.1, 10.0.0.2", `10\.0\.0\.1:0`),
		Entry("the proxy, if what it tells is no address", "127.0.0.1", "6.6.6.6, unknown", `127\.0\.0\.1:\d+`),
		Entry("the proxy, if it tells nothing", "127.0.0.1", "", `127\.0\.0\.1:\d+`),
	)
})
