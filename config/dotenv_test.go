package config_test

import (
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A .env file", func() {
	var p *place
	BeforeEach(func() { p = emptyPlace() })

	DescribeTable("gives the password as python-dotenv reads it:",
		func(content, want string) {
			p.file(".env", content)
			Expect(p.loaded().Config.Redis.Password.Reveal()).To(Equal(want))
		},
		Entry("plain", "REDIS_HOST=h\nREDIS_PASSWORD=secret\n", "secret"),
		Entry("with export and spaces", "REDIS_HOST=h\nexport REDIS_PASSWORD = secret \n", "secret"),
		Entry("without its comment", "REDIS_HOST=h\nREDIS_PASSWORD=sec#ret # not this\n", "sec#ret"),
		Entry("with dollars", "REDIS_HOST=h\nREDIS_PASSWORD=pa$word$1\n", "pa$word$1"),
		Entry("in single quotes", "REDIS_HOST=h\nREDIS_PASSWORD='a # ${REDIS_HOST} \\n \\' b' # c\n", "a # ${REDIS_HOST} \\n ' b"),
		Entry("in double quotes", "REDIS_HOST=h\nREDIS_PASSWORD=\"a # \\\"\\t b\"\n", "a # \"\t b"),
		Entry("filled in from a line before", "REDIS_HOST=h\nREDIS_PASSWORD=x-${REDIS_HOST}\n", "x-h"),
		Entry("filled in by a default", "REDIS_HOST=h\nREDIS_PASSWORD=x-${NONE:-y}${NONE}\n", "x-y"),
		Entry("after a value of many lines", "REDIS_HOST=h\nKEY=\"-----BEGIN\nREDIS_PASSWORD=no\n-----END\"\nREDIS_PASSWORD=yes", "yes"),
		Entry("after a byte order mark, with Windows' line ends", "\ufeffREDIS_PASSWORD=secret\r\nREDIS_HOST=h\r\n", "secret"),
		Entry("the last time it stands there", "REDIS_HOST=h\nREDIS_PASSWORD=a\nREDIS_PASSWORD=b", "b"),
		Entry("whatever stands around it", "# comment = 1\n\nnonsense\nREDIS_HOST=h\nREDIS_PASSWORD=a\nOPEN='never closed\n", "a"),
	)

	It("may hold names of the application that are not ours", func() {
		p.file(".env", "FLASK_SECRET_KEY=abc\nTICKSTOCKPL_HOST=localhost\n")
		Expect(p.loaded().Warnings).To(BeEmpty())
	})

	It("may be a folder, as Python environments are", func() {
		Expect(os.Mkdir(filepath.Join(p.dir, ".env"), 0o700)).To(Succeed())
		Expect(p.loaded().Warnings).To(BeEmpty())
	})

	It("is not passed over when it cannot be read", func() {
		Expect(os.Symlink(".env", filepath.Join(p.dir, ".env"))).To(Succeed())
		_, err := p.load()
		Expect(err).To(MatchError(HavePrefix(".env: ")))
	})

	It("fills in from the environment first", func() {
		p.env("SOME_HOST", "outer")
		p.file(".env", "SOME_HOST=inner\nREDIS_HOST=${SOME_HOST}")
		Expect(p.loaded().Config.Redis.Host).To(Equal("outer"))
	})
})
