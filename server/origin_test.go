package server_test

import (
	"context"
	"net/http"

	"github.com/gobwas/ws"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/server"
)

var _ = Describe("The origin of a page", func() {
	DescribeTable("decides whether it may connect",
		func(ctx SpecContext, host, origin string, allowed bool) {
			startSite(nil, nil).judge(ctx, allowed, "Host", host, "Origin", origin)
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
		Entry("another as the user of ours", "tick.example", "http://evil.example@tick.example", false),
		Entry("ours with a path", "tick.example", "http://tick.example/evil.example", false),
		Entry("ours with a slash", "tick.example", "http://tick.example/", false),
		Entry("ours with a trailing dot", "tick.example", "http://tick.example.", false),
		Entry("ours within another", "tick.example", "http://evil.tick.example", false),
		Entry("ours with another after it", "tick.example", "http://tick.example http://evil.example", false),
		Entry("ours with its default port", "tick.example", "http://tick.example:80", true),
		Entry("ours where the host names the default port", "tick.example:80", "http://tick.example", true),
		Entry("ours behind TLS, where the host names its port", "tick.example:443", "https://tick.example", true),
		Entry("ours with the port of another scheme", "tick.example", "http://tick.example:443", false),
		Entry("ours without a port", "tick.example", "http://tick.example:", false),
		Entry("ours in the letters that browsers send", "xn--tck-0ma.example", "http://xn--tck-0ma.example", true),
		Entry("ours in other letters", "xn--tck-0ma.example", "http://t\u00eck.example", false),
		Entry("listed in capitals", "tick.example", "HTTPS://App.Example", true),
		Entry("listed as a suffix of another", "tick.example", "https://app.example.evil", false),
		Entry("listed with another port", "tick.example", "https://app.example:444", false),
		Entry("all, though nobody has listed that", "tick.example", "*", false),
		Entry("another scheme of the loopback", "localhost:5000", "file://localhost:5000", false),
		Entry("an extension of the browser", "tick.example", "chrome-extension://tick.example", false),
	)

	DescribeTable("is compared with the address by which the browser knows us:",
		func(ctx SpecContext, trusted, host, proto, origin string, allowed bool) {
			noLeaks()
			s := openSite(config.HTTP{TrustedProxies: trusted}, limits(), nil, server.Sources{})
			s.judge(ctx, allowed, "Host", "inner:5000", "X-Forwarded-Host", host, "X-Forwarded-Proto", proto, "Origin", origin)
		},
		Entry("the one that our proxy tells", "127.0.0.1", "tick.example", "https", "https://tick.example", true),
		Entry("with its port", "127.0.0.1", "tick.example:8443", "https", "https://tick.example:8443", true),
		Entry("and its default port", "127.0.0.1", "tick.example:443", "wss", "https://tick.example", true),
		Entry("not with another scheme", "127.0.0.1", "tick.example", "https", "http://tick.example", false),
		Entry("not the other way round", "127.0.0.1", "tick.example", "http", "https://tick.example", false),
		Entry("not the one by which the proxy knows us", "127.0.0.1", "tick.example", "http", "http://inner:5000", false),
		Entry("the host that it passes on, if it tells of none", "127.0.0.1", "", "https", "https://inner:5000", true),
		Entry("not the one that a stranger tells", "", "tick.example", "https", "https://tick.example", false),
		Entry("nor a stranger beside our proxy", "10.0.0.0/8", "evil.example", "http", "http://evil.example", false),
		Entry("a stranger's scheme changes nothing either", "", "", "https", "http://inner:5000", true),
		Entry("not what was there before our proxy added its own", "127.0.0.1", "evil.example, tick.example", "https", "https://evil.example", false),
		Entry("a listed one all the same", "127.0.0.1", "tick.example", "https", "https://app.example", true),
	)

	DescribeTable("does not matter where every site may connect:", func(ctx SpecContext, origin string, allowed bool) {
		noLeaks()
		cfg := limits()
		cfg.Origins, cfg.OriginsAny = "*", true
		openSite(config.HTTP{}, cfg, nil, server.Sources{}).judge(ctx, allowed, "Host", "tick.example", "Origin", origin)
	},
		Entry("a foreign one", "https://evil.example", true),
		Entry("null", "null", true),
	)

	DescribeTable("decides what is answered to a browser that asks before it sends",
		func(ctx SpecContext, origin string, status int, methods, headers string) {
			s := startSite(nil, nil)
			r, err := http.NewRequestWithContext(ctx, http.MethodOptions, s.url+"/socket.io/?EIO=4&transport=polling", nil)
			Expect(err).NotTo(HaveOccurred())
			r.Header.Set("Origin", origin)
			r.Header.Set("Access-Control-Request-Method", "POST")
			r.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
			res, err := http.DefaultClient.Do(r)
			Expect(err).NotTo(HaveOccurred())
			Expect(res.Body.Close()).To(Succeed())
			http.DefaultClient.CloseIdleConnections()
			Expect(res.StatusCode).To(Equal(status))
			Expect(res.Header.Get("Access-Control-Allow-Methods")).To(Equal(methods))
			Expect(res.Header.Get("Access-Control-Allow-Headers")).To(Equal(headers))
		},
		Entry("for a listed page", "https://app.example", http.StatusNoContent, "GET, POST", "authorization,content-type"),
		Entry("for a foreign page", "https://evil.example", http.StatusForbidden, "", ""),
	)

	It("matters where * is listed and not meant", func(ctx SpecContext) {
		noLeaks()
		cfg := limits()
		cfg.Origins = "*"
		openSite(config.HTTP{}, cfg, nil, server.Sources{}).judge(ctx, false, "Host", "tick.example", "Origin", "https://evil.example")
	})

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
})

// judge asks by polling with GET, by polling with POST, and by websocket: the answer must be one.
func (s *site) judge(ctx context.Context, allowed bool, header ...string) {
	GinkgoHelper()
	head, origin := http.Header{}, ""
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Origin" {
			origin = header[i+1]
		}
		if header[i+1] != "" {
			head.Set(header[i], header[i+1])
		}
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for method, fine := range map[string]int{http.MethodGet: http.StatusOK, http.MethodPost: http.StatusBadRequest} {
		r, err := http.NewRequestWithContext(ctx, method, s.url+"/socket.io/?EIO=4&transport=polling", nil)
		Expect(err).NotTo(HaveOccurred())
		r.Header, r.Host = head, head.Get("Host")
		res, err := client.Do(r)
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
	dialer := ws.Dialer{Host: head.Get("Host"), Header: ws.HandshakeHeaderHTTP(head)}
	delete(head, "Host")
	conn, _, _, err := dialer.Dial(ctx, "ws"+s.url[len("http"):]+"/socket.io/?EIO=4&transport=websocket")
	if !allowed {
		Expect(err).To(MatchError(ws.StatusError(http.StatusForbidden)))
		return
	}
	Expect(err).NotTo(HaveOccurred())
	Expect(conn.Close()).To(Succeed())
}
