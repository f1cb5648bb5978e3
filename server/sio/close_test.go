package sio

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/server/engineio"
)

var _ = Describe("the end of a socket", func() {
	// farewells is a namespace that keeps the reasons of its ends.
	farewells := func(name string, reasons chan string) Namespace {
		return Namespace{
			Name:         name,
			Events:       map[string]Handler{"kick": func(s *Socket, _ Message) Message { s.Disconnect(); return Message{} }},
			Disconnected: func(_ *Socket, reason string) { reasons <- reason },
		}
	}

	It("by a kick is a DISCONNECT that arrives before the transport closes", func() {
		reasons := make(chan string, 10)
		s := serve(testConfig(), farewells("/", reasons), farewells("/custom", reasons))
		for range 50 {
			c := s.dial(4)
			c.join("/")
			c.join("/custom")
			c.send(`21["kick"]`)
			Expect([]string{c.next(), c.next()}).To(ConsistOf("1", "1/custom,"))
			Expect(c.ended()).To(Equal("forced server close"))
			Expect(wait(reasons)).To(Equal("server namespace disconnect"))
			Expect(wait(reasons)).To(Equal("server namespace disconnect"))
		}
		Consistently(reasons).WithTimeout(20 * time.Millisecond).ShouldNot(Receive())
	})

	It("by a drain is no DISCONNECT, so that browsers come back", func() {
		reasons := make(chan string, 10)
		s := serve(testConfig(), farewells("/", reasons))
		c := s.dial(4)
		c.join("/")
		s.Drain(context.Background(), 0)
		Expect(c.ended()).To(Equal("server shutting down"))
		_, more := <-c.in
		Expect(more).To(BeFalse(), "no packet before the end")
		Expect(wait(reasons)).To(Equal("server shutting down"))
	})

	It("by the browser is told apart: leaving a namespace, closing, vanishing", func() {
		reasons := make(chan string, 10)
		s := serve(testConfig(), farewells("/", reasons), farewells("/custom", reasons))
		c := s.dial(4)
		c.join("/")
		c.join("/custom")
		c.send("1")
		Expect(wait(reasons)).To(Equal("client namespace disconnect"))
		_ = c.conn.Close()
		Expect(wait(reasons)).To(Equal("transport close"))
	})

	It("by Run's end is told to every socket before Run returns", func() {
		reasons := make(chan string, 10)
		s := serve(testConfig(), farewells("/", reasons))
		for range 5 {
			s.dial(4).join("/")
		}
		s.stop()
		Eventually(s.done).Should(BeClosed())
		Expect(reasons).To(HaveLen(5))
	})

	It("is told once, whoever is at it at the same time", func() {
		var connected, disconnected atomic.Int32
		sockets := make(chan *Socket, 1)
		s := serve(testConfig(), Namespace{
			Name:         "/",
			Connected:    func(s *Socket) { connected.Add(1); sockets <- s },
			Disconnected: func(*Socket, string) { disconnected.Add(1) },
		})
		for range 200 {
			c := s.dial(4)
			c.send("0")
			socket := <-sockets
			var group sync.WaitGroup
			group.Go(func() { socket.Disconnect() })
			group.Go(func() { socket.session.engine.Close(engineio.TransportError) })
			group.Go(func() { c.send("1") })
			group.Go(func() { _ = c.conn.Close() })
			group.Wait()
		}
		Expect(connected.Load()).To(BeEquivalentTo(200))
		Eventually(disconnected.Load).Should(BeEquivalentTo(200))
		Expect(s.log.String()).NotTo(ContainSubstring("too long"))
		Consistently(disconnected.Load).WithTimeout(50 * time.Millisecond).Should(BeEquivalentTo(200))
	})

	It("waits for the handler that runs, and lets no other begin", func() {
		entered, release := make(chan *Socket), make(chan struct{})
		var running, ended, late atomic.Bool
		s := serve(testConfig(), Namespace{
			Name: "/",
			Events: map[string]Handler{
				"slow": func(s *Socket, _ Message) Message {
					running.Store(true)
					entered <- s
					<-release
					s.Join("ghost")
					running.Store(false)
					return Message{}
				},
				"late": func(*Socket, Message) Message { late.Store(true); return Message{} },
			},
			Disconnected: func(*Socket, string) { ended.Store(!running.Load()) },
		})
		c := s.dial(4)
		c.join("/")
		c.send(`2["slow"]`, `2["late"]`)
		socket := <-entered
		socket.Disconnect()
		Expect(socket.Emit("x")).To(BeFalse())
		close(release)
		c.ended()
		Eventually(ended.Load).Should(BeTrue())
		Expect(s.namespaces["/"].members.Counts()).To(BeZero(), "no ghost in a room")
		socket.dispatch(&packet{kind: kindEvent, namespace: "/", event: "late"})
		Expect(late.Load()).To(BeFalse())
	})

	It("keeps no reader waiting when it came before the browser's DISCONNECT was read", func() {
		sockets := make(chan *Socket, 1)
		s := serve(testConfig(), Namespace{Name: "/", Connected: func(s *Socket) { sockets <- s }})
		s.dial(4).join("/")
		socket := <-sockets
		socket.library.Disconnect(false)
		read := make(chan struct{})
		go func() {
			defer close(read)
			socket.session.disconnect(socket)
		}()
		Eventually(read).Should(BeClosed())
	})

	It("is told though the session closes while it connects", func() {
		reasons := make(chan string, 10)
		row := farewells("/", reasons)
		row.Admit = func(s *Socket) error { s.session.engine.Close(engineio.TransportError); return nil }
		s := serve(testConfig(), row)
		s.dial(4).send("0")
		Eventually(reasons).Should(Receive(Equal("transport error")))
		Expect(s.Stats().Namespaces["/"].Connects).To(BeEquivalentTo(1))
	})

	It("is told though the library gives the client up while it connects", func() {
		reasons := make(chan string, 10)
		row := farewells("/", reasons)
		row.Admit = func(s *Socket) error { s.session.conn.closed("forced server close"); return nil }
		s := serve(testConfig(), row)
		c := s.dial(4)
		c.join("/")
		_ = c.conn.Close()
		Eventually(reasons).Should(Receive(Equal("transport close")))
		Expect(s.library.Sockets().Sockets().Len()).To(BeZero())
	})

	It("after a panic in Connected is the end of the session, and of nothing else", func() {
		s := serve(testConfig(), Namespace{Name: "/", Connected: func(*Socket) { panic("boom") }})
		c := s.dial(4)
		c.send("0")
		Expect(c.next()).To(HavePrefix("0{"))
		Expect(c.next()).To(Equal("1"))
		c.ended()
		Expect(s.Stats().Namespaces["/"].Panics).To(BeEquivalentTo(1))
	})

	It("may panic, and so may Admit", func() {
		s := serve(testConfig(), Namespace{Name: "/", Disconnected: func(*Socket, string) { panic("boom") }},
			Namespace{Name: "/admin", Admit: func(*Socket) error { panic("boom") }})
		c := s.dial(4)
		c.join("/")
		c.send("0/admin,")
		Expect(c.next()).To(Equal(`4/admin,{"message":"internal error"}`))
		_ = c.conn.Close()
		Eventually(func() uint64 { return s.Stats().Namespaces["/"].Panics }).Should(BeEquivalentTo(1))
		s.dial(4).join("/")
	})

	It("leaves nothing behind, whatever the churn", func() {
		var connected, disconnected atomic.Int32
		row := func(name string) Namespace {
			return Namespace{
				Name:         name,
				Connected:    func(s *Socket) { connected.Add(1); s.Join("all", "room") },
				Disconnected: func(*Socket, string) { disconnected.Add(1) },
				Events:       map[string]Handler{"kick": func(s *Socket, _ Message) Message { s.Disconnect(); return Message{} }},
			}
		}
		s := serve(testConfig(), row("/"), row("/custom"))
		var group sync.WaitGroup
		for worker := range 8 {
			group.Go(func() {
				defer GinkgoRecover()
				for i := range 25 {
					c := s.dial(3 + worker%2)
					c.send("0", "0/custom,")
					switch i % 4 {
					case 0:
						c.send("1/custom,")
						c.next()
					case 1:
						c.send(`2/custom,["kick"]`)
						c.ended()
					case 2:
						c.send("garbage")
						c.ended()
					}
					_ = c.conn.Close()
				}
			})
		}
		group.Wait()
		Eventually(s.Sessions).Should(BeZero())
		Eventually(disconnected.Load).Should(Equal(connected.Load()))
		for _, n := range s.Stats().Namespaces {
			Expect(n.Sockets).To(BeZero())
			Expect(n.Connects).To(Equal(n.Disconnects))
		}
		for _, n := range s.namespaces {
			Expect(n.members.Counts()).To(BeZero())
			Expect(s.library.Of(n.Name, nil).Sockets().Len()).To(BeZero())
		}
	})
})
