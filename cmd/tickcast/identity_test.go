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

	It("does not begin where nobody could connect", func() {
		GinkgoT().Setenv("TICKCAST_AUTH_ANONYMOUS", "deny")
		s := start("serve")
		Expect(s.exit()).To(Equal(exitUsage))
		Expect(s.err()).To(ContainSubstring("without auth.secret nobody can prove a login"))
	})
})
