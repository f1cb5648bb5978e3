package server_test

import (
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/server"
	"github.com/tickstock/tickcast/server/bearer"
)

const tokenSecret = "a secret of the specs, long enough"

// tokenFor is the auth object of a handshake with a token of that user, good until then.
func tokenFor(user string, until time.Time, roles ...string) string {
	GinkgoHelper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": user, "exp": until.Unix(), "roles": roles}).
		SignedString([]byte(tokenSecret))
	Expect(err).NotTo(HaveOccurred())
	return asJSON(map[string]string{"token": token})
}

// byToken knows users by tokens, and by cookies too.
func byToken() *server.Proofs {
	GinkgoHelper()
	tokens, err := bearer.New(bearer.Config{Secret: tokenSecret})
	Expect(err).NotTo(HaveOccurred())
	return &server.Proofs{Tokens: tokens, Cookies: cookies(), Admins: []string{"6"}}
}

var _ = Describe("A token of the handshake", func() {
	later := time.Now().Add(time.Hour)

	DescribeTable("decides who the user is",
		func(auth func() string, cookie, user string) {
			s := startSiteProving(byToken(), 0)
			b := connectWith(auth(), "", s.url, "Cookie", cookie)
			Expect(b.next("connection_confirmed").payload()).To(ContainSubstring(`"user_id":"` + user + `"`))
		},
		Entry("alone", func() string { return tokenFor("7", later) }, "", "7"),
		Entry("before the cookie", func() string { return tokenFor("7", later) }, cookieOf1, "7"),
		Entry("not if there is none", func() string { return `{}` }, cookieOf1, "1"),
		Entry("not if it is null", func() string { return `{"token":null}` }, cookieOf1, "1"),
		Entry("not if it is empty", func() string { return `{"token":""}` }, cookieOf1, "1"),
		Entry("not by another name", func() string { return strings.Replace(tokenFor("7", later), "token", "TOKEN", 1) }, cookieOf1, "1"),
	)

	DescribeTable("that is bad is refused, whatever the cookie says",
		func(auth func() string, message string) {
			s := startSiteProving(byToken(), 0)
			Expect(refusedWith(auth(), s.url, 4, "/", "Cookie", cookieOf1)).To(Equal(`44{"message":"` + message + `"}`))
			Expect(s.health().Counters.Identities).To(HaveKeyWithValue(message, 1))
		},
		Entry("because it has expired", func() string { return tokenFor("7", time.Now().Add(-time.Hour)) }, "token expired"),
		Entry("because it was tampered with", func() string { return strings.Replace(tokenFor("7", later), `"}`, `x"}`, 1) }, "token signature invalid"),
		Entry("because it is none", func() string { return `{"token":"7"}` }, "token malformed"),
		Entry("because it is no text", func() string { return `{"token":{"sub":"7"}}` }, "token malformed"),
		Entry("because its user cannot be used", func() string { return tokenFor(strings.Repeat("7", 65), later) }, "token names no user"),
	)

	DescribeTable("makes an admin",
		func(auth func() string, admin bool) {
			s := startSiteProving(byToken(), 0)
			if !admin {
				Expect(refusedWith(auth(), s.url, 4, adminSpace)).To(ContainSubstring("admin rights needed"))
				return
			}
			connectWith(auth(), adminPrefix, s.url).next("connection_status_update")
		},
		Entry("by its roles", func() string { return tokenFor("7", later, "trader", "admin") }, true),
		Entry("by the list", func() string { return tokenFor("6", later) }, true),
		Entry("of nobody else", func() string { return tokenFor("7", later, "trader") }, false),
	)

	It("ends the connection with itself", func() {
		s := startSiteProving(byToken(), 0)
		cookie := enterBrowser(s.url, "Cookie", cookieOf1)
		b := connectWith(tokenFor("7", time.Now().Add(2*time.Second)), "", s.url)
		b.next("connection_confirmed")
		Eventually(b.events).WithTimeout(20 * time.Second).Should(Receive(HaveField("Name", "DISCONNECT")))
		Eventually(b.ended).Should(BeClosed())
		cookie.expectNothing()
		Expect(s.health().Counters.Cuts).To(HaveKeyWithValue("token expired", 1))
	})

	It("ends it in time, however seldom the application is asked", func() {
		proofs := byToken()
		proofs.Callback = startFlask().callback(time.Hour)
		b := connectWith(tokenFor("7", time.Now().Add(2*time.Second)), "", startSiteProving(proofs, 24*time.Hour).url)
		b.next("connection_confirmed")
		Eventually(b.events).WithTimeout(20 * time.Second).Should(Receive(HaveField("Name", "DISCONNECT")))
	})

	It("is nothing where none can be verified", func() {
		s := startSiteProving(&server.Proofs{Cookies: cookies()}, 0)
		b := connectWith(tokenFor("7", later), "", s.url)
		Expect(b.next("connection_confirmed").payload()).To(ContainSubstring(`"user_id":"anonymous"`))
	})

	It("never comes into the log", func() {
		s := startSiteProving(byToken(), 0)
		auth := tokenFor("7", time.Now().Add(-time.Hour))
		refusedWith(auth, s.url, 4, "/")
		Expect(s.log.String()).To(ContainSubstring("token expired"))
		for part := range strings.SplitSeq(auth, ".") {
			Expect(s.log.String()).NotTo(ContainSubstring(strings.Trim(part, `{"token:}`)))
		}
	})
})
