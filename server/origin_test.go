package server_test

import (
	"net/http"

	"github.com/gobwas/ws"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The origin of a page", func() {
	DescribeTable("decides whether it may connect",
		func(host, origin string, allowed bool) {
			s := startSite(nil, nil)
			for method, fine := range map[string]int{http.MethodGet: http.StatusOK, http.MethodPost: http.StatusBadRequest} {
				r, err := http.NewRequest(method, s.url+"/socket.io/?EIO=4&transport=polling", nil)
				Expect(err).NotTo(HaveOccurred())
				r.Host = host
				if origin != "" {
					r.Header.Set("Origin", origin)
				}
				res, err := http.DefaultClient.Do(r)
				Expect(err).NotTo(HaveOccurred())
				Expect(res.Body.Close()).To(Succeed())
				if !allowed {
					Expect(res.StatusCode).To(Equal(http.StatusForbidden), method)
					Expect(res.Header).NotTo(HaveKey("Access-Control-Allow-Origin"))
					continue
				}
				Expect(res.StatusCode).To(Equal(fine), "%s: a handshake is a GET", method)
				Expect(res.Header.Get("Access-Control-Allow-Origin")).To(Equal(origin))
			}
			http.DefaultClient.CloseIdleConnections()
		},
		Entry("none: a script", "tick.example", "", true),
		Entry("our own", "tick.example", "http://tick.example", true),
		Entry("our own behind TLS", "tick.example", "https://tick.example", true),
		Entry("our own in capitals", "Tick.example:5000", "http://TICK.example:5000", true),
		Entry("listed", "tick.example", "https://app.example", true),
		Entry("listed with its default port", "tick.example", "https://app.example:443", true),
		Entry("loopback by another name", "localhost:5000", "http://127.0.0.1:5000", true),
		Entry("loopback by IPv6", "127.0.0.1:5000", "http://[::1]:5000", true),
		Entry("another port of ours", "tick.example:5000", "http://tick.example:5001", false),
		Entry("loopback, another port", "localhost:5000", "http://127.0.0.1:5001", false),
		Entry("listed, but with another scheme", "tick.example", "http://app.example", false),
		Entry("foreign", "tick.example", "https://evil.example", false),
		Entry("ours as a prefix", "tick.example", "http://tick.example.evil", false),
		Entry("ours as a suffix", "tick.example", "http://eviltick.example", false),
		Entry("a look-alike", "tick.example", "http://t\u0456ck.example", false),
		Entry("null", "tick.example", "null", false),
		Entry("a file", "tick.example", "file://", false),
		Entry("ours as the user of another", "tick.example", "http://tick.example@evil.example", false),
	)

	It("must be one: a second is not overlooked", func() {
		s := startSite(nil, nil)
		r, err := http.NewRequest(http.MethodGet, s.url+"/socket.io/?EIO=4&transport=polling", nil)
		Expect(err).NotTo(HaveOccurred())
		r.Header["Origin"] = []string{s.url, "http://evil.example"}
		res, err := http.DefaultClient.Do(r)
		Expect(err).NotTo(HaveOccurred())
		Expect(res.Body.Close()).To(Succeed())
		Expect(res.StatusCode).To(Equal(http.StatusForbidden))
		http.DefaultClient.CloseIdleConnections()
	})

	It("keeps a foreign page's websocket out", func(ctx SpecContext) {
		s := startSite(nil, nil)
		dialer := ws.Dialer{Header: ws.HandshakeHeaderHTTP{"Origin": {"http://evil.example"}}}
		_, _, _, err := dialer.Dial(ctx, "ws"+s.url[len("http"):]+"/socket.io/?EIO=4&transport=websocket")
		Expect(err).To(MatchError(ws.StatusError(http.StatusForbidden)))
	})
})
