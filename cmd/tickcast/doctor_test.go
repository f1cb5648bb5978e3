package main

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"github.com/tickstock/tickcast/cmd/tickcast/doctor"
)

// diagnosis is what `doctor --json` finds by its rows.
func diagnosis(args ...string) (found map[string]doctor.Finding, code int) {
	GinkgoHelper()
	s := start(append([]string{"doctor", "--json", "--listen", "100ms"}, args...)...)
	code = s.exit()
	var report struct{ Checks []doctor.Finding }
	Expect(json.Unmarshal(s.stdout.Contents(), &report)).To(Succeed())
	found = map[string]doctor.Finding{}
	for _, f := range report.Checks {
		found[f.Name] = f
	}
	Expect(s.out() + s.err()).NotTo(ContainSubstring("planted"))
	return found, code
}

// balance takes requests to the instances in turns, each changed on its way.
func balance(change func(*http.Request), pages ...string) string {
	GinkgoHelper()
	var turn atomic.Int64
	front := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		next, err := url.Parse(pages[int(turn.Add(1))%len(pages)])
		if err != nil {
			panic(err)
		}
		r.SetURL(next)
		r.Out.Host = r.In.Host
		change(r.Out)
	}})
	DeferCleanup(front.Close)
	return front.URL
}

func unchanged(*http.Request) {}

