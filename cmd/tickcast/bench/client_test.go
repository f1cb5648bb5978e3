package bench

import (
	"bufio"
	"net"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/server/flaskauth"
)

var _ = Describe("A cookie", func() {
	It("names its user to the server that has the secret", func() {
		verifier, err := flaskauth.New(flaskauth.Config{
			Secrets: []string{"hunter2"}, CookieName: "session", Salt: "cookie-session", Digest: "sha1", MaxAge: time.Hour,
		})
		Expect(err).NotTo(HaveOccurred())
		now := time.Now()
		Expect(verifier.Verify(cookie("hunter2", "bench_7", now), now)).To(Equal("bench_7"))
		_, err = verifier.Verify(cookie("hunter3", "bench_7", now), now)
		Expect(err).To(HaveOccurred())
	})

	It("is spelled as Flask spells it", func() {
		Expect(cookie("hunter2", "7", time.Unix(1758902400, 0))).To(MatchRegexp(`^session=eyJ[\w-]+\.aNa[\w-]+\.[\w-]{27}$`))
	})
})

var _ = Describe("A client", func() {
	// frame is what the server sends: short, and not masked.
	frame := func(text string) string { return "\x81" + string(rune(len(text))) + text }

	DescribeTable("asks in frames of any length, and counts what comes before the answer",
		func(length int, head string) {
			ours, theirs := net.Pipe()
			DeferCleanup(ours.Close)
			DeferCleanup(theirs.Close)
			received := make(chan string, 1)
			go func() {
				in := make([]byte, 1<<16)
				n, _ := theirs.Read(in)
				received <- string(in[:n])
				_, _ = theirs.Write([]byte(frame(`42["tier_pattern",{"seq":3,"sent":1}]`) + frame(`430[{"status":"ok"}]`)))
			}()
			t := &tally{want: []int64{3}, progress: func() {}}
			c := &client{conn: ours, in: bufio.NewReader(ours), speech: socketIO{}, tally: t}
			Expect(c.ask("x", strings.Repeat("y", length-len(`420["x",""]`)))).To(Equal(`430[{"status":"ok"}]`))
			Expect(received).To(Receive(And(HavePrefix(head), HaveLen(len(head)+4+length))))
			Expect(t.got).To(BeEquivalentTo(1))
		},
		Entry("the longest short one", 125, "\x81\xfd"),
		Entry("the shortest long one", 126, "\x81\xfe\x00\x7e"),
		Entry("a filter of 50 symbols", 600, "\x81\xfe\x02\x58"),
	)
})

var _ = Describe("Work in turns", func() {
	It("is done once each, by however many", func() {
		for _, workers := range []int{1, 3, 10, 64} {
			done := make([]int, 10)
			Expect(inTurns(len(done), workers, func(i int) error { done[i]++; return nil })).To(Succeed())
			Expect(done).To(HaveEach(1))
		}
	})

	It("joins the errors", func() {
		err := inTurns(4, 2, func(i int) error {
			if i%2 > 0 {
				return net.ErrClosed
			}
			return nil
		})
		Expect(err).To(MatchError(net.ErrClosed))
	})
})
