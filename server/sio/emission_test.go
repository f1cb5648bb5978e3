package sio

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
)

var _ = Describe("an emission", func() {
	It("carries several arguments and attachments to the rooms, and skips whom it shall", func() {
		s := serve(testConfig(), Namespace{Name: "/"}, Namespace{Name: "/other"})
		one, two, other := s.dial(4), s.dial(4), s.dial(4)
		first, second := one.join("/"), two.join("/")
		other.join("/other")
		e := Emission{Namespace: "/", To: named(rooms.Room(first), rooms.Room(second), rooms.Room(first)), Event: "x",
			Message: Message{Args: args(`1`, `{"_placeholder":true,"num":0}`).Args, Attachments: [][]byte{{1, 2}}}}
		Expect(s.Send(e)).To(Equal(2))
		for _, c := range []*client{one, two} {
			Expect([]string{c.next(), c.next()}).To(Equal([]string{`51-["x",1,{"_placeholder":true,"num":0}]`, "b\x01\x02"}))
		}

		everyone := Emission{Namespace: "/", Event: "y", Skip: []string{"", first, "nobody"}}
		Expect(s.Send(everyone)).To(Equal(1))
		Expect(two.next()).To(Equal(`2["y"]`))
		Expect(s.Send(Emission{Namespace: "/other", Event: "z", Message: args(`null`)})).To(Equal(1))
		Expect(other.next()).To(Equal(`2/other,["z",null]`))
		Expect(s.Broadcast("/", "end", []byte("0"), "")).To(Equal(2))
		Expect(one.next()).To(Equal(`2["end",0]`))
	})

	It("skips sockets by their ids, not rooms of that name", func() {
		s := serve(testConfig(), Namespace{Name: "/"})
		one, two := s.dial(4), s.dial(4)
		first, second := one.join("/"), two.join("/")
		s.Find("/", second).Join(rooms.Room(first))
		Expect(s.Send(Emission{Namespace: "/", To: named(rooms.Room(first)), Event: "x", Skip: []string{first}})).To(Equal(1))
		Expect(two.next()).To(Equal(`2["x"]`))
		Expect(s.Find("/", first).ID()).To(Equal(first))
	})

	It("reaches nobody where there is nobody", func() {
		s := serve(testConfig(), Namespace{Name: "/"})
		c := s.dial(4)
		c.join("/")
		for _, e := range []Emission{
			{Namespace: "/nowhere", Event: "x"}, {Namespace: "/", Event: "disconnect"}, {Namespace: "/", Event: "x", To: []rooms.Room{}},
			{Namespace: "/", Event: "x", To: named("empty")}, {Namespace: "/", Event: "x", Message: args(`}`)},
		} {
			Expect(s.Send(e)).To(BeZero())
		}
		Expect(s.Find("/nowhere", "x")).To(BeNil())
		Expect(s.Find("/", "")).To(BeNil())
		Expect(s.SocketsIn("/nowhere", "x")).To(BeEmpty())
	})

	// asked sends a question to the rooms; what is answered comes out of the channel.
	asked := func(s *served, to ...rooms.Room) <-chan Message {
		GinkgoHelper()
		answers := make(chan Message, 10)
		e := Emission{Namespace: "/", To: to, Event: "ask", Answer: func(m Message) { answers <- m }}
		Expect(s.Send(e)).To(BeNumerically(">", 0))
		return answers
	}
	// question reads one, and returns its id.
	question := func(c *client) string {
		GinkgoHelper()
		said := c.next()
		Expect(said).To(HaveSuffix(`["ask"]`))
		return strings.TrimSuffix(strings.TrimPrefix(said, "2"), `["ask"]`)
	}

	It("that asks is answered once, by the first of those who were asked", func() {
		s := serve(testConfig(), Namespace{Name: "/"})
		one, two, stranger := s.dial(4), s.dial(4), s.dial(4)
		answers := asked(s, rooms.Room(one.join("/")), rooms.Room(two.join("/")))
		stranger.join("/")
		id := question(one)
		Expect(question(two)).To(Equal(id))

		stranger.send("3"+id+`["forged"]`, `2["ignored"]`)
		Eventually(func() uint64 { return s.Stats().Namespaces["/"].UnknownIn }).Should(BeEquivalentTo(1))
		Expect(answers).NotTo(Receive())
		two.send("61-" + id + `["ok",{"_placeholder":true,"num":0}]`)
		two.sendBinary([]byte{7})
		var answer Message
		Eventually(answers).Should(Receive(&answer))
		Expect(answer.Args).To(Equal(args(`"ok"`, `{"_placeholder":true,"num":0}`).Args))
		Expect(answer.Attachments).To(Equal([][]byte{{7}}))
		one.send("3"+id+`["late"]`, `2["ignored"]`)
		Eventually(func() uint64 { return s.Stats().Namespaces["/"].UnknownIn }).Should(BeEquivalentTo(2))
		Expect(answers).NotTo(Receive())
	})

	It("whose answer panics costs nobody anything", func() {
		s := serve(testConfig(), Namespace{Name: "/"})
		c := s.dial(4)
		id := c.join("/")
		Expect(s.Send(Emission{Namespace: "/", Event: "ask", Answer: func(Message) { panic("stumbled") }})).To(Equal(1))
		c.send("3" + question(c) + "[]")
		Eventually(func() uint64 { return s.Stats().Namespaces["/"].Panics }).Should(BeEquivalentTo(1))
		Expect(s.Find("/", id)).NotTo(BeNil())
	})

	It("sends a browser out of one namespace, and its others go on", func() {
		s := serve(testConfig(), Namespace{Name: "/"}, Namespace{Name: "/other"})
		c := s.dial(4)
		c.join("/other")
		id := c.join("/")
		s.Find("/", id).Dismiss()
		Expect(c.next()).To(Equal("1"))
		Expect(s.Find("/", id)).To(BeNil())
		Expect(s.Broadcast("/other", "x", []byte("1"), "")).To(Equal(1))
		Expect(c.next()).To(Equal(`2/other,["x",1]`))
	})
})