var _ = Describe("doctor", func() {
	var page string // of an instance that runs

	BeforeEach(func() {
		forgetSettings()
		before := gleak.Goroutines()
		DeferCleanup(func() {
			http.DefaultClient.CloseIdleConnections()
			Eventually(gleak.Goroutines).WithTimeout(patience).ShouldNot(gleak.HaveLeaked(before))
		})
		GinkgoT().Setenv("APP_HOST", "127.0.0.1")
		GinkgoT().Setenv("APP_PORT", "0")
		GinkgoT().Setenv("REDIS_URL", "redis://"+someRedis())
		GinkgoT().Setenv("TICKCAST_DRAIN_SPREAD", "0")
	})

	serving := func() string {
		GinkgoHelper()
		s := start("serve")
		DeferCleanup(func() { s.stop(); Expect(s.exit()).To(Equal(exitOK)) })
		return strings.TrimSuffix(s.page(), "/")
	}

	It("looks at what serve would use, and ends well", func() {
		found, code := diagnosis()
		Expect(code).To(Equal(exitOK))
		Expect(found["redis"]).To(HaveField("Status", doctor.OK))
		Expect(found).To(HaveLen(14))
	})

	It("makes one check alone, if it is asked to", func() {
		found, code := diagnosis("--only", "redis", "--only", "producer,port")
		Expect(code).To(Equal(exitOK))
		Expect(found).To(And(HaveLen(3), HaveKey("redis"), HaveKey("producer"), HaveKey("port")))
		s := start("doctor", "--only", "luck")
		Expect(s.exit()).To(Equal(exitUsage))
		Expect(s.err()).To(ContainSubstring(`--only: no check is called "luck"; there are configuration, port, `))
	})

	It("prints a line a row, and what to mend below it", func() {
		s := start("doctor", "--listen", "1ms")
		Expect(s.exit()).To(Equal(exitOK))
		Expect(s.out()).To(And(
			MatchRegexp(`(?m)^ok    port                 any free port will be taken$`),
			MatchRegexp(`(?m)^warn  sessions             everybody is anonymous.*\n {27}→ set FLASK_SECRET_KEY`)))
	})

	It("ends with code 1 if something fails, as text and as JSON", func() {
		GinkgoT().Setenv("REDIS_URL", "redis://:planted@127.0.0.1:1")
		_, code := diagnosis()
		Expect(code).To(Equal(exitFailure))
		s := start("doctor", "--listen", "1ms")
		Expect(s.exit()).To(Equal(exitFailure))
		Expect(s.out()).To(ContainSubstring("fail  redis"))
		Expect(s.err()).To(Equal("tickcast: 1 of 5 checks failed\n"))
	})

	It("never says a secret", func() {
		GinkgoT().Setenv("REDIS_URL", "redis://planted-user:planted-password@127.0.0.1:1/0?sentinel_password=planted-other")
		GinkgoT().Setenv("FLASK_SECRET_KEY", "planted-secret-of-flask")
		GinkgoT().Setenv("SECRET_KEY_FALLBACKS", "planted")
		_, code := diagnosis("--cookie", "session=planted.planted.planted", "--log-level", "trace")
		Expect(code).To(Equal(exitFailure))
	})

	It("knows a configuration that cannot be used, and a URL", func() {
		GinkgoT().Setenv("APP_PORT", "x")
		s := start("doctor")
		Expect(s.exit()).To(Equal(exitUsage))
		Expect(s.err()).To(ContainSubstring(`http.port = "x" (env APP_PORT)`))
		Expect(start("doctor", "--port", "0", "--url", "app.example").exit()).To(Equal(exitUsage))
	})

	It("warns of what the configuration warns of", func() {
		GinkgoT().Setenv("WEBSOCKET_PING_INTERVAL", "25000")
		found, _ := diagnosis()
		Expect(found["configuration"]).To(And(HaveField("Status", doctor.Warning), HaveField("Says", ContainSubstring("25000 is read as milliseconds"))))
	})

	It("knows itself on its port, and others", func() {
		_, port, err := net.SplitHostPort(strings.TrimPrefix(serving(), "http://"))
		Expect(err).NotTo(HaveOccurred())
		found, code := diagnosis("--port", port)
		Expect(code).To(Equal(exitOK))
		Expect(found["port"].Says).To(HavePrefix("tickcast " + readVersion().Version + " serves at 127.0.0.1:" + port))
		Expect(found["listeners"].Says).To(HavePrefix("each of the producer's 40 channels has 1 listening"))

		other := httptest.NewServer(http.NotFoundHandler())
		DeferCleanup(other.Close)
		_, port, err = net.SplitHostPort(other.Listener.Addr().String())
		Expect(err).NotTo(HaveOccurred())
		found, code = diagnosis("--port", port)
		Expect(code).To(Equal(exitFailure))
		Expect(found["port"].Says).To(Equal("127.0.0.1:" + port + " is taken by a process that is no tickcast: it answers with status 404"))
	})

	Context("with an instance that runs", func() {
		BeforeEach(func() { page = serving() })

		It("goes the way of a browser", func() {
			found, code := diagnosis("--url", page)
			Expect(code).To(Equal(exitOK))
			for _, row := range []string{"host header", "websocket", "polling"} {
				Expect(found[row].Status).To(Equal(doctor.OK), "%v", found[row])
			}
			Expect(found["instance"].Says).To(HavePrefix("tickcast "))
			Eventually(func() string { _, health := get(page + "/api/websocket/health"); return health }).WithTimeout(patience).
				Should(ContainSubstring(`"connections":{"total":0,`), "it leaves no session behind")
		})

		It("passes a balancer that keeps a browser at its instance", func() {
			found, _ := diagnosis("--url", balance(unchanged, page))
			Expect(found["polling"].Status).To(Equal(doctor.OK))
		})

		It("finds a balancer that does not", func() {
			found, code := diagnosis("--url", balance(unchanged, page, serving()))
			Expect(code).To(Equal(exitFailure))
			Expect(found["polling"].Status).To(Equal(doctor.Failure))
			Expect(found["polling"].Says).To(HavePrefix("8 of 8 sessions were not known at the second request"))
			Expect(found["polling"].Mend).To(HavePrefix("polling needs sticky sessions"))
			Expect(found["websocket"].Status).To(Equal(doctor.OK))
		})

		It("finds a proxy that changes the Host header", func() {
			found, _ := diagnosis("--url", balance(func(r *http.Request) { r.Host = "backend:5000" }, page))
			Expect(found["host header"]).To(And(HaveField("Status", doctor.Failure), HaveField("Mend", ContainSubstring("proxy_set_header Host"))))
		})

		It("finds a proxy that tells of another scheme than the browser's", func() {
			GinkgoT().Setenv("TRUSTED_PROXIES", "127.0.0.1")
			behind := balance(func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "https") }, serving())
			found, _ := diagnosis("--url", behind)
			Expect(found["host header"]).To(And(HaveField("Status", doctor.Failure), HaveField("Says", HaveSuffix("X-Forwarded-Proto becomes https"))))
		})

		It("knows that somebody else speaks TLS, and whether it is believed", func() {
			secure := httptest.NewTLSServer(http.NotFoundHandler())
			DeferCleanup(secure.Close)
			found, _ := diagnosis("--url", secure.URL)
			Expect(found["proxy headers"]).To(And(HaveField("Status", doctor.Warning), HaveField("Mend", ContainSubstring("TRUSTED_PROXIES"))))
			GinkgoT().Setenv("TRUSTED_PROXIES", "10.0.0.1")
			found, _ = diagnosis("--url", secure.URL)
			Expect(found["proxy headers"].Status).To(Equal(doctor.OK))
			found, _ = diagnosis("--url", page)
			Expect(found).NotTo(HaveKey("proxy headers"))
		})

		It("finds a proxy that lets no websocket through", func() {
			found, _ := diagnosis("--url", balance(func(r *http.Request) { r.Header.Del("Upgrade"); r.Header.Del("Connection") }, page))
			Expect(found["websocket"]).To(And(HaveField("Status", doctor.Failure), HaveField("Mend", ContainSubstring("proxy_set_header Upgrade"))))
			Expect(found["polling"].Status).To(Equal(doctor.OK))
		})

		It("finds nobody where nobody is", func() {
			other := httptest.NewServer(http.NotFoundHandler())
			DeferCleanup(other.Close)
			found, code := diagnosis("--url", other.URL+"/")
			Expect(code).To(Equal(exitFailure))
			Expect(found["instance"].Says).To(HaveSuffix("is no tickcast: it answers with status 404"))
			Expect(found["polling"].Says).To(HaveSuffix("the handshake ends with status 404"))
			Expect(found["websocket"].Status).To(Equal(doctor.Failure))
			Expect(found).NotTo(HaveKey("host header"))
		})

		DescribeTable("tells of an origin",
			func(origin string, status doctor.Status, says string) {
				GinkgoT().Setenv("WEBSOCKET_CORS_ALLOWED_ORIGINS", "https://app.example")
				page := serving() // which knows the list
				_, port, err := net.SplitHostPort(strings.TrimPrefix(page, "http://"))
				Expect(err).NotTo(HaveOccurred())
				found, _ := diagnosis("--url", page, "--origin", strings.ReplaceAll(origin, "PORT", port))
				Expect(found["origin"].Status).To(Equal(status), found["origin"].Says)
				Expect(found["origin"].Says).To(ContainSubstring(says))
			},
			Entry("that is its own", "http://127.0.0.1:PORT", doctor.OK, "the same host and port"),
			Entry("whose cookies it does not get", "http://localhost:PORT", doctor.Warning, "the cookies of localhost are not sent to 127.0.0.1"),
			Entry("that is listed", "https://app.example", doctor.Warning, "listed in sockets.origins; but the cookies of app.example are not sent"),
			Entry("that is foreign", "https://evil.example", doctor.Failure, "are refused: it is neither"),
			Entry("of another port", "http://127.0.0.1:1", doctor.Failure, "are refused: it is neither"),
			Entry("that is none", "app.example", doctor.Failure, "not the origin of a page"),
		)

		It("tells of an origin that the instance does not know yet", func() {
			GinkgoT().Setenv("WEBSOCKET_CORS_ALLOWED_ORIGINS", "https://app.example")
			found, _ := diagnosis("--url", page, "--origin", "https://app.example")
			Expect(found["origin"]).To(And(HaveField("Status", doctor.Failure), HaveField("Says", ContainSubstring("admitted by these settings"))))
		})
	})
})
