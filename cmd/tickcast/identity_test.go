package main

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("serve, which knows users by Flask's session,", func() {
	const warning = "everybody is anonymous: set FLASK_SECRET_KEY"

	BeforeEach(func() {
		forgetSettings()
		GinkgoT().Setenv("APP_HOST", "127.0.0.1")
		GinkgoT().Setenv("APP_PORT", "0")
		GinkgoT().Setenv("TICKCAST_REDIS_EMBEDDED_ADDR", "127.0.0.1:0")
	})

	It("says once that it knows nobody without a key", func() {
		s := start("serve")
		s.page()
		s.stop()
		Expect(s.exit()).To(Equal(exitOK))
		Expect(strings.Count(s.err(), warning)).To(Equal(1))
	})

	It("says nothing of that with one, and never the key", func() {
		GinkgoT().Setenv("FLASK_SECRET_KEY", "planted-key")
		GinkgoT().Setenv("SECRET_KEY_FALLBACKS", "planted-other")
		s := start("serve", "--log-level", "trace")
		s.page()
		s.stop()
		Expect(s.exit()).To(Equal(exitOK))
		Expect(s.err()).NotTo(Or(ContainSubstring(warning), ContainSubstring("planted")))
	})

	DescribeTable("does not begin with a key for tokens that is none",
		func(name, value, message string) {
			GinkgoT().Setenv(name, value)
			s := start("serve")
			Expect(s.exit()).To(Equal(exitUsage))
			Expect(s.err()).To(ContainSubstring(message))
			Expect(s.err()).NotTo(ContainSubstring("planted"))
		},
		Entry("a short one", "TICKCAST_AUTH_JWT_KEY", "planted-key", "auth.jwt_key (env TICKCAST_AUTH_JWT_KEY): shorter than 32 bytes"),
		Entry("no public one", "TICKCAST_AUTH_JWT_PUBLIC_KEY", "AAAA", `auth.jwt_public_key = "AAAA" (env TICKCAST_AUTH_JWT_PUBLIC_KEY): not an Ed25519 public key`),
	)

	It("says nothing of that where the application is asked", func() {
		GinkgoT().Setenv("AUTH_CALLBACK_URL", "http://127.0.0.1:1/whoami")
		s := start("serve")
		s.page()
		s.stop()
		Expect(s.exit()).To(Equal(exitOK))
		Expect(s.err()).NotTo(ContainSubstring(warning))
	})

	It("does not begin where nobody could connect", func() {
		GinkgoT().Setenv("TICKCAST_AUTH_ANONYMOUS", "deny")
		s := start("serve")
		Expect(s.exit()).To(Equal(exitUsage))
		Expect(s.err()).To(ContainSubstring("without auth.secret nobody can prove a login"))
	})
})
