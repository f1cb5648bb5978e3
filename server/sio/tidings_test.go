package sio

import (
	"encoding/json"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/rs/zerolog"
	"github.com/tickstock/tickcast/rooms"
)

func raw(values ...string) (args []json.RawMessage) {
	for _, value := range values {
		args = append(args, json.RawMessage(value))
	}
	return args
}

func roomNamed(name string) rooms.Room { return rooms.Room(name) }

var _ = Describe("the position of an event", func() {
	nobody := func(*Socket, Past) (id, from string) { return "", "" }
	const mozilla = "Mozilla/5.0 (X11; Linux x86_64)"

	DescribeTable("reaches", func(protocol int, agent, payload string, want ...string) {
		s := serve(testConfig(), Namespace{Name: "/", Recover: nobody})
		c := s.dial(protocol, "User-Agent", agent)
		if protocol == 4 {
			c.enter("/", payload)
		} else {
			c.next()
		}
		s.Broadcast("/", "x", []byte(`{"a":1}`), "5-1")
		s.Broadcast("/", "end", []byte(`1`), "")
		for _, message := range want {
			Expect(c.next()).To(Equal(message))
		}
		Expect(c.next()).To(Equal(`2["end",1]`))
	},
		Entry("a browser in the packet", 4, mozilla, ``, `2["x",{"a":1},"5-1"]`),
		Entry("a browser with an auth in the packet", 4, mozilla, `{"token":"t"}`, `2["x",{"a":1},"5-1"]`),
		Entry("Node by polling in the packet", 4, "node-XMLHttpRequest", `{"token":"t"}`, `2["x",{"a":1},"5-1"]`),
		Entry("Node by websocket in the packet", 4, "", ``, `2["x",{"a":1},"5-1"]`),
		Entry("whoever has shown a pid in the packet", 4, "any", `{"pid":"p"}`, `2["x",{"a":1},"5-1"]`),
		Entry("Python's client in an event of its own", 4, "", `{}`, `2["x",{"a":1}]`, `2["position","5-1"]`),
		Entry("another client in an event of its own", 4, "okhttp/4", ``, `2["x",{"a":1}]`, `2["position","5-1"]`),
		Entry("no client of protocol 3", 3, mozilla, ``, `2["x",{"a":1}]`),
	)

	It("reaches nobody where nothing is recovered", func() {
		s := serve(testConfig(), Namespace{Name: "/"})
		c := s.dial(4)
		c.join("/")
		s.Broadcast("/", "x", []byte(`1`), "5-1")
		Expect(c.next()).To(Equal(`2["x",1]`))
	})

	DescribeTable("is told again after an event that ends with a string:", func(payload string, send func(*served, *Socket), loose string) {
		sockets := make(chan *Socket, 1)
		s := serve(testConfig(), Namespace{Name: "/", Recover: nobody, Connected: func(s *Socket) { sockets <- s }})
		c := s.dial(4)
		c.enter("/", payload)
		socket := <-sockets
		send(s, socket)
		Expect(c.next()).To(Equal(loose), "there is nothing to tell yet")
		socket.EmitAt("5-1", "x", []byte(`1`))
		for range 1 + len(payload)/2 { // {} has its positions apart
			c.next()
		}
		send(s, socket)
		Expect([]string{c.next(), c.next()}).To(Equal([]string{loose, `2["position","5-1"]`}))
		Expect(socket.Position()).To(Equal("5-1"))
	},
		Entry("from Flask's queue", ``, func(s *served, _ *Socket) {
			s.Send(Emission{Namespace: "/", Event: "note", Message: Message{Args: raw(`1`, `"text"`)}})
		}, `2["note",1,"text"]`),
		Entry("from Flask's queue, to any client", `{}`, func(s *served, _ *Socket) {
			s.Send(Emission{Namespace: "/", Event: "note", Message: Message{Args: raw(`"text"`)}})
		}, `2["note","text"]`),
		Entry("from us", ``, func(_ *served, socket *Socket) { socket.Emit("note", []byte(` "text"`)) }, `2["note", "text"]`),
		Entry("broadcast", ``, func(s *served, _ *Socket) { s.Broadcast("/", "note", []byte(`"text"`), "") }, `2["note","text"]`),
		Entry("as a message", ``, func(_ *served, socket *Socket) {
			socket.EmitMessage("note", Message{Args: raw(`"text"`)})
		}, `2["note","text"]`),
	)

	It("that all begins with is told only where an event would belie it", func() {
		sockets := make(chan *Socket, 1)
		s := serve(testConfig(), Namespace{Name: "/", Recover: nobody, Connected: func(s *Socket) { sockets <- s }})
		c := s.dial(4)
		c.enter("/", "")
		socket := <-sockets
		socket.Begin("1-1")
		socket.Begin("2-1") // it has begun
		socket.Emit("x", []byte(`{}`))
		socket.Emit("note", []byte(`"text"`))
		Expect([]string{c.next(), c.next(), c.next()}).To(Equal([]string{`2["x",{}]`, `2["note","text"]`, `2["position","1-1"]`}))
	})

	It("comes with nothing live in between of what Opening sends", func() {
		s := serve(testConfig(), Namespace{Name: "/", Recover: nobody,
			Opening:   func(s *Socket, open func()) { open(); s.EmitAt("2-1", "missed", []byte(`1`)) },
			Connected: func(s *Socket) { s.EmitAt("1-1", "hello", []byte(`1`)) }})
		c := s.dial(4)
		c.enter("/", "")
		Expect([]string{c.next(), c.next()}).To(Equal([]string{`2["hello",1,"1-1"]`, `2["missed",1,"2-1"]`}))
	})

	It("brings nobody in if Opening does not open", func() {
		s := serve(testConfig(), Namespace{Name: "/", Opening: func(*Socket, func()) {}})
		c := s.dial(4)
		c.join("/")
		Expect(c.next()).To(Equal("1"))
		Expect(s.Present("/")).To(BeZero())
	})

	It("is proved by the answer to a ping that was sent after it", func() {
		cfg := testConfig()
		cfg.Engine.PingInterval = 50 * time.Millisecond
		cfg.Settled = func() string { return "9-0" }
		sockets := make(chan *Socket, 1)
		s := serve(cfg, Namespace{Name: "/", Recover: nobody, Connected: func(s *Socket) { sockets <- s }})
		s.dial(4).enter("/", "")
		Eventually((<-sockets).Proven).Should(Equal("9-0"))
	})
})

// An event with a position costs the same memory, whether one socket gets it or two hundred.
func TestDeliveryAllocatesNothing(t *testing.T) {
	cost := func(sockets int) float64 {
		s := New(testConfig(), []Namespace{{Name: "/", Recover: func(*Socket, Past) (id, from string) { return "", "" }}}, zerolog.Nop())
		n := s.namespaces["/"]
		recipients := make([]*Socket, sockets)
		for i := range recipients {
			recipients[i] = &Socket{namespace: n, told: told(i % 3)}
		}
		return testing.AllocsPerRun(100, func() {
			args := [...][]byte{[]byte(`{"a":1}`)}
			t := &tidings{namespace: n, event: "x", args: args[:], position: "5-1"}
			for _, socket := range recipients {
				t.framesFor(socket)
			}
		})
	}
	if few, many := cost(3), cost(300); many > few {
		t.Errorf("%v allocations for 300 sockets, %v for 3", many, few)
	}
}
