package config_test

import (
	"net/netip"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/config"
)

var _ = Describe("The application behind us", func() {
	var p *place
	BeforeEach(func() { p = emptyPlace() })

	DescribeTable("may be", func(upstream, host string) {
		p.env("FLASK_UPSTREAM", upstream)
		Expect(p.loaded().Config.HTTP.Application()).To(HaveField("Host", host))
	},
		Entry("on this machine", "http://127.0.0.1:5001", "127.0.0.1:5001"),
		Entry("elsewhere, with a slash", "http://flask/", "flask"),
		Entry("behind TLS", "https://app.example:8443", "app.example:8443"),
		Entry("at an address of IPv6", "http://[::1]:5001", "[::1]:5001"),
		Entry("at our port elsewhere", "http://flask:5000", "flask:5000"),
	)

	It("is nowhere unless it is told", func() {
		Expect(p.loaded().Config.HTTP.Application()).To(BeNil())
	})

	DescribeTable("is never", func(upstream, message string) {
		p.env("FLASK_UPSTREAM", upstream)
		_, err := p.load()
		Expect(err).To(MatchError(And(HavePrefix("http.upstream (env FLASK_UPSTREAM): "), ContainSubstring(message), Not(ContainSubstring("hunter2")))))
	},
		Entry("without a scheme", "127.0.0.1:5001", "must be http://HOST:PORT"),
		Entry("of another scheme", "unix:///run/flask.sock", "must be http://HOST:PORT"),
		Entry("without a host", "http://:5001", "must be http://HOST:PORT"),
		Entry("without a port that can be", "http://flask:70000", "must be http://HOST:PORT"),
		Entry("below a path", "http://flask/app", "no path"),
		Entry("with a query", "http://flask?x=1", "no query"),
		Entry("with a password", "http://user:hunter2@flask", "no credentials"),
		Entry("what cannot be read", "http://user:hunter2@fl ask", "must be http://HOST:PORT"),
		Entry("ourselves", "http://localhost:5000", "is where we listen ourselves"),
		Entry("ourselves by number", "http://127.0.0.1:5000/", "is where we listen ourselves"),
		Entry("ourselves by another number", "http://[::1]:5000", "is where we listen ourselves"),
	)

	It("may have our port where we listen at another address", func() {
		p.env("FLASK_UPSTREAM", "http://127.0.0.1:5000")
		p.env("APP_HOST", "192.0.2.7")
		Expect(p.loaded().Warnings).To(BeEmpty())
		p.env("FLASK_UPSTREAM", "http://192.0.2.7:5000")
		_, err := p.load()
		Expect(err).To(MatchError(ContainSubstring("is where we listen ourselves")))
	})
})

var _ = Describe("The paths that are ours", func() {
	var p *place
	BeforeEach(func() { p = emptyPlace() })

	It("are all that can be, unless some are given away", func() {
		Expect(config.HTTP{}.Own()).To(Equal(p.loaded().Config.HTTP.Own()))
		p.env("TICKCAST_HTTP_OWN_PATHS", " /socket.io , /healthz ,")
		Expect(p.loaded().Config.HTTP.Own()).To(Equal([]string{"/socket.io", "/healthz"}))
	})

	DescribeTable("are never", func(list, message string) {
		p.env("TICKCAST_HTTP_OWN_PATHS", list)
		_, err := p.load()
		Expect(err).To(MatchError(ContainSubstring(message)))
	},
		Entry("others", "/socket.io,/dashboard", `"/dashboard" is none of /socket.io, /api/websocket, /healthz, /readyz, /metrics`),
		Entry("without the sockets", "/healthz,/metrics", "must hold /socket.io, which cannot be the application's"),
		Entry("nothing at all", ",", "must hold /socket.io"),
	)
})

var _ = Describe("The proxies in front", func() {
	var p *place
	BeforeEach(func() { p = emptyPlace() })

	It("are addresses and networks", func() {
		p.env("TRUSTED_PROXIES", "127.0.0.1, 10.1.2.3/8,::1,fd00::/8,::ffff:192.0.2.7")
		Expect(p.loaded().Config.HTTP.Trusted()).To(Equal([]netip.Prefix{
			netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8"),
			netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("192.0.2.7/32"),
		}))
	})

	DescribeTable("are never", func(list, message string) {
		p.env("TRUSTED_PROXIES", list)
		_, err := p.load()
		Expect(err).To(MatchError(ContainSubstring(message)))
	},
		Entry("names", "127.0.0.1,nginx", `"nginx" is neither an IP address nor a network such as 10.0.0.0/8`),
		Entry("everybody by a star", "*", `"*" is neither an IP address`),
		Entry("networks of no size", "10.0.0.0/33", `"10.0.0.0/33" is neither`),
	)

	It("are hardly everybody", func() {
		p.env("TRUSTED_PROXIES", "0.0.0.0/0")
		Expect(p.loaded().Warnings).To(ConsistOf(ContainSubstring("http.trusted_proxies: 0.0.0.0/0 is everybody")))
	})
})

var _ = Describe("The origins", func() {
	var p *place
	BeforeEach(func() { p = emptyPlace() })

	It("have two names that applications know, and the first counts", func() {
		p.file(".env", "CORS_ORIGINS=https://c.example\n")
		Expect(p.loaded().Config.Sockets.Origins).To(Equal("https://c.example"))
		Expect(sourceOf(p.loaded(), "sockets.origins")).To(Equal(".env CORS_ORIGINS"))
		p.env("TICKCAST_SOCKETS_ORIGINS", "https://b.example")
		p.env("CORS_ORIGINS", "https://d.example")
		Expect(sourceOf(p.loaded(), "sockets.origins")).To(Equal("env CORS_ORIGINS"))
		p.env("WEBSOCKET_CORS_ALLOWED_ORIGINS", "https://a.example")
		Expect(p.loaded().Config.Sockets.Origins).To(Equal("https://a.example"))
		Expect(config.Markdown()).To(ContainSubstring("`WEBSOCKET_CORS_ALLOWED_ORIGINS`, `CORS_ORIGINS`"))
	})

	It("are not all, by either name, unless that is said to be meant", func() {
		p.env("CORS_ORIGINS", "https://a.example, *")
		_, err := p.load()
		Expect(err).To(MatchError(And(ContainSubstring("(env CORS_ORIGINS)"), ContainSubstring("sockets.origins_any"))))
		p.env("TICKCAST_SOCKETS_ORIGINS_ANY", "true")
		Expect(p.loaded().Warnings).To(ConsistOf(ContainSubstring("INSECURE")))
		Expect(p.loaded().Config.Sockets.AnyOrigin()).To(BeTrue())
	})

	It("are not all because that would be allowed", func() {
		p.env("TICKCAST_SOCKETS_ORIGINS_ANY", "true")
		Expect(p.loaded().Config.Sockets.AnyOrigin()).To(BeFalse())
		Expect(p.loaded().Warnings).To(ConsistOf(ContainSubstring("sockets.origins_any: has no effect")))
	})

	It("are written as browsers send them", func() {
		p.env("CORS_ORIGINS", "https://b\u00fccher.example")
		_, err := p.load()
		Expect(err).To(MatchError(ContainSubstring("browsers send such a name as xn--")))
	})
})
