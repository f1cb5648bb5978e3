package sio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("events", func() {
	echoes := func() Namespace {
		return Namespace{Name: "/", Events: map[string]Handler{
			"message": echo,
			"ask":     func(_ *Socket, m Message) Message { return m },
			"panic":   func(*Socket, Message) Message { panic("boom") },
		}}
	}

	It("come back exactly as they were sent, letter by letter", func() {
		s := serve(testConfig(), echoes())
		c := s.dial(4)
		c.join("/")
		for _, arguments := range []string{
			`,1,"<b>&amp;</b>",{"b":1,"a":[null,true]}`, `,12345678901234567890,1.10,1e400`, `,"äß€😀","\u0041"`, `,{"_placeholder":true,"num":0}`, ``,
		} {
			c.send(`2["message"` + arguments + `]`)
			Expect(c.next()).To(Equal(`2["message-back"` + arguments + `]`))
		}
	})

	It("carry binary data both ways", func() {
		s := serve(testConfig(), echoes())
		c := s.dial(4)
		c.join("/")
		c.send(`52-["message",{"deep":[{"_placeholder":true,"num":0}]},{"_placeholder":true,"num":1}]`)
		c.sendBinary([]byte{1, 0, 255})
		c.sendBinary(nil)
		Expect(c.next()).To(Equal(`52-["message-back",{"deep":[{"_placeholder":true,"num":0}]},{"_placeholder":true,"num":1}]`))
		Expect(c.next()).To(Equal("b\x01\x00\xff"))
		Expect(c.next()).To(Equal("b"))
	})

	It("are encoded once for all who get them", func() {
		s := serve(testConfig(), echoes())
		for range 50 {
			s.dial(4).join("/")
		}
		payload := append(append([]byte{'"'}, bytes.Repeat([]byte("x"), 64<<10)...), '"')
		least := uint64(math.MaxUint64) // of some: the clients' readers allocate in this process, too
		for range 5 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			Expect(s.Broadcast("/", "large", payload, "")).To(Equal(50))
			runtime.ReadMemStats(&after)
			least = min(least, after.TotalAlloc-before.TotalAlloc)
		}
		Expect(least).To(BeNumerically("<", 10*len(payload)))
	})

	It("never come between a packet and its attachments", func() {
		cfg := testConfig()
		cfg.Engine.Outbox = 1 << 30 // however slowly the client reads here
		s := serve(cfg, echoes())
		c := s.dial(4)
		c.join("/")
		stop := make(chan struct{})
		var group sync.WaitGroup
		DeferCleanup(func() { close(stop); group.Wait() })
		for range 4 {
			group.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						s.Broadcast("/", "tick", []byte("1"), "")
					}
				}
			})
		}
		const packets, attachments = 300, 10
		placeholder := `,{"_placeholder":true,"num":0}`
		for range packets {
			c.send(fmt.Sprintf(`5%d-["message"%s]`, attachments, placeholder))
			for range attachments {
				c.sendBinary([]byte("data"))
			}
		}
		for range packets {
			message := c.next()
			for strings.HasPrefix(message, `2["tick"`) {
				message = c.next()
			}
			Expect(message).To(Equal(fmt.Sprintf(`5%d-["message-back"%s]`, attachments, placeholder)))
			for range attachments {
				Expect(c.next()).To(Equal("bdata"))
			}
		}
	})

	It("are acknowledged when the browser asks for it", func() {
		s := serve(testConfig(), echoes())
		c := s.dial(4)
		c.join("/")
		c.send(`20["ask",1,{"x":2}]`, `2["ask"]`, `29007199254740991["ask"]`)
		Expect(c.next()).To(Equal(`30[1,{"x":2}]`))
		Expect(c.next()).To(Equal(`39007199254740991[]`))
		c.send(`51-7["ask",{"_placeholder":true,"num":0}]`)
		c.sendBinary([]byte{9})
		Expect(c.next()).To(Equal(`61-7[{"_placeholder":true,"num":0}]`))
		Expect(c.next()).To(Equal("b\x09"))
	})

	It("are handled in the order of the wire, one at a time", func() {
		var running, seen int
		s := serve(testConfig(), Namespace{Name: "/", Events: map[string]Handler{"n": func(_ *Socket, m Message) Message {
			running++ // the race detector watches
			defer func() { running-- }()
			var n int
			_ = json.Unmarshal(m.Args[0], &n)
			if n == seen && running == 1 {
				seen++
			}
			return Message{}
		}, "seen": func(*Socket, Message) Message {
			return Message{Args: []json.RawMessage{json.RawMessage(fmt.Sprint(seen))}}
		}}})
		c := s.dial(4)
		c.join("/")
		for i := range 2000 {
			c.send(fmt.Sprintf(`2["n",%d]`, i))
		}
		c.send(`21["seen"]`)
		Expect(c.next()).To(Equal(`31[2000]`))
	})

	It("are all handled before a close behind them", func() {
		handled := make(chan int, 2000)
		s := serve(testConfig(), Namespace{Name: "/",
			Events:       map[string]Handler{"e": func(*Socket, Message) Message { handled <- 1; return Message{} }},
			Disconnected: func(*Socket, string) { close(handled) },
		})
		c := s.dial(4)
		c.join("/")
		for range 1000 {
			c.send(`2["e"]`)
		}
		_ = c.conn.Close()
		count := 0
		for range handled {
			count++
		}
		Expect(count).To(Equal(1000))
	})

	It("that nobody handles are counted and not answered", func() {
		s := serve(testConfig(), echoes())
		c := s.dial(4)
		c.join("/")
		c.send(`21["nobody"]`, `22["<script>\u001b[31m"]`, `23["ask"]`)
		Expect(c.next()).To(Equal(`33[]`))
		Expect(s.Stats().Namespaces["/"].UnknownIn).To(BeEquivalentTo(2))
		Expect(s.Stats().Namespaces["/"].EventsIn).To(Equal(map[string]uint64{"message": 0, "ask": 1, "panic": 0}))
		Expect(s.log.String()).NotTo(ContainSubstring("\x1b"))
	})

	It("whose handler panics cost nobody anything", func() {
		s := serve(testConfig(), echoes())
		c := s.dial(4)
		c.join("/")
		c.send(`21["panic"]`, `22["ask"]`)
		Expect(c.next()).To(Equal(`32[]`))
		Expect(s.Stats().Namespaces["/"].Panics).To(BeEquivalentTo(1))
		Expect(s.log.String()).To(And(ContainSubstring("boom"), ContainSubstring("events_test.go")))
	})

	It("with an argument that is no JSON, or a reserved name, are not sent", func() {
		s := serve(testConfig(), Namespace{Name: "/", Connected: func(s *Socket) {
			Expect(s.Emit("bad", []byte("{"))).To(BeFalse())
			Expect(s.Emit("bad", []byte("\"\xff\""))).To(BeFalse())
			Expect(s.EmitMessage("bad", Message{Args: []json.RawMessage{nil}})).To(BeFalse())
			Expect(s.Emit("disconnect")).To(BeFalse())
			Expect(s.Emit("good", []byte("1"))).To(BeTrue())
		}})
		c := s.dial(4)
		c.join("/")
		Expect(c.next()).To(Equal(`2["good",1]`))
		Expect(s.Broadcast("/", "bad", []byte("1 2"), "")).To(BeZero())
		Expect(s.Emit("/", named("x"), "bad", []byte("1 2"), "")).To(BeZero())
		Expect(s.Stats().Namespaces["/"].Unsound).To(BeEquivalentTo(5))
	})
})
