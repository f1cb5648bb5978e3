package engineio_test

import (
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/gobwas/ws"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// owned is patient where a cookie "7.anything" is user 7's; who is "?" is not known. asked counts the questions.
func owned(asked *atomic.Int32) *host {
	GinkgoHelper()
	cfg := patient
	cfg.Owner = func(r *http.Request) (string, bool) {
		asked.Add(1)
		user, _, _ := strings.Cut(r.Header.Get("Cookie")+r.Header.Get("Authorization"), ".")
		return strings.Trim(user, "?"), user != "?"
	}
	return start(cfg)
}

var _ = Describe("A session that polls", func() {
	var (
		asked *atomic.Int32
		h     *host
	)
	BeforeEach(func() {
		asked = &atomic.Int32{}
		h = owned(asked)
	})
	open := func(header ...string) (query string) {
		GinkgoHelper()
		return "EIO=4&transport=polling&sid=" + sidOf(h.request("GET", "EIO=4&transport=polling", "", header...).Body)
	}

	DescribeTable("takes requests of",
		func(status int, opened, sent []string) {
			query := open(opened...)
			Expect(h.request("POST", query, "4hello", sent...).Status).To(Equal(status))
			if status != http.StatusOK {
				Expect(h.request("POST", query, "4hello", opened...).Status).To(Equal(http.StatusOK), "it is still the owner's")
				Expect(h.Stats().Refused).To(HaveKeyWithValue("other_user", BeEquivalentTo(1)))
			}
			Expect(h.request("GET", query, "", opened...).Body).To(Equal("4hello"), "once")
		},
		Entry("who opened it", 200, []string{"Cookie", "7.a"}, []string{"Cookie", "7.a"}),
		Entry("who opened it, with a new cookie", 200, []string{"Cookie", "7.a"}, []string{"Cookie", "7.b"}),
		Entry("nobody in particular, if nobody opened it", 200, nil, []string{"Cookie", ".theme"}),
		Entry("nobody else", 403, []string{"Cookie", "7.a"}, []string{"Cookie", "8.a"}),
		Entry("nobody without a cookie", 403, []string{"Cookie", "7.a"}, nil),
		Entry("nobody by another header", 403, []string{"Cookie", "7.a"}, []string{"Authorization", "8.a"}),
		Entry("no user, if nobody opened it", 403, nil, []string{"Cookie", "7.a"}),
		Entry("the same browser while its user is not known", 200, []string{"Cookie", "?.a"}, []string{"Cookie", "?.a"}),
		Entry("no other while the user is not known", 403, []string{"Cookie", "?.a"}, []string{"Cookie", "?.b"}),
		Entry("nobody while the user is not known", 403, []string{"Cookie", "?.a"}, []string{"Cookie", ".theme"}),
		Entry("no user whom it has not known", 403, []string{"Cookie", "?.a"}, []string{"Cookie", "7.a"}),
	)

	It("gives nothing to another user's poll", func() {
		query := open("Cookie", "7.a")
		Expect(h.request("POST", query, "4secret", "Cookie", "7.a").Status).To(Equal(200))
		Expect(h.request("GET", query, "", "Cookie", "8.a")).To(Equal(answer{403, `{"code":4,"message":"Forbidden"}` + "\n", "application/json"}))
		Expect(h.request("GET", query, "", "Cookie", "7.a").Body).To(Equal("4secret"))
	})

	It("is not taken over by another user's websocket", func(ctx SpecContext) {
		query := strings.Replace(open("Cookie", "7.a"), "polling", "websocket", 1)
		dial := func(cookie string) error {
			dialer := ws.Dialer{Header: ws.HandshakeHeaderHTTP{"Cookie": {cookie}}}
			conn, _, _, err := dialer.Dial(ctx, "ws"+strings.TrimPrefix(h.URL, "http")+"?"+query)
			if err == nil {
				DeferCleanup(conn.Close)
			}
			return err
		}
		Expect(dial("8.a")).To(MatchError(ws.StatusError(403)))
		Expect(dial("7.b")).To(Succeed())
	})

	It("asks who it is once for each cookie, not for each request", func() {
		query := open("Cookie", "7.a")
		for _, cookie := range []string{"7.a", "7.a", "7.b", "7.b", "7.b"} {
			Expect(h.request("POST", query, "4hello", "Cookie", cookie).Status).To(Equal(200))
		}
		Expect(asked.Load()).To(BeEquivalentTo(2))
	})

	It("asks nobody when it began as a websocket", func(ctx SpecContext) {
		conn, _, _, err := ws.Dial(ctx, "ws"+strings.TrimPrefix(h.URL, "http")+"?EIO=4&transport=websocket")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(conn.Close)
		Expect(asked.Load()).To(BeZero())
	})
})
