package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/server"
)

// cookieOf1Later is what Flask has made of cookieOf1 some time later: another text, the same user.
const cookieOf1Later = "theme=dark; " + cookieOf1

// poll opens a polling session and returns the path of its requests.
func poll(s *site, cookie string) string {
	GinkgoHelper()
	const path = "/socket.io/?EIO=4&transport=polling"
	opened := s.ask("GET", path, "Cookie", cookie)
	Expect(opened.status).To(Equal(http.StatusOK))
	var hello struct{ SID string }
	Expect(json.Unmarshal([]byte(strings.TrimPrefix(opened.body, "0")), &hello)).To(Succeed())
	return path + "&sid=" + hello.SID
}

var _ = Describe("A polling session's name, in the wrong hands,", func() {
	DescribeTable("is of no use",
		func(opened, sent string, status int) {
			s := startSiteProving(&server.Proofs{Cookies: cookies()}, 0)
			path := poll(s, opened)
			Expect(s.ask("POST", path, "Cookie", sent).status).To(Equal(status))
		},
		// 400 is an empty body's: the request itself was let in.
		Entry("unless it is the user's own", cookieOf1, cookieOf1, 400),
		Entry("unless it is the user's own with another cookie", cookieOf1, cookieOf1Later, 400),
		Entry("to another user", cookieOf1, cookieOf42, 403),
		Entry("to nobody", cookieOf1, "", 403),
		Entry("with a cookie that was tampered with", cookieOf1, cookieTampered, 403),
		Entry("with a cookie of nobody", cookieOf1, cookieOfNobody, 403),
		Entry("to a user who wants to be nobody", "", cookieOf1, 403),
		Entry("unless both are nobody", "", "theme=dark", 400),
	)

	It("is of no use where the application alone knows users", func() {
		f := startFlask()
		f.does(func(w http.ResponseWriter, r *http.Request) {
			user, _, _ := strings.Cut(r.Header.Get("Cookie"), ".")
			_, _ = w.Write([]byte(`{"user_id":"` + user + `"}`))
		})
		s := startSiteProving(&server.Proofs{Callback: f.callback(time.Minute)}, 0)
		Expect(s.ask("POST", poll(s, "7.a"), "Cookie", "7.b").status).To(Equal(400))
		Expect(s.ask("POST", poll(s, "7.a"), "Cookie", "8.a").status).To(Equal(403))
		asked := f.asked.Load()
		path := poll(s, "7.a")
		for range 2 {
			Expect(s.ask("POST", path+"&x=1", "Cookie", "8.a").status).To(Equal(403))
		}
		Expect(f.asked.Load()).To(Equal(asked), "it has said that before")

		f.says(500, "")
		s.sockets.Kick("7")
		Expect(s.ask("POST", path, "Cookie", "7.c").status).To(Equal(403), "while it cannot be asked")
		Expect(s.ask("POST", poll(s, "7.a"), "Cookie", "").status).To(Equal(403), "who began then may be somebody")
	})

	It("is counted on its own", func() {
		s := startSiteProving(&server.Proofs{Cookies: cookies()}, 0)
		s.ask("GET", poll(s, cookieOf1), "Cookie", cookieOf42)
		Expect(s.ask("GET", "/metrics").body).To(ContainSubstring(`tickcast_requests_refused_total{cause="other_user"} 1`))
	})

	It("is not asked about where nobody is known", func() {
		s := startSite(nil, nil)
		Expect(s.ask("POST", poll(s, cookieOf1), "Cookie", cookieOf42).status).To(Equal(400))
	})
})
