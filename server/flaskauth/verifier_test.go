package flaskauth_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/server/flaskauth"
)

const (
	secret  = "the present key"
	retired = "the key of last year"
	month   = 31 * 24 * time.Hour
)

var issued = time.Unix(1758000000, 0)

// usual is how Flask signs when nobody has told it otherwise.
func usual(secrets ...string) flaskauth.Config {
	return flaskauth.Config{
		Secrets: secrets, CookieName: "session", Salt: "cookie-session", Digest: "sha1", MaxAge: month, Leeway: 30 * time.Second,
	}
}

func verifier(cfg flaskauth.Config) *flaskauth.Verifier {
	GinkgoHelper()
	v, err := flaskauth.New(cfg)
	Expect(err).NotTo(HaveOccurred())
	return v
}

// expectUser holds that the header's session is the user's.
func expectUser(v *flaskauth.Verifier, header, user string) {
	GinkgoHelper()
	found, err := v.Verify(header, issued)
	Expect(err).NotTo(HaveOccurred())
	Expect(found).To(Equal(user))
}

// expectReason holds that the header names nobody, and why.
func expectReason(v *flaskauth.Verifier, header string, now time.Time, reason flaskauth.Reason) {
	GinkgoHelper()
	found, err := v.Verify(header, now)
	Expect(err).To(MatchError(reason))
	Expect(found).To(BeEmpty())
}

var _ = Describe("A verifier", func() {
	DescribeTable("minds the cookie's age",
		func(age time.Duration, reason flaskauth.Reason) {
			v, header := verifier(usual(secret)), "session="+flask(secret).user("7", issued)
			if reason != "" {
				expectReason(v, header, issued.Add(age), reason)
				return
			}
			Expect(v.Verify(header, issued.Add(age))).To(Equal("7"))
		},
		Entry("new", time.Duration(0), flaskauth.Reason("")),
		Entry("as old as may be", month, flaskauth.Reason("")),
		Entry("a second older", month+time.Second, flaskauth.Expired),
		Entry("as far from the future as clocks may differ", -30*time.Second, flaskauth.Reason("")),
		Entry("a second farther", -31*time.Second, flaskauth.FromFuture),
		Entry("seen before there was time", -time.Duration(1759000000)*time.Second, flaskauth.FromFuture),
	)

	It("takes the keys that the present one has replaced, and no others", func() {
		v := verifier(usual(secret, "another", retired))
		expectUser(v, "session="+flask(secret).user("7", issued), "7")
		expectUser(v, "session="+flask(retired).user("7", issued), "7")
		expectReason(v, "session="+flask("a stranger's").user("7", issued), issued, flaskauth.BadSignature)
	})

	DescribeTable("verifies another digest",
		func(name string, digest func() hash.Hash) {
			cfg := usual(secret)
			cfg.Digest = name
			cookie := signer{secret, "cookie-session", digest}.user("7", issued)
			expectUser(verifier(cfg), "session="+cookie, "7")
			expectReason(verifier(usual(secret)), "session="+cookie, issued, flaskauth.Malformed)
		},
		Entry(nil, "sha256", sha256.New),
		Entry(nil, "sha512", sha512.New),
	)

	It("verifies with another salt, by which a cookie of another purpose is none of ours", func() {
		cfg := usual(secret)
		cfg.Salt = "our-salt"
		s := flask(secret)
		s.salt = "our-salt"
		expectUser(verifier(cfg), "session="+s.user("7", issued), "7")
		expectReason(verifier(usual(secret)), "session="+s.user("7", issued), issued, flaskauth.BadSignature)
	})

	DescribeTable("finds its cookie in the header",
		func(header string, user string) {
			good := flask(secret).user("7", issued)
			expectUser(verifier(usual(secret)), strings.ReplaceAll(header, "GOOD", good), user)
		},
		Entry("alone", "session=GOOD", "7"),
		Entry("among others", "theme=dark; session=GOOD; a=b=c; odd", "7"),
		Entry("without the usual spaces", "theme=dark;session=GOOD;a=b", "7"),
		Entry("after a broken one of the name", "session=broken; session=GOOD", "7"),
		Entry("after seven broken ones", strings.Repeat("session=; ", 7)+"session=GOOD", "7"),
	)

	DescribeTable("says why nobody is named",
		func(header string, reason flaskauth.Reason) {
			good := flask(secret).user("7", issued)
			header = strings.NewReplacer("GOOD", good, "NOBODY", flask(secret).session("{}", issued),
				"FORGED", flask("a stranger's").user("8", issued)).Replace(header)
			expectReason(verifier(usual(secret)), header, issued, reason)
		},
		Entry("no header", "", flaskauth.NoCookie),
		Entry("only cookies of other names", "Session=GOOD; xsession=GOOD; session.x=GOOD; session", flaskauth.NoCookie),
		Entry("the first of several that are no sessions", "session=FORGED; session=x", flaskauth.BadSignature),
		Entry("a session of nobody before that of somebody", "session=NOBODY; session=GOOD", flaskauth.NoUser),
		Entry("more broken ones than are tried", strings.Repeat("session=; ", 8)+"session=GOOD", flaskauth.Malformed),
		Entry("one in quotes", `session="GOOD"`, flaskauth.Malformed),
	)

	It("looks for the cookie under its configured name alone", func() {
		cfg := usual(secret)
		cfg.CookieName = "tickstock"
		good := flask(secret).user("7", issued)
		expectUser(verifier(cfg), "tickstock="+good, "7")
		expectReason(verifier(cfg), "session="+good, issued, flaskauth.NoCookie)
	})

	DescribeTable("is not made of",
		func(change func(*flaskauth.Config), problem string) {
			cfg := usual(secret)
			change(&cfg)
			_, err := flaskauth.New(cfg)
			Expect(err).To(MatchError(ContainSubstring(problem)))
		},
		Entry("no secret", func(c *flaskauth.Config) { c.Secrets = nil }, "no secret"),
		Entry("an empty secret, with which anybody signs", func(c *flaskauth.Config) { c.Secrets = []string{secret, ""} }, "empty secret"),
		Entry("an unknown digest", func(c *flaskauth.Config) { c.Digest = "md5" }, `digest "md5": not one of`),
	)
})