var _ = Describe("questions", func() {
	start := time.Unix(1758902400, 0)
	one, two := new(Socket), new(Socket)
	// noted is an answer that says who gave it.
	noted := func(to *[]string, name string) func(Message) { return func(Message) { *to = append(*to, name) } }

	It("are answered by who was asked, once, and in time", func() {
		q, now := newQuestions(), start
		var got []string
		Expect(q.ask(1, []*Socket{one}, noted(&got, "first"), now)).To(BeTrue())
		Expect(q.ask(2, []*Socket{one, two}, noted(&got, "second"), now.Add(time.Second))).To(BeTrue())
		Expect(q.settle(1, two, now)).To(BeNil())
		Expect(q.settle(3, one, now)).To(BeNil())
		q.settle(1, one, now)(Message{})
		Expect(q.settle(1, one, now)).To(BeNil())
		Expect(q.settle(2, two, now.Add(time.Second+questionLife))).To(BeNil(), "too late")
		Expect(got).To(Equal([]string{"first"}))
		Expect(q.asked).To(BeZero())
		Expect(q.open).To(BeEmpty())
		Expect(q.order).To(BeEmpty())
	})

	It("are bounded by the sockets that are asked, until they answer or their time is up", func() {
		q, now := newQuestions(), start
		ask := func(id int, of ...*Socket) bool { return q.ask(uint64(id), of, func(Message) {}, now) }
		Expect(ask(0, make([]*Socket, maxQuestions+1)...)).To(BeFalse())
		for id := range maxQuestions {
			Expect(ask(id, one)).To(BeTrue())
		}
		Expect(ask(maxQuestions, one)).To(BeFalse())
		for id := range maxQuestions / 2 {
			Expect(q.settle(uint64(id), one, now)).NotTo(BeNil())
		}
		Expect(ask(maxQuestions, one)).To(BeTrue())
		Expect(len(q.order)).To(BeNumerically("<=", maxQuestions/2+1), "answered ones take no place")
		now = now.Add(questionLife)
		Expect(ask(maxQuestions+1, one, two)).To(BeTrue())
		Expect(q.asked).To(Equal(2))
	})
})
