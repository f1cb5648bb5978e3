package server_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/server"
)

// vacant is an address where nobody listens, and a way to change that.
func vacant() (address string, occupy func(http.Handler)) {
	GinkgoHelper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	Expect(listener.Close()).To(Succeed())
	address = listener.Addr().String()
	return address, func(application http.Handler) {
		GinkgoHelper()
		listener, err := net.Listen("tcp", address)
		Expect(err).NotTo(HaveOccurred())
		server := &http.Server{Handler: application}
		var serving sync.WaitGroup
		serving.Go(func() { _ = server.Serve(listener) })
		DeferCleanup(func() {
			_ = server.Close()
			serving.Wait()
		})
	}
}

var _ = Describe("An application that is down", func() {
	var (
		s      *site
		occupy func(http.Handler)
	)
	BeforeEach(func() {
		noLeaks()
		var address string
		address, occupy = vacant()
		s = openSite(config.HTTP{Upstream: "http://" + address}, limits(), nil, server.Sources{})
	})

	It("is told to people on a page", func() {
		answer := s.ask("GET", "/dashboard?next=<script>", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
		Expect(answer.status).To(Equal(502))
		Expect(answer.header.Get("Content-Type")).To(Equal("text/html; charset=utf-8"))
		Expect(answer.header.Get("Retry-After")).To(Equal("5"))
		Expect(answer.header.Get("Cache-Control")).To(Equal("no-store"))
		Expect(answer.body).To(And(ContainSubstring("The application cannot be reached"), Not(ContainSubstring("script"))))
	})

	It("is told to programs in JSON", func() {
		answer := s.ask("POST", "/api/orders", "Accept", "application/json")
		Expect(answer.status).To(Equal(502))
		Expect(answer.header.Get("Content-Type")).To(Equal("application/json"))
		Expect(answer.body).To(MatchJSON(`{"error":"the application cannot be reached"}`))
	})

	It("is logged once, however many ask, and once when it is back", func() {
		for range 5 {
			s.ask("GET", "/")
		}
		Expect(strings.Count(s.log.String(), "the application cannot be reached")).To(Equal(1))
		Expect(s.log.String()).To(ContainSubstring(`"reason":"connection refused"`))
		occupy(http.HandlerFunc(fine))
		for range 5 {
			Expect(s.ask("GET", "/").body).To(Equal("fine"))
		}
		Expect(strings.Count(s.log.String(), "the application cannot be reached")).To(Equal(1))
		Expect(strings.Count(s.log.String(), "the application answers")).To(Equal(1))
	})

	It("makes health degraded, but neither readiness nor the sockets suffer", func() {
		Expect(s.health().Upstream.Reachable).To(BeNil(), "nobody has asked yet")
		Expect(s.health().Status).To(Equal("healthy"))
		s.ask("GET", "/")
		body := s.health()
		Expect(body.Status).To(Equal("degraded"))
		Expect(body.Reasons).To(Equal([]string{"the application cannot be reached: connection refused"}))
		Expect(body.Upstream.Reachable).To(HaveValue(BeFalse()))
		Expect(body.Upstream.Since).NotTo(BeNil())
		Expect(s.ask("GET", "/readyz").status).To(Equal(200))
		b := enterBrowser(s.url)
		s.sockets.Router().Route(alert("Doji"))
		b.next("pattern_alert")

		occupy(http.HandlerFunc(fine))
		s.ask("GET", "/")
		Expect(s.health().Status).To(Equal("healthy"))
		Expect(s.health().Upstream.Reachable).To(HaveValue(BeTrue()))
	})

	It("is counted", func() {
		s.ask("GET", "/")
		occupy(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(map[string]int{"/3": 304, "/4": 404, "/5": 500}[r.URL.Path])
		}))
		for _, path := range []string{"/3", "/4", "/4", "/5"} {
			s.ask("GET", path)
		}
		text := s.ask("GET", "/metrics").body
		for result, n := range map[string]string{"1xx": "0", "2xx": "0", "3xx": "1", "4xx": "2", "5xx": "1", "unreachable": "1", "canceled": "0"} {
			Expect(text).To(ContainSubstring("tickcast_upstream_requests_total{result=\"" + result + "\"} " + n + "\n"))
		}
	})

	It("does not keep who uploads slowly waiting", func() {
		conn := s.dial()
		_, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nbegin")
		Expect(err).NotTo(HaveOccurred())
		line := make([]byte, len("HTTP/1.1 502"))
		_, err = io.ReadFull(conn, line)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(line)).To(Equal("HTTP/1.1 502"))
		_, err = io.Copy(io.Discard, conn)
		Expect(err).NotTo(HaveOccurred(), "nor does it wait for the rest of what nobody will read")
	})

	It("is as good as one that hangs up without an answer", func() {
		occupy(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
		Expect(s.ask("POST", "/").status).To(Equal(502))
		Expect(s.health().Upstream.Reason).To(Equal("EOF"))
	})
})

var _ = Describe("Health without an application", func() {
	It("says that there is none", func() {
		Expect(startSite(nil, nil).health().Upstream).To(BeNil())
	})
})
