package sio

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"
)

var _ = Describe("the library behind it", func() {
	// pair is a server with two sockets on "/", of which the first is in "room".
	pair := func() (s *served, in, out *client, ids []socket.SocketId) {
		GinkgoHelper()
		first := true
		s = serve(testConfig(), Namespace{Name: "/", Connected: func(s *Socket) {
			if first {
				s.Join("room")
			}
			first = false
		}})
		in, out = s.dial(4), s.dial(4)
		return s, in, out, []socket.SocketId{socket.SocketId(in.join("/")), socket.SocketId(out.join("/"))}
	}

	It("broadcasts through our rooms, without HTML escapes", func() {
		s, in, out, ids := pair()
		Expect(s.library.To("room").Emit("x", "<a>", types.NewBytesBuffer([]byte{1}))).To(Succeed())
		Expect(in.next()).To(Equal(`51-["x","<a>",{"_placeholder":true,"num":0}]`))
		Expect(in.next()).To(Equal("b\x01"))
		Expect(s.library.Except("room").Emit("y")).To(Succeed())
		Expect(out.next()).To(Equal(`2["y"]`))
		Expect(s.library.To("room").Except(socket.Room(ids[0])).Emit("z")).To(Succeed())
		Expect(s.library.Emit("end")).NotTo(BeNil())
		Expect(in.next()).To(Equal(`2["end"]`))
		Expect(out.next()).To(Equal(`2["end"]`))
	})

	It("asks our rooms who is where, and changes nothing behind their back", func() {
		s, _, _, ids := pair()
		sockets, err := s.library.In("room").AllSockets()
		Expect(err).NotTo(HaveOccurred())
		Expect(sockets.Keys()).To(Equal(ids[:1]))
		s.library.In("room").SocketsJoin("second")
		Expect(s.Emit("/", named("second"), "x", []byte("1"), "")).To(Equal(1))
		var fetched []*socket.RemoteSocket
		s.library.In("second").FetchSockets()(func(found []*socket.RemoteSocket, _ error) { fetched = found })
		Expect(fetched).To(HaveLen(1))
		Expect(fetched[0].Rooms().Keys()).To(ConsistOf(socket.Room(ids[0]), socket.Room("room"), socket.Room("second")))
		s.library.SocketsLeave("room")
		Expect(s.Emit("/", named("room"), "x", []byte("1"), "")).To(BeZero())
		library, _ := s.library.Of("/", nil).Sockets().Load(ids[1])
		library.Join("third")
		library.Leave("third")
		Expect(library.Rooms().Keys()).To(Equal([]socket.Room{socket.Room(ids[1])}))
	})

	It("counts clients and not arguments when it waits for acknowledgements", func() {
		s, in, out, _ := pair()
		answers := make(chan []any, 1)
		s.library.Timeout(5 * time.Second).EmitWithAck("q")(func(args []any, err error) {
			defer GinkgoRecover()
			Expect(err).NotTo(HaveOccurred())
			answers <- args
		})
		in.send("3" + in.next()[1:2] + "[]")
		out.send("3" + out.next()[1:2] + "[1,2,3]")
		Eventually(answers).Should(Receive(HaveLen(2)))
	})

	It("is answered by one client as well", func() {
		s, in, _, ids := pair()
		library, _ := s.library.Of("/", nil).Sockets().Load(ids[0])
		answers := make(chan []any, 1)
		library.Timeout(5*time.Second).EmitWithAck("q", 1)(func(args []any, _ error) { answers <- args })
		in.send("3" + in.next()[1:2] + `["yes"]`)
		Eventually(answers).Should(Receive(HaveLen(1)))
		Expect(library.Acks().Len()).To(BeZero())
	})

	It("can send its sockets away", func() {
		s, in, out, _ := pair()
		s.library.In("room").DisconnectSockets(true)
		Expect(in.next()).To(Equal("1"))
		in.ended()
		Expect(s.Broadcast("/", "x", []byte("1"), "")).To(Equal(1))
		Expect(out.next()).To(Equal(`2["x",1]`))
		s.library.DisconnectSockets(false)
		Expect(out.next()).To(Equal("1"))
	})

	It("never makes the same namespace twice, whoever comes at once", func() {
		s := serve(testConfig(), Namespace{Name: "/"}, Namespace{Name: "/custom"})
		before := s.library.Of("/custom", nil)
		var clients []*client
		for range 20 {
			clients = append(clients, s.dial(4))
		}
		var group sync.WaitGroup
		for _, c := range clients {
			group.Go(func() { c.send("0/custom,", "0/dynamic,") })
		}
		group.Wait()
		for _, c := range clients {
			Expect(c.next()).To(HavePrefix("0/custom,{"))
			Expect(c.next()).To(HavePrefix("4/dynamic,{"))
		}
		Expect(s.library.Of("/custom", nil)).To(BeIdenticalTo(before))
		Expect(s.Broadcast("/custom", "x", []byte("1"), "")).To(Equal(20))
	})

	It("pings a quick client for as long as it answers", func() {
		cfg := testConfig()
		cfg.Engine.PingInterval, cfg.Engine.PingTimeout = 20*time.Millisecond, time.Second
		var gone atomic.Int32
		s := serve(cfg, Namespace{Name: "/", Disconnected: func(*Socket, string) { gone.Add(1) }})
		for range 50 {
			s.dial(4).join("/")
		}
		Consistently(gone.Load).WithTimeout(1500 * time.Millisecond).Should(BeZero())
		s.Drain(context.Background(), 0)
		Eventually(gone.Load).Should(BeEquivalentTo(50))
	})
})
