package engineio

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("what a client has shown to have got", func() {
	var p *proof
	var far string
	ping := func(at string) { far = at; p.ping(func() string { return far }) }
	BeforeEach(func() { p = &proof{} })

	It("is what was queued before the ping that it answers", func() {
		ping("1")
		far = "2"
		Expect(p.proven).To(BeEmpty())
		p.pong()
		Expect(p.proven).To(Equal("1"))
		ping("3")
		p.pong()
		Expect(p.proven).To(Equal("3"))
	})

	It("is nothing for an answer that nobody has asked for", func() {
		p.pong()
		ping("1")
		Expect(p.proven).To(BeEmpty())
		p.pong()
		p.pong()
		ping("2")
		Expect(p.proven).To(Equal("1"))
	})

	It("is no more than the oldest unanswered ping tells, if answers are late", func() {
		ping("1")
		ping("2")
		p.pong()
		Expect(p.proven).To(Equal("1"))
		ping("3") // the answer to the second is still due
		p.pong()
		Expect(p.proven).To(Equal("1"))
		p.pong()
		Expect(p.proven).To(Equal("3"))
	})

	It("counts only from a ping on that the asker knows", func() {
		s := &Session{}
		s.proof.ping(func() string { return "1" })
		before := s.Pings()
		s.proof.pong()
		Expect(s.Proven(0)).To(Equal("1"))
		Expect(s.Proven(before)).To(BeEmpty())
		s.proof.ping(func() string { return "2" })
		s.proof.pong()
		Expect(s.Proven(before)).To(Equal("2"))
	})
})
