package sio

import (
	"encoding/json"
	"errors"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("a client of Socket.IO 2", func() {
	It("is in the main namespace unasked, CONNECT first", func() {
		s := serve(testConfig(), Namespace{Name: "/", Connected: func(s *Socket) {
			id, _ := json.Marshal(s.ID())
			s.Emit("welcome", id, s.Auth())
		}})
		c := s.dial(3)
		Expect(c.next()).To(Equal("0"))
		Expect(c.next()).To(Equal(`2["welcome","` + c.sid + `",{}]`))
		Expect(s.Stats().Namespaces["/"].Sockets).To(Equal(1))
	})

	It("sends its auth in the query of a namespace", func() {
		s := serve(testConfig(), Namespace{Name: "/"}, Namespace{Name: "/custom", Connected: func(s *Socket) {
			id, _ := json.Marshal(s.ID())
			s.Emit("welcome", id, s.Auth())
		}, Events: map[string]Handler{"message": echo}})
		c := s.dial(3)
		Expect(c.next()).To(Equal("0"))
		c.send(`0/custom?token=a%2Fb,`)
		Expect(c.next()).To(Equal("0/custom,"))
		Expect(c.next()).To(Equal(`2/custom,["welcome","/custom#` + c.sid + `",{"token":"a/b"}]`))
		c.send(`2/custom,["message",1]`)
		Expect(c.next()).To(Equal(`2/custom,["message-back",1]`))
	})

	It("is refused with a bare string", func() {
		s := serve(testConfig(), Namespace{Name: "/"}, Namespace{Name: "/admin", Admit: func(*Socket) error { return errors.New("no <way>") }})
		c := s.dial(3)
		Expect(c.next()).To(Equal("0"))
		c.send("0/nowhere,", "0/admin,")
		Expect(c.next()).To(Equal(`4/nowhere,"Invalid namespace"`))
		Expect(c.next()).To(Equal(`4/admin,"no <way>"`))
	})

	It("is refused where there is no main namespace", func() {
		s := serve(testConfig(), Namespace{Name: "/other"})
		c := s.dial(3)
		Expect(c.next()).To(Equal(`4"Invalid namespace"`))
		c.send("0/other")
		Expect(c.next()).To(Equal("0/other,"))
	})

	It("may ask for what it has, as clients written by hand do", func() {
		s := serve(testConfig(), Namespace{Name: "/"})
		c := s.dial(3)
		c.send("0")
		Expect(c.next()).To(Equal("0"))
		Expect(c.next()).To(Equal("0"))
		Expect(s.Stats().Namespaces["/"].Connects).To(BeEquivalentTo(1))
	})

	It("has acknowledgements and binary data like the others", func() {
		s := serve(testConfig(), Namespace{Name: "/", Events: map[string]Handler{"ask": func(_ *Socket, m Message) Message { return m }}})
		c := s.dial(3)
		Expect(c.next()).To(Equal("0"))
		c.send(`21["ask",1]`)
		Expect(c.next()).To(Equal(`31[1]`))
		c.send(`51-2["ask",{"_placeholder":true,"num":0}]`)
		c.sendBinary([]byte{4, 7})
		Expect(c.next()).To(Equal(`61-2[{"_placeholder":true,"num":0}]`))
		Expect(c.next()).To(Equal("b\x04\x07"))
	})

	It("may not speak where it has not been", func() {
		s := serve(testConfig(), Namespace{Name: "/"}, Namespace{Name: "/custom"})
		c := s.dial(3)
		Expect(c.next()).To(Equal("0"))
		c.send(`2/custom,["message"]`)
		Expect(c.ended()).To(Equal("parse error"))
	})

	It("can be sent away on arrival", func() {
		reasons := make(chan string, 1)
		s := serve(testConfig(), Namespace{
			Name:         "/",
			Connected:    func(s *Socket) { s.Disconnect() },
			Disconnected: func(_ *Socket, reason string) { reasons <- reason },
		})
		c := s.dial(3)
		Expect(c.next()).To(Equal("0"))
		Expect(c.next()).To(Equal("1"))
		Expect(c.ended()).To(Equal("forced server close"))
		Expect(wait(reasons)).To(Equal("server namespace disconnect"))
		Eventually(s.Sessions).Should(BeZero())
	})
})
