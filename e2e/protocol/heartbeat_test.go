package protocol_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The heartbeat", func() {
	BeforeEach(func() { target = quick })

	Context("of protocol 4: the server pings, the client answers", func() {
		It("goes on over polling", func() {
			sid := v4().handshake()
			for range 3 {
				Expect(get(v4().path(sid))).To(And(haveStatus(200), haveBody("2")))
				v4().push(sid, "3")
			}
		})

		It("goes on over websocket", func() {
			socket := v4().websocket()
			for range 3 {
				Eventually(socket.Frames()).Should(bring("2"))
				Expect(socket.Text("3")).To(Succeed())
			}
		})

		It("takes an answer that nobody asked for", func() {
			socket := v4().websocket()
			Expect(socket.Text("3")).To(Succeed())
			Expect(socket.Text("4alive")).To(Succeed())
			Eventually(socket.Frames()).Should(bring("4alive"))
		})
	})

	Context("of protocol 3: the client pings, the server answers", func() {
		It("goes on over polling", func() {
			sid := v3().handshake()
			for range 3 {
				v3().push(sid, "2")
				Expect(v3().poll(sid)).To(Equal([]string{"3"}))
			}
		})

		It("goes on over websocket", func() {
			socket := v3().websocket()
			for range 3 {
				Expect(socket.Text("2")).To(Succeed())
				Expect(next(socket)).To(Equal("3"))
			}
		})

		It("never pings a client", func() {
			socket := v3().websocket()
			Consistently(socket.Frames(), "400ms").ShouldNot(Receive())
		})

		It("keeps a session alive that pings late, but in time", func() {
			socket := v3().websocket()
			Consistently(socket.Frames(), "350ms").ShouldNot(Receive())
			Expect(socket.Text("2")).To(Succeed())
			Expect(next(socket)).To(Equal("3"))
			Consistently(socket.Frames(), "350ms").ShouldNot(Receive())
			Expect(socket.Text("4alive")).To(Succeed())
			Eventually(socket.Frames()).Should(bring("4alive"))
		})
	})

	DescribeTable("closes a silent session when interval and timeout are over", func(d dialect) {
		sid := d.handshake()
		const grace = 100 * time.Millisecond // for the machine, not for the server
		Eventually(time.After(500*time.Millisecond + grace)).Should(Receive())
		Expect(post(d.path(sid), d.join("4anybody there"))).To(beRefused(1, "Session ID unknown"))
	}, dialects())

	DescribeTable("closes a silent session over websocket", func(d dialect) {
		socket := d.websocket()
		Eventually(socket.Frames()).Should(BeClosed())
	}, dialects())

	DescribeTable("ends the waiting poll of a silent session", func(d dialect) {
		sid := d.handshake()
		Eventually(func() int { return get(d.path(sid)).Status }).Should(Equal(400))
	}, dialects())
})
