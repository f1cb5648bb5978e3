package sio

import (
	"fmt"
	"strconv"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
)

var _ = Describe("emitting", func() {
	// joining lets a browser say which rooms it wants.
	joining := func(name string) Namespace {
		return Namespace{Name: name, Events: map[string]Handler{
			"join":  func(s *Socket, m Message) Message { s.Join(named(roomOf(m))...); return Message{} },
			"leave": func(s *Socket, m Message) Message { s.Leave(named(roomOf(m))...); return Message{} },
		}}
	}
	ask := func(c *client, event, room string) {
		GinkgoHelper()
		c.send(fmt.Sprintf(`20[%q,%q]`, event, room))
		Expect(c.next()).To(Equal("30[]"))
	}

	It("loses nothing in bursts to 200 browsers, and keeps the order", func() {
		const browsers, events = 200, 500
		s := serve(testConfig(), joining("/"))
		var clients []*client
		for i := range browsers {
			c := s.dial(4 - i%2)
			c.send("0")
			Expect(c.next()).To(HavePrefix("0"))
			if i%2 == 1 {
				c.next() // clients of protocol 3 are told twice if they ask
			}
			clients = append(clients, c)
		}
		for i := range events {
			Expect(s.Broadcast("/", "n", []byte(strconv.Itoa(i)), "")).To(Equal(browsers))
		}
		for _, c := range clients {
			for i := range events {
				Expect(c.next()).To(Equal(fmt.Sprintf(`2["n",%d]`, i)))
			}
		}
		Expect(s.Stats().Namespaces["/"]).To(And(
			HaveField("Emits", BeEquivalentTo(events)), HaveField("Deliveries", BeEquivalentTo(browsers*events))))
	})

	It("reaches each socket of the rooms once, and nobody else", func() {
		s := serve(testConfig(), joining("/"), joining("/other"))
		both, one, none := s.dial(4), s.dial(4), s.dial(4)
		id := both.join("/")
		one.join("/")
		none.join("/")
		none.join("/other")
		ask(both, "join", "a")
		ask(both, "join", "b")
		ask(one, "join", "b")
		Expect(s.Emit("/", named("a", "b", "c"), "x", []byte("1"), "")).To(Equal(2))
		Expect(s.Emit("/other", named("a", "b"), "x", []byte("1"), "")).To(BeZero())
		Expect(s.Emit("/nowhere", named("a"), "x", []byte("1"), "")).To(BeZero())
		Expect([]int{s.In("/", "a"), s.In("/", "b"), s.In("/", "c"), s.In("/nowhere", "a")}).To(Equal([]int{1, 2, 0, 0}))
		Expect(s.Emit("/", nil, "x", []byte("1"), "")).To(BeZero())
		Expect(s.Emit("/", named(rooms.Room(id)), "own", []byte("2"), "")).To(Equal(1))
		Expect(s.Broadcast("/", "end", []byte("3"), "")).To(Equal(3))
		Expect(s.Broadcast("/nowhere", "end", []byte("3"), "")).To(BeZero())
		Expect([]string{both.next(), both.next(), both.next()}).To(Equal([]string{`2["x",1]`, `2["own",2]`, `2["end",3]`}))
		Expect([]string{one.next(), one.next()}).To(Equal([]string{`2["x",1]`, `2["end",3]`}))
		Expect(none.next()).To(Equal(`2["end",3]`))
	})

	It("reaches nobody of an excepted room", func() {
		s := serve(testConfig(), joining("/"))
		both, one := s.dial(4), s.dial(4)
		both.join("/")
		one.join("/")
		for _, room := range []string{"a", "spared"} {
			ask(both, "join", room)
		}
		ask(one, "join", "a")
		Expect(s.Emit("/", named("a"), "x", []byte("1"), "", "spared")).To(Equal(1))
		Expect(s.Broadcast("/", "y", []byte("2"), "", "spared")).To(Equal(1))
		Expect(s.Broadcast("/", "end", []byte("3"), "")).To(Equal(2))
		Expect([]string{one.next(), one.next(), one.next()}).To(Equal([]string{`2["x",1]`, `2["y",2]`, `2["end",3]`}))
		Expect(both.next()).To(Equal(`2["end",3]`))
	})

	It("counts only those whose connection takes it", func() {
		s := serve(testConfig(), joining("/"))
		c := s.dial(4)
		c.join("/")
		s.dial(4).join("/")
		_ = c.conn.Close()
		Eventually(func() int { return s.Broadcast("/", "x", []byte("1"), "") }).Should(Equal(1))
	})

	It("finds who has just joined, however others leave", func() {
		s := serve(testConfig(), joining("/"))
		stays, goes := s.dial(4), s.dial(4)
		stays.join("/")
		goes.join("/")
		for range 200 {
			ask(goes, "join", "room")
			var group sync.WaitGroup
			group.Go(func() { goes.send(`20["leave","room"]`) })
			group.Go(func() { stays.send(`20["join","room"]`) })
			group.Wait()
			Expect(goes.next()).To(Equal("30[]"))
			Expect(stays.next()).To(Equal("30[]"))
			Expect(s.Emit("/", named("room"), "x", []byte("1"), "")).To(Equal(1))
			Expect(stays.next()).To(Equal(`2["x",1]`))
			ask(stays, "leave", "room")
		}
		Expect(s.namespaces["/"].members.Counts().Rooms).To(Equal(2), "the sockets' own")
	})
})
