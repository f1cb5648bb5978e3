package server_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/config"
)

// hidden is the request that must not get through as one of its own.
const hidden = "GET /smuggled HTTP/1.1\r\nHost: tick.example\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n"

var _ = Describe("A request within a request", func() {
	// attack sends a head, a body, and after them what is hidden.
	attack := func(head, body string) (*behind, string) {
		GinkgoHelper()
		b := startBehind(fine, config.HTTP{})
		answer := b.tell(head + "\r\nHost: tick.example\r\n\r\n" + body)
		for _, r := range b.requests() {
			Expect(r.URL.Path).NotTo(Equal("/smuggled"))
		}
		Expect(len(b.requests())).To(BeNumerically("<=", 1))
		Expect(strings.Count(answer, "HTTP/1.")).To(Equal(1))
		return b, answer
	}

	DescribeTable("is refused with",
		func(head, body string) {
			b, answer := attack(head, body)
			Expect(answer).To(MatchRegexp(`^HTTP/1\.1 (400|501|505) `))
			Expect(b.requests()).To(BeEmpty())
		},
		Entry("two lengths", "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6", "hello"+hidden),
		Entry("two lengths in one", "POST / HTTP/1.1\r\nContent-Length: 5, 6", "hello"+hidden),
		Entry("a length with a sign", "POST / HTTP/1.1\r\nContent-Length: +5", "hello"+hidden),
		Entry("a length below none", "POST / HTTP/1.1\r\nContent-Length: -5", "hello"+hidden),
		Entry("a length with a space in it", "POST / HTTP/1.1\r\nContent-Length: 5 5", "hello"+hidden),
		Entry("a length in another system", "POST / HTTP/1.1\r\nContent-Length: 0x5", "hello"+hidden),
		Entry("a length with an underscore", "POST / HTTP/1.1\r\nContent-Length: 1_0", "hellohello"+hidden),
		Entry("a length too large for any number", "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999", "hello"+hidden),
		Entry("a length that is no number", "POST / HTTP/1.1\r\nContent-Length: five", "hello"+hidden),
		Entry("a length that is empty", "POST / HTTP/1.1\r\nContent-Length: ", hidden),
		Entry("a space before the colon", "POST / HTTP/1.1\r\nContent-Length : 5", "hello"+hidden),
		Entry("a space before the colon of the coding", "POST / HTTP/1.1\r\nTransfer-Encoding : chunked", "0\r\n\r\n"+hidden),
		Entry("a tab before the colon", "POST / HTTP/1.1\r\nTransfer-Encoding\t: chunked", "0\r\n\r\n"+hidden),
		Entry("a coding that looks like chunked", "POST / HTTP/1.1\r\nTransfer-Encoding: xchunked", "0\r\n\r\n"+hidden),
		Entry("a coding in quotes", "POST / HTTP/1.1\r\nTransfer-Encoding: \"chunked\"", "0\r\n\r\n"+hidden),
		Entry("a coding after another", "POST / HTTP/1.1\r\nTransfer-Encoding: identity, chunked", "0\r\n\r\n"+hidden),
		Entry("two codings", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n"+hidden),
		Entry("a coding with a vertical tab", "POST / HTTP/1.1\r\nTransfer-Encoding: \x0bchunked", "0\r\n\r\n"+hidden),
		Entry("a coding with a NUL", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\x00", "0\r\n\r\n"+hidden),
		Entry("a carriage return within a header", "POST / HTTP/1.1\r\nX-A: b\rTransfer-Encoding: chunked", "0\r\n\r\n"+hidden),
		Entry("a NUL in a header", "GET / HTTP/1.1\r\nX-A: b\x00c", hidden),
		Entry("a first header that goes on from nothing", "GET / HTTP/1.1\r\n Transfer-Encoding: chunked", "0\r\n\r\n"+hidden),
		Entry("a header without a colon", "GET / HTTP/1.1\r\nX-A", hidden),
		Entry("a header without a name", "GET / HTTP/1.1\r\n: chunked", hidden),
		Entry("a second host", "GET / HTTP/1.1\r\nHost: evil.example", hidden),
		Entry("an old version", "GET / HTTP/0.9", hidden),
		Entry("a version that does not exist", "GET / HTTP/1.2x", hidden),
	)

	DescribeTable("is none to the application, and its bytes are at most a body, with",
		func(head, body, arrives string) {
			b, answer := attack(head, body)
			Expect(answer).To(MatchRegexp(`^HTTP/1\.[01] 200 `))
			Expect(b.requests()).To(HaveLen(1))
			Expect(b.wire()).To(HaveSuffix(arrives))
			sent, _, _ := strings.Cut(b.wire(), "\r\n\r\n")
			Expect(strings.Count(sent, "\nContent-Length: ") + strings.Count(sent, "\nTransfer-Encoding: chunked")).To(BeNumerically("<=", 1))
			Expect(sent).NotTo(MatchRegexp(`\n[ \t]`))
		},
		Entry("a coding and a length that takes in more", "POST / HTTP/1.1\r\nContent-Length: 500\r\nTransfer-Encoding: chunked",
			"5\r\nhello\r\n0\r\n\r\n"+hidden, "5\r\nhello\r\n0\r\n\r\n"),
		Entry("a coding and a length that takes in less", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 0",
			"5\r\nhello\r\n0\r\n\r\n"+hidden, "5\r\nhello\r\n0\r\n\r\n"),
		Entry("a coding on a line that goes on", "POST / HTTP/1.1\r\nContent-Length: 0\r\nTransfer-Encoding:\r\n chunked",
			"0\r\n\r\n"+hidden, "\r\n\r\n"),
		Entry("a coding in an old version", "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked",
			hidden, "\r\n\r\n"),
		Entry("a length told twice", "POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 5\r\nContent-Length: 5",
			"hello", "\r\n\r\nhello"),
		Entry("a body where there is none usually", "GET / HTTP/1.1\r\nConnection: close\r\nContent-Length: 88",
			hidden+strings.Repeat(" ", 88-len(hidden)), hidden+strings.Repeat(" ", 88-len(hidden))),
		Entry("a line that goes on with a header", "GET / HTTP/1.1\r\nConnection: close\r\nX-A: b\r\n Transfer-Encoding: chunked",
			"", "\r\n\r\n"),
		Entry("lines that end without a carriage return", "GET / HTTP/1.1\nConnection: close\nX-A: b",
			"", "\r\n\r\n"),
		Entry("a length that the hop should forget", "POST / HTTP/1.1\r\nConnection: close, Content-Length\r\nContent-Length: 5",
			"hello", "\r\n\r\nhello"),
	)

	DescribeTable("is not answered behind one to us:",
		func(head string) {
			b, answer := attack(head+"\r\nContent-Length: 500\r\nTransfer-Encoding: chunked", "0\r\n\r\n"+hidden)
			Expect(b.requests()).To(BeEmpty())
			Expect(answer).To(ContainSubstring("\r\nConnection: close\r\n"))
		},
		Entry("a poll", "POST /socket.io/?EIO=4&transport=polling HTTP/1.1"),
		Entry("a look at our health", "GET /healthz HTTP/1.1"),
	)

	DescribeTable("is not begun by a body whose chunks are broken:",
		func(body string) {
			_, answer := attack("POST / HTTP/1.1\r\nTransfer-Encoding: chunked", body+hidden)
			Expect(answer).To(HavePrefix("HTTP/1.1 400 "))
		},
		Entry("a size that is no number", "5x\r\nhello\r\n0\r\n\r\n"),
		Entry("a size with a sign", "+5\r\nhello\r\n0\r\n\r\n"),
		Entry("a size with 0x", "0x5\r\nhello\r\n0\r\n\r\n"),
		Entry("a size below none", "-1\r\nhello\r\n0\r\n\r\n"),
		Entry("a size that is too large", "ffffffffffffffff5\r\nhello\r\n0\r\n\r\n"),
		Entry("no size", "\r\nhello\r\n0\r\n\r\n"),
		Entry("a line without a carriage return", "5\nhello\r\n0\r\n\r\n"),
		Entry("more than its size", "2\r\nhello\r\n0\r\n\r\n"),
		Entry("an extension that hides a line", "5;a=\nb\r\nhello\r\n0\r\n\r\n"),
	)
})
