package protocol_test

import (
	"context"
	"io"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/wire"
)

var _ = Describe("Long-polling", func() {
	DescribeTable("carries one text packet", func(d dialect) {
		sid := d.handshake()
		d.push(sid, "4hello")
		Expect(d.poll(sid)).To(Equal([]string{"4hello"}))
	}, dialects())

	DescribeTable("carries several packets in one payload, in order", func(d dialect) {
		sid := d.handshake()
		d.push(sid, "4test1", "4test2", "4test3")
		Expect(d.poll(sid)).To(Equal([]string{"4test1", "4test2", "4test3"}))
	}, dialects())

	DescribeTable("carries characters of every length, and an empty message", func(d dialect) {
		sid := d.handshake()
		d.push(sid, "4€ ü 漢 \U0001F4C8 \x00", "4", "4\"\\")
		Expect(d.poll(sid)).To(Equal([]string{"4€ ü 漢 \U0001F4C8 \x00", "4", "4\"\\"}))
	}, dialects())

	DescribeTable("holds a poll until there is something to say", func(d dialect) {
		sid := d.handshake()
		answer := later(func() wire.Answer { return get(d.path(sid)) })
		Consistently(answer, "100ms").ShouldNot(Receive())
		d.push(sid, "4late")
		Eventually(answer).Should(Receive(haveBody(d.join("4late"))))
	}, dialects())

	DescribeTable("takes a body of more than 64 KiB whole", func(d dialect) {
		sid := d.handshake()
		large := "4" + strings.Repeat("0123456789abcdef", 45_000)
		answer := later(func() wire.Answer { return get(d.path(sid)) })
		d.push(sid, large)
		var got wire.Answer
		Eventually(answer).Should(Receive(&got))
		Expect(d.split(got.Body)).To(Equal([]string{large}))
	}, dialects())

	DescribeTable("refuses a body over the limit", func(d dialect, length bool) {
		sid := d.handshake()
		text := d.join("4" + strings.Repeat("x", 3_000_000))
		body := io.Reader(strings.NewReader(text))
		if !length {
			body = struct{ io.Reader }{body} // of which nobody knows the length: it goes in chunks
		}
		req, err := http.NewRequest(http.MethodPost, "http://"+target+d.path(sid), body)
		Expect(err).NotTo(HaveOccurred())
		answer, err := wire.Send(req)
		if err == nil { // else the server hung up while the body still came: refused just the same
			Expect(answer).To(haveStatus(http.StatusRequestEntityTooLarge))
		}
	},
		Entry("in protocol 4 that tells its length", v4(), true),
		Entry("in protocol 4 that does not", v4(), false),
		Entry("in protocol 3 that tells its length", v3(), true),
		Entry("in protocol 3 that does not", v3(), false),
	)

	DescribeTable("closes the session upon a packet of no known type", func(d dialect) {
		sid := d.handshake()
		Expect(post(d.path(sid), d.join("abc"))).To(haveStatus(http.StatusBadRequest))
		Eventually(func() wire.Answer { return get(d.path(sid)) }).Should(beRefused(1, "Session ID unknown"))
	}, dialects())

	DescribeTable("closes the session upon a payload that is none", func(d dialect, body string) {
		sid := d.handshake()
		Expect(post(d.path(sid), body)).To(haveStatus(http.StatusBadRequest))
		Eventually(func() wire.Answer { return get(d.path(sid)) }).Should(beRefused(1, "Session ID unknown"))
	},
		Entry("4: plain words", v4(), "abc"),
		Entry("4: an empty packet between two", v4(), "4a\x1e\x1e4b"),
		Entry("4: base64 that is none", v4(), "b~~~~"),
		Entry("3: plain words", v3(), "abc"),
		Entry("3: a length that is too large", v3(), "10:4a"),
		Entry("3: a length that is none", v3(), "-1:4a"),
		Entry("3: more digits than any body has bytes", v3(), "99999999999999999999:4a"),
	)

	DescribeTable("closes the session upon two polls at once", func(d dialect) {
		sid := d.handshake()
		first := later(func() wire.Answer { return get(d.path(sid)) })
		Consistently(first, "50ms").ShouldNot(Receive())
		second := get(d.path(sid) + "&t=burst")
		Expect(second.Status).To(BeElementOf(http.StatusBadRequest, http.StatusInternalServerError))
		var answer wire.Answer
		Eventually(first).Should(Receive(&answer))
		Expect(answer).To(haveStatus(http.StatusOK))
		Expect(d.split(answer.Body)).To(Equal([]string{"1"}))
		Expect(get(d.path(sid))).To(beRefused(1, "Session ID unknown"))
	}, dialects())

	DescribeTable("closes the session upon two POSTs at once", func(d dialect) {
		sid := d.handshake()
		body, rest := io.Pipe()
		first := later(func() wire.Answer {
			req, err := http.NewRequest(http.MethodPost, "http://"+target+d.path(sid), body)
			Expect(err).NotTo(HaveOccurred())
			answer, err := wire.Send(req)
			if err != nil {
				return wire.Answer{Status: http.StatusBadRequest} // cut off: refused just the same
			}
			return answer
		})
		_, err := rest.Write([]byte("4"))
		Expect(err).NotTo(HaveOccurred())
		Eventually(func() int { return post(d.path(sid), d.join("4second")).Status }).
			Should(BeElementOf(http.StatusBadRequest, http.StatusInternalServerError))
		rest.CloseWithError(io.ErrUnexpectedEOF)
		Eventually(first).Should(Receive(Not(haveStatus(http.StatusOK))))
		Eventually(func() wire.Answer { return get(d.path(sid)) }).Should(beRefused(1, "Session ID unknown"))
	}, dialects())

	DescribeTable("is closed by the client: the waiting poll ends, the session is gone", func(d dialect) {
		sid := d.handshake()
		waiting := later(func() wire.Answer { return get(d.path(sid)) })
		Consistently(waiting, "50ms").ShouldNot(Receive())
		d.push(sid, "1")
		var answer wire.Answer
		Eventually(waiting).Should(Receive(&answer))
		Expect(answer).To(haveStatus(http.StatusOK))
		Expect(d.split(answer.Body)).To(Equal([]string{"6"}))
		Expect(get(d.path(sid))).To(beRefused(1, "Session ID unknown"))
	}, dialects())

	DescribeTable("closes the session when the client gives up its poll", func(d dialect) {
		sid := d.handshake()
		ctx, giveUp := context.WithCancel(context.Background())
		gone := make(chan error, 1)
		go func() {
			_, err := wire.Do(ctx, http.MethodGet, "http://"+target+d.path(sid), "", nil)
			gone <- err
		}()
		Consistently(gone, "20ms").ShouldNot(Receive())
		giveUp()
		Eventually(gone).Should(Receive(MatchError(context.Canceled)))
		Eventually(func() wire.Answer { return get(d.path(sid)) }).Should(haveStatus(http.StatusBadRequest))
	}, dialects())
})
