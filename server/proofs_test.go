package server_test

import (
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/server"
)

// outcome is what a browser with a cookie gets: who it is on "/", and whether it may enter the admins' namespace.
func outcome(s *site, cookie string) (user string, admin bool) {
	GinkgoHelper()
	answer := knock(s, adminSpace, cookie)
	admin = strings.HasPrefix(answer, `40{"sid":`)
	if main := knock(s, "/", cookie); strings.HasPrefix(main, "44") {
		Expect(admin).To(BeFalse())
		return main, false
	}
	b := connectBrowser(s.url, "Cookie", cookie)
	payload := b.next("connection_confirmed").payload()
	_, after, _ := strings.Cut(payload, `"user_id":"`)
	user, _, _ = strings.Cut(after, `"`)
	return user, admin
}

const (
	adminSpace = "/admin-ws"
	disabled   = `44{"message":"this account is disabled"}`
	unchecked  = `44{"message":"logins cannot be checked at the moment"}`
)

var _ = Describe("The application's answer to the auth callback", func() {
	var f *flask

	// alone: the callback names users. signed: the cookie, which is user 1's, must be good too.
	DescribeTable("decides who the user is",
		func(prepare func(), alone, signed, required string, admin bool) {
			f = startFlask()
			prepare()
			both := &server.Proofs{Callback: f.callback(0), Cookies: cookies(), Admins: []string{"1", "6"}}
			for _, c := range []struct {
				proofs *server.Proofs
				user   string
				admin  bool
			}{
				{&server.Proofs{Callback: f.callback(0), Admins: []string{"6"}}, alone, admin},
				{both, signed, admin},
				{&server.Proofs{Callback: f.callback(0), Required: true, Admins: []string{"6"}}, required, admin},
			} {
				user, isAdmin := outcome(startSiteProving(c.proofs, 0), cookieOf1)
				Expect(user).To(Equal(c.user))
				Expect(isAdmin).To(Equal(c.admin))
			}
		},
		Entry("a user", func() { f.says(200, `{"user_id":"7"}`) }, "7", "7", "7", false),
		Entry("an admin", func() { f.says(200, `{"user_id":7,"roles":["admin"]}`) }, "7", "7", "7", true),
		Entry("an admin by the list", func() { f.says(200, `{"user_id":6}`) }, "6", "6", "6", true),
		Entry("a disabled account", func() { f.says(200, `{"user_id":"7","disabled":true,"roles":["admin"]}`) }, disabled, disabled, disabled, false),
		Entry("nobody", func() { f.says(200, `{"user_id":null}`) }, "anonymous", "anonymous", "anonymous", false),
		Entry("unauthorized", func() { f.says(401, ``) }, "anonymous", "anonymous", "anonymous", false),
		Entry("a way to the login", func() {
			f.does(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) })
		}, "anonymous", "anonymous", "anonymous", false),
		// Without an answer nobody is an admin, the list notwithstanding: the cookie is user 1's, who is on it.
		Entry("500", func() { f.says(500, `{"user_id":"7"}`) }, "anonymous", "1", unchecked, false),
		Entry("garbage", func() { f.says(200, `<title>Log in</title>`) }, "anonymous", "1", unchecked, false),
		Entry("too much", func() { f.says(200, `{"user_id":"7","x":"`+strings.Repeat("x", 1<<20)+`"}`) }, "anonymous", "1", unchecked, false),
		Entry("silence", func() { f.hangs() }, "anonymous", "1", unchecked, false),
	)

	It("is not asked for about a cookie that is not good, or that names nobody", func() {
		f = startFlask()
		f.says(200, `{"user_id":"7","roles":["admin"]}`)
		s := startSiteProving(&server.Proofs{Callback: f.callback(0), Cookies: cookies()}, 0)
		for _, cookie := range []string{"", cookieTampered, cookieMangled, cookieOfNobody} {
			user, admin := outcome(s, cookie)
			Expect(user).To(Equal("anonymous"))
			Expect(admin).To(BeFalse())
		}
		Expect(f.asked.Load()).To(BeZero())
	})

	It("is not asked for about a browser that shows nothing", func() {
		f = startFlask()
		s := startSiteProving(&server.Proofs{Callback: f.callback(0)}, 0)
		enterBrowser(s.url)
		Expect(f.asked.Load()).To(BeZero())
	})

	It("is asked for once by a page with sockets in all namespaces", func() {
		f = startFlask()
		f.says(200, `{"user_id":"1","roles":["admin"]}`)
		s := startSiteProving(&server.Proofs{Callback: f.callback(time.Minute)}, 0)
		for _, namespace := range server.NamespaceNames() {
			Expect(knock(s, namespace, cookieOf1)).To(HavePrefix("40{"))
		}
		Expect(f.asked.Load()).To(BeEquivalentTo(1))
	})

	It("is waited for by nobody else", func() {
		f = startFlask()
		open := make(chan struct{})
		f.saysLate(open, `{"user_id":"7"}`)
		s := startSiteProving(&server.Proofs{Callback: f.callback(0)}, 0)
		other := enterBrowser(s.url)
		waiting := make(chan string, 1)
		go func() {
			defer GinkgoRecover()
			waiting <- knock(s, "/", cookieOf1)
		}()
		Eventually(f.asked.Load).Should(BeEquivalentTo(1))
		other.expectNothing()
		enterBrowser(s.url)
		Expect(waiting).NotTo(Receive())
		close(open)
		Eventually(waiting).Should(Receive(HavePrefix("40{")))
	})

	It("is reported to health, as long as there is none", func() {
		f = startFlask()
		s := startSiteProving(&server.Proofs{Callback: f.callback(0)}, 0)
		Expect(s.health().Auth.Callback).To(Equal("unknown"))
		f.says(500, "")
		enterBrowser(s.url, "Cookie", cookieOf1)
		Expect(s.health().Auth.Callback).To(Equal("silent"))
		Expect(s.health().Auth.Reason).To(Equal("bad status"))
		Expect(s.health().Status).To(Equal("warning"))
		Expect(s.health().Reasons).To(Equal([]string{"the auth callback gives no answer: bad status"}))
		Expect(s.ask("GET", "/readyz").status).To(Equal(200), "users are served")
		f.says(200, `{"user_id":"7"}`)
		enterBrowser(s.url, "Cookie", cookieOf1)
		Expect(s.health().Auth.Callback).To(Equal("answers"))
		Expect(s.health().Status).To(Equal("healthy"))
		text := s.ask("GET", "/metrics").body
		Expect(text).To(ContainSubstring(`tickcast_auth_callback_total{result="bad status"} 1`))
		Expect(text).To(ContainSubstring(`tickcast_auth_callback_total{result="user"} 1`))
		Expect(text).To(ContainSubstring(`tickcast_auth_callback_total{result="timeout"} 0`))
		Expect(text).To(ContainSubstring(`tickcast_identity_total{result="no answer"} 1`))
	})

	It("never puts a cookie into the log", func() {
		f = startFlask()
		s := startSiteProving(&server.Proofs{Callback: f.callback(0), Required: true}, 0)
		for _, status := range []int{200, 401, 500} {
			f.says(status, `{"user_id":"7","disabled":true}`)
			knock(s, "/", cookieOf1)
		}
		Expect(s.log.String()).NotTo(Or(ContainSubstring("eyJf"), ContainSubstring("Vj09")))
		Expect(s.log.String()).To(ContainSubstring(`"reason":"disabled"`))
		Expect(s.log.String()).To(ContainSubstring(`"reason":"unchecked"`))
	})
})

var _ = Describe("Health, where nobody is asked,", func() {
	It("says that there is no auth callback", func() {
		Expect(startSite(nil, nil).health().Auth.Callback).To(Equal("off"))
	})
})
