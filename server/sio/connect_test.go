package sio

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("connecting", func() {
	greet := func(s *Socket) {
		id, _ := json.Marshal(s.ID())
		s.Emit("welcome", id, s.Auth())
	}

	It("answers with the socket's id, which is not the session's, and with an empty auth if none was sent", func() {
		s := serve(testConfig(), Namespace{Name: "/", Connected: greet})
		c := s.dial(4)
		id := c.join("/")
		Expect(len(id)).To(BeNumerically(">=", 20))
		Expect(id).NotTo(ContainSubstring(c.sid))
		Expect(c.next()).To(Equal(fmt.Sprintf(`2["welcome","%s",{}]`, id)))
	})

	It("hands the auth over as it was sent", func() {
		s := serve(testConfig(), Namespace{Name: "/", Connected: greet})
		c := s.dial(4)
		c.send(`0{"token":"<x>", "n":12345678901234567890}`)
		c.next()
		Expect(c.next()).To(HaveSuffix(`{"token":"<x>", "n":12345678901234567890}]`))
	})

	It("sends CONNECT first, whatever is broadcast meanwhile", func() {
		s := serve(testConfig(), Namespace{Name: "/", Connected: greet})
		stop := make(chan struct{})
		DeferCleanup(func() { close(stop) })
		go func() {
			for {
				select {
				case <-stop:
					return
				default:
					s.Broadcast("/", "tick", []byte("1"), "")
				}
			}
		}()
		for range 200 {
			c := s.dial(4)
			c.send("0")
			Expect(c.next()).To(HavePrefix(`0{"sid":`))
			_ = c.conn.Close()
		}
	})

	It("loses no CONNECT and no event right behind it, however quick the client", func() {
		s := serve(testConfig(), Namespace{Name: "/", Events: map[string]Handler{"early": echo}})
		for i := range 300 {
			c := s.dial(4)
			c.send("0", fmt.Sprintf(`2["early",%d]`, i))
			Expect(c.next()).To(HavePrefix(`0{"sid":`))
			Expect(c.next()).To(Equal(fmt.Sprintf(`2["message-back",%d]`, i)))
			_ = c.conn.Close()
		}
	})

	It("keeps the order of the wire while Connected takes its time", func() {
		release := make(chan struct{})
		s := serve(testConfig(), Namespace{
			Name:      "/",
			Connected: func(*Socket) { <-release },
			Events:    map[string]Handler{"message": echo},
		})
		c := s.dial(4)
		c.send("0", `2["message",1]`, `2["message",2]`)
		Consistently(c.in).WithTimeout(50 * time.Millisecond).ShouldNot(Receive())
		close(release)
		Expect(c.next()).To(HavePrefix(`0{"sid":`))
		Expect(c.next()).To(Equal(`2["message-back",1]`))
		Expect(c.next()).To(Equal(`2["message-back",2]`))
	})

	It("refuses a namespace that does not exist, and never makes one", func() {
		s := serve(testConfig(), Namespace{Name: "/"})
		c := s.dial(4)
		c.send("0/nowhere,{}")
		Expect(c.next()).To(Equal(`4/nowhere,{"message":"Invalid namespace"}`))
		c.send("0/a?x=<y>,")
		Expect(c.next()).To(Equal(`4/a?x=<y>,{"message":"Invalid namespace"}`))
		c.join("/")
		Expect(s.Stats().UnknownNamespaces).To(BeEquivalentTo(2))
	})

	It("tells a browser why it may not enter", func() {
		s := serve(testConfig(), Namespace{Name: "/"}, Namespace{
			Name:  "/admin",
			Admit: func(*Socket) error { return errors.New("admins <only>") },
		})
		c := s.dial(4)
		c.join("/")
		c.send("0/admin,")
		Expect(c.next()).To(Equal(`4/admin,{"message":"admins <only>"}`))
		Expect(s.Stats().Namespaces["/admin"].Refused).To(BeEquivalentTo(1))
		Expect(s.Emit("/admin", nil, "x", []byte("1"), "")).To(BeZero())
	})

	It("lets nothing out before a socket is admitted", func() {
		s := serve(testConfig(), Namespace{Name: "/", Admit: func(s *Socket) error {
			s.Join("early")
			if s.Emit("early") {
				return errors.New("sent")
			}
			return nil
		}})
		c := s.dial(4)
		c.join("/")
		Expect(s.Emit("/", named("early"), "x", []byte("1"), "")).To(BeZero())
	})

	It("knows what is kept of the request", func() {
		kept := make(chan string, 1)
		s := serve(testConfig(), Namespace{Name: "/", Admit: func(s *Socket) error {
			kept <- s.Header("cookie") + "|" + s.Header("User-Agent") + "|" + s.Header("Accept")
			return nil
		}})
		s.dial(4, "Cookie", "session=x", "User-Agent", "spec", "Accept", "anything").join("/")
		Expect(kept).To(Receive(Equal("session=x|spec|")))
	})

	It("closes a session that enters the same namespace twice", func() {
		s := serve(testConfig(), Namespace{Name: "/"})
		c := s.dial(4)
		c.join("/")
		c.send("0")
		Expect(c.ended()).To(Equal("parse error"))
	})

	It("closes a session that never enters a namespace", func() {
		cfg := testConfig()
		cfg.ConnectTimeout = 50 * time.Millisecond
		s := serve(cfg, Namespace{Name: "/"})
		Expect(s.dial(4).ended()).To(Equal("forced server close"))
		Eventually(s.Sessions).Should(BeZero())
	})

	It("waits for nobody who has gone", func() {
		cfg := testConfig()
		cfg.ConnectTimeout = time.Hour
		s := serve(cfg, Namespace{Name: "/"})
		_ = s.dial(4).conn.Close()
		Eventually(s.Sessions).Should(BeZero())
	})

	It("closes a session whose Connected takes too long", func() {
		cfg := testConfig()
		cfg.ConnectTimeout = 50 * time.Millisecond
		release := make(chan struct{})
		var gone atomic.Int32
		s := serve(cfg, Namespace{
			Name:         "/",
			Connected:    func(*Socket) { <-release },
			Disconnected: func(*Socket, string) { gone.Add(1) },
		})
		c := s.dial(4)
		c.send("0")
		c.ended()
		Expect(gone.Load()).To(BeZero())
		close(release)
		Eventually(gone.Load).Should(BeEquivalentTo(1))
	})

	It("has two namespaces on one session, which do not disturb each other", func() {
		name := func(s *Socket, m Message) Message {
			s.Emit("in", []byte(`"`+s.Namespace()+`"`))
			return Message{}
		}
		events := map[string]Handler{"where": name}
		s := serve(testConfig(), Namespace{Name: "/", Events: events}, Namespace{Name: "/custom", Events: events})
		c := s.dial(4)
		Expect(c.join("/")).NotTo(Equal(c.join("/custom")))
		c.send(`2["where"]`, `2/custom,["where"]`)
		Expect(c.next()).To(Equal(`2["in","/"]`))
		Expect(c.next()).To(Equal(`2/custom,["in","/custom"]`))
		c.send("1/custom,")
		Eventually(func() int { return s.Stats().Namespaces["/custom"].Sockets }).Should(BeZero())
		Expect(s.Broadcast("/", "still", []byte("1"), "")).To(Equal(1))
		Expect(c.next()).To(Equal(`2["still",1]`))
	})

	It("lets a browser leave a namespace and come back at once", func() {
		s := serve(testConfig(), Namespace{Name: "/"}, Namespace{Name: "/custom"})
		c := s.dial(4)
		c.join("/")
		for range 100 {
			c.send("0/custom,", "1/custom,")
		}
		for range 100 {
			Expect(c.next()).To(HavePrefix("0/custom,"))
		}
		c.join("/custom")
		Expect(s.Stats().Namespaces["/custom"]).To(And(HaveField("Connects", BeEquivalentTo(101)), HaveField("Disconnects", BeEquivalentTo(100))))
	})
})
