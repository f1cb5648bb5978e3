package sio

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("a hostile client", func() {
	DescribeTable("is cut off, and nobody else notices",
		func(frames ...string) {
			s := serve(testConfig(), Namespace{Name: "/", Events: map[string]Handler{"message": echo}})
			good, bad := s.dial(4), s.dial(4)
			good.join("/")
			bad.join("/")
			for _, frame := range frames {
				if data, binary := strings.CutPrefix(frame, "b"); binary {
					bad.sendBinary([]byte(data))
				} else {
					bad.send(frame)
				}
			}
			Expect(bad.ended()).To(Equal("parse error"))
			good.send(`2["message"]`)
			Expect(good.next()).To(Equal(`2["message-back"]`))
			Eventually(func() int { return s.Stats().Namespaces["/"].Sockets }).Should(Equal(1))
		},
		Entry("for an event without payload", `2`),
		Entry("for an event with an id and no payload", `21`),
		Entry("for a binary event without attachments", `50-`),
		Entry("for an empty binary event", `50-["message"]`),
		Entry("for an acknowledgement without payload", `30`),
		Entry("for an acknowledgement without id", `3[]`),
		Entry("for an error packet", `4"x"`),
		Entry("for binary data out of the blue", "bdata"),
		Entry("for binary data behind a plain event", `2["message"]`, "bdata"),
		Entry("for text where attachments are due", `51-["message",{"_placeholder":true,"num":0}]`, `2["message"]`),
		Entry("for attachments of a namespace it is not in", `51-/x,["message",{"_placeholder":true,"num":0}]`),
		Entry("for an event of a namespace it is not in", `2/x,["message"]`),
		Entry("for an event of a namespace it has left", `1`, `2["message"]`),
		Entry("for words", `abc`),
		Entry("for a reserved event", `2["disconnect"]`),
		Entry("for attachments that are too large", `51-["message",{"_placeholder":true,"num":0}]`, "b"+strings.Repeat("x", 1<<20-20)),
	)

	It("is not answered for acknowledgements that nobody asked for", func() {
		s := serve(testConfig(), Namespace{Name: "/", Events: map[string]Handler{"message": echo}})
		c := s.dial(4)
		c.join("/")
		for range 1000 {
			c.send(`30["x"]`, `3450[]`)
		}
		c.send(`2["message"]`)
		Expect(c.next()).To(Equal(`2["message-back"]`))
	})

	It("is cut off if its attachments never come", func() {
		cfg := testConfig()
		cfg.Engine.ReadTimeout = 50 * time.Millisecond
		s := serve(cfg, Namespace{Name: "/"})
		c := s.dial(4)
		c.join("/")
		c.send(`52-["message",{"_placeholder":true,"num":0}]`)
		c.sendBinary([]byte("one of two"))
		Expect(c.ended()).To(Equal("parse error"))
	})

	It("may not send attachments before it has joined (CVE-2026-48804)", func() {
		s := serve(testConfig(), Namespace{Name: "/"})
		c := s.dial(4)
		c.send(`51-["message",{"_placeholder":true,"num":0}]`)
		Expect(c.ended()).To(Equal("parse error"))
	})

	It("is forgiven what it still had queued from an earlier connection", func() {
		s := serve(testConfig(), Namespace{Name: "/"})
		c := s.dial(4)
		c.send(`2["old"]`, `30[]`, `1`)
		c.join("/")
		Expect(s.Stats().Strays).To(BeEquivalentTo(3))
	})
})
