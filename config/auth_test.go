package config_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/config"
)

var _ = Describe("Auth", func() {
	var p *place
	BeforeEach(func() { p = emptyPlace() })

	It("is Flask's way unless somebody says otherwise, with everybody anonymous", func() {
		auth := p.loaded().Config.Auth
		Expect(auth).To(Equal(config.Auth{
			CookieName: "session", Salt: "cookie-session", Digest: "sha1", MaxAge: 31 * 24 * time.Hour, Leeway: 30 * time.Second, Anonymous: "allow",
			CallbackTimeout: 2 * time.Second, CallbackCache: 30 * time.Second, Recheck: time.Minute,
		}))
		Expect(auth.Verified()).To(BeFalse())
		Expect(auth.LoginOnly()).To(BeFalse())
		Expect(auth.Secrets()).To(BeEmpty())
		Expect(auth.Admins()).To(BeEmpty())
	})

	It("takes the names and units of Flask's settings", func() {
		p.env("FLASK_SECRET_KEY", "hunter2\n")
		p.env("SECRET_KEY_FALLBACKS", "hunter1, hunter0,,")
		p.env("SESSION_COOKIE_NAME", "tickstock")
		p.env("PERMANENT_SESSION_LIFETIME", "86400")
		p.env("ADMIN_USERS", " 1, 7,")
		p.env("TICKCAST_AUTH_ANONYMOUS", "deny")
		auth := p.loaded().Config.Auth
		Expect(auth.Verified()).To(BeTrue())
		Expect(auth.Secrets()).To(Equal([]string{"hunter2", "hunter1", "hunter0"}))
		Expect(auth.CookieName).To(Equal("tickstock"))
		Expect(auth.MaxAge).To(Equal(24 * time.Hour))
		Expect(auth.Admins()).To(Equal([]string{"1", "7"}))
		Expect(auth.LoginOnly()).To(BeTrue())
	})

	It("shows no secret in any way", func() {
		p.env("FLASK_SECRET_KEY", "hunter2")
		p.env("SECRET_KEY_FALLBACKS", "hunter1,hunter0")
		l := p.loaded()
		asJSON, err := json.Marshal(l.Config)
		Expect(err).NotTo(HaveOccurred())
		shown := fmt.Sprintf("%v %+v %#v %s %v %v", l.Config, l.Config, l.Config, asJSON, l.Effective(), l.Warnings)
		Expect(shown).NotTo(ContainSubstring("hunter"))
		Expect(shown).To(ContainSubstring("auth.secret_fallbacks ***"))
	})

	DescribeTable("is refused with",
		func(name, value, message string) {
			p.env("FLASK_SECRET_KEY", "hunter2")
			p.env(name, value)
			_, err := p.load()
			Expect(err).To(MatchError(ContainSubstring(message)))
		},
		Entry("a digest that Flask has not", "TICKCAST_AUTH_DIGEST", "md5", "auth.digest"),
		Entry("a policy that is none", "TICKCAST_AUTH_ANONYMOUS", "perhaps", "must be one of allow, deny"),
		Entry("a cookie's name with a value", "SESSION_COOKIE_NAME", "session=1", "not a name that a cookie can have"),
		Entry("a session of no time", "PERMANENT_SESSION_LIFETIME", "0", "auth.max_age"),
		Entry("an id that no session can prove", "ADMIN_USERS", "1,"+strings.Repeat("7", 65), "is no user's id"),
	)

	It("does not refuse everybody by mistake", func() {
		p.env("TICKCAST_AUTH_ANONYMOUS", "deny")
		_, err := p.load()
		Expect(err).To(MatchError(`auth.anonymous = "deny" (env TICKCAST_AUTH_ANONYMOUS): nobody could connect: without auth.secret nobody can prove a login`))
	})

	It("takes an application that is asked, and tokens", func() {
		p.env("AUTH_CALLBACK_URL", "https://app.example:8443/auth/whoami?for=tickcast")
		p.env("TICKCAST_AUTH_CALLBACK_TIMEOUT", "500ms")
		p.env("TICKCAST_AUTH_CALLBACK_CACHE", "0")
		p.env("TICKCAST_AUTH_CALLBACK_REQUIRED", "yes")
		p.env("TICKCAST_AUTH_RECHECK", "5")
		p.env("TICKCAST_AUTH_JWT_KEY", "hunter2")
		p.env("TICKCAST_AUTH_JWT_AUDIENCE", "tickcast")
		p.env("TICKCAST_AUTH_ANONYMOUS", "deny")
		p.env("ADMIN_USERS", "1")
		l := p.loaded()
		Expect(l.Warnings).To(BeEmpty())
		auth := l.Config.Auth
		Expect(auth.Verified()).To(BeTrue())
		Expect(auth.Signed()).To(BeFalse())
		Expect(auth.Tokens()).To(BeTrue())
		Expect(auth.Secrets()).To(BeEmpty())
		Expect(auth.CallbackTimeout).To(Equal(500 * time.Millisecond))
		Expect(auth.CallbackCache).To(BeZero())
		Expect(auth.CallbackRequired).To(BeTrue())
		Expect(auth.Recheck).To(Equal(5 * time.Second))
		Expect(fmt.Sprintf("%+v %v", l.Config, l.Effective())).NotTo(ContainSubstring("hunter"))
	})

	DescribeTable("is refused with an application that is none",
		func(url string) {
			p.env("AUTH_CALLBACK_URL", url)
			_, err := p.load()
			Expect(err).To(MatchError(And(ContainSubstring("auth.callback_url"), ContainSubstring("not a route of an application"))))
		},
		Entry("a path", "/auth/whoami"),
		Entry("a host", "localhost:5001"),
		Entry("another scheme", "file:///etc/passwd"),
		Entry("no host", "http:///auth"),
		Entry("a user in it", "http://u:p@localhost:5001/"),
	)

	It("is refused with two keys for tokens", func() {
		p.env("TICKCAST_AUTH_JWT_KEY", "hunter2")
		p.env("TICKCAST_AUTH_JWT_PUBLIC_KEY", "AAAA")
		_, err := p.load()
		Expect(err).To(MatchError(ContainSubstring("tokens have one algorithm")))
	})

	DescribeTable("says what has no effect alone",
		func(name, needed string) {
			p.env(name, "10")
			Expect(p.loaded().Warnings).To(ConsistOf(ContainSubstring("has no effect, since " + needed + " is not set")))
		},
		Entry(nil, "TICKCAST_AUTH_CALLBACK_TIMEOUT", "auth.callback_url"),
		Entry(nil, "TICKCAST_AUTH_CALLBACK_CACHE", "auth.callback_url"),
		Entry(nil, "TICKCAST_AUTH_RECHECK", "auth.callback_url"),
		Entry(nil, "TICKCAST_AUTH_JWT_AUDIENCE", "auth.jwt_key"),
	)

	DescribeTable("says what has no effect without a secret",
		func(name string) {
			p.env(name, "7")
			Expect(p.loaded().Warnings).To(ConsistOf(ContainSubstring("has no effect, since auth.secret is not set")))
			p.env("FLASK_SECRET_KEY", "hunter2")
			Expect(p.loaded().Warnings).To(BeEmpty())
		},
		Entry(nil, "ADMIN_USERS"),
		Entry(nil, "SECRET_KEY_FALLBACKS"),
	)
})
