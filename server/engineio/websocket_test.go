package engineio_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/server/engineio"
)

// raw is a client without any library.
type raw struct{ net.Conn }

func dialRaw(h *host) raw {
	GinkgoHelper()
	conn, err := net.Dial("tcp", strings.Split(h.URL, "/")[2])
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { _ = conn.Close() })
	return raw{conn}
}

func (r raw) write(text string) {
	GinkgoHelper()
	_, err := io.WriteString(r, text)
	Expect(err).NotTo(HaveOccurred())
}

const upgradeRequest = "GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\n" +
	"Upgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

// masked is a client's frame, header by hand.
func masked(first byte, payload []byte) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	b = append(b, 1, 2, 3, 4)
	for i, c := range payload {
		b = append(b, c^byte(i%4+1))
	}
	return b
}

var _ = Describe("A websocket session", func() {
	It("opens without offering an upgrade and echoes text and binary", func() {
		h := start(patient)
		d, err := h.dial("EIO=4")
		Expect(err).NotTo(HaveOccurred())
		defer d.Close()
		Expect(d.receive()).To(ContainSubstring(`"upgrades":[]`))
		d.send("4hello €")
		Expect(d.receive()).To(Equal("4hello €"))
		Expect(wsutil.WriteClientBinary(d.Conn, []byte{1, 2, 3})).To(Succeed())
		data, op, err := wsutil.ReadServerData(d)
		Expect(err).NotTo(HaveOccurred())
		Expect(op).To(Equal(ws.OpBinary))
		Expect(data).To(Equal([]byte{1, 2, 3}))
	})

	It("has a type byte before binary data in protocol 3", func() {
		d := start(patient).open("3")
		Expect(wsutil.WriteClientBinary(d.Conn, []byte{4, 1, 2, 3})).To(Succeed())
		data, _, err := wsutil.ReadServerData(d)
		Expect(err).NotTo(HaveOccurred())
		Expect(data).To(Equal([]byte{4, 1, 2, 3}))
		d.send("2probe")
		Expect(d.receive()).To(Equal("3probe"))
	})

	DescribeTable("takes a message of any size up to the limit, whole or in fragments",
		func(size, fragment int) {
			d := start(patient).open("4")
			text := []byte("4" + strings.Repeat("x", size-1))
			var sent sync.WaitGroup
			sent.Go(func() {
				op := byte(0x01)
				for rest := text; ; op = 0 {
					n := min(fragment, len(rest))
					if n == len(rest) {
						op |= 0x80
					}
					if _, err := d.Conn.Write(masked(op, rest[:n])); err != nil || op&0x80 != 0 {
						return
					}
					rest = rest[n:]
				}
			})
			got, err := d.receive()
			Expect(err).NotTo(HaveOccurred())
			Expect(got == string(text)).To(BeTrue(), "%d bytes came back", len(got))
			sent.Wait()
		},
		Entry(nil, 1, 10), Entry(nil, 125, 1000), Entry(nil, 126, 1000), Entry(nil, 4096, 5000), Entry(nil, 4097, 5000),
		Entry(nil, 65535, 70000), Entry(nil, 65536, 70000), Entry(nil, 1_000_000, 1_000_000), Entry(nil, 1_000_000, 4099), Entry(nil, 5000, 1),
	)

	It("handles what came in one packet with the handshake", func() {
		h := start(patient)
		c := dialRaw(h)
		c.write(upgradeRequest + string(masked(0x81, []byte("4early"))))
		Expect(io.ReadAll(io.LimitReader(c, 129))).To(ContainSubstring("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
		Eventually(func() string {
			buf := make([]byte, 300)
			n, _ := c.Read(buf)
			return string(buf[:n])
		}).Should(ContainSubstring("4early"))
	})

	DescribeTable("is closed with the code that says what was wrong",
		func(frames []byte, code ws.StatusCode, reason engineio.CloseReason) {
			h := start(patient)
			d := h.open("4")
			_, err := d.Conn.Write(frames)
			Expect(err).NotTo(HaveOccurred())
			Expect(d.status()()).To(Equal(code))
			Eventually(h.Closed).Should(ConsistOf(reason))
		},
		Entry("an unmasked frame", []byte("\x81\x014"), ws.StatusProtocolError, engineio.TransportError),
		Entry("a reserved bit", masked(0xc1, []byte("4")), ws.StatusProtocolError, engineio.TransportError),
		Entry("a reserved opcode", masked(0x83, []byte("4")), ws.StatusProtocolError, engineio.TransportError),
		Entry("a reserved control opcode", masked(0x8b, []byte("4")), ws.StatusProtocolError, engineio.TransportError),
		Entry("a fragmented ping", masked(0x09, nil), ws.StatusProtocolError, engineio.TransportError),
		Entry("a long ping", masked(0x89, make([]byte, 126)), ws.StatusProtocolError, engineio.TransportError),
		Entry("a continuation of nothing", masked(0x80, []byte("4")), ws.StatusProtocolError, engineio.TransportError),
		Entry("a message within a message", append(masked(0x01, []byte("4")), masked(0x81, []byte("4"))...), ws.StatusProtocolError, engineio.TransportError),
		Entry("text that is not UTF-8", masked(0x81, []byte("4\xc3\x28")), ws.StatusInvalidFramePayloadData, engineio.TransportError),
		Entry("a length over the limit", []byte{0x81, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0, 1, 2, 3, 4}, ws.StatusMessageTooBig, engineio.TransportError),
		Entry("a length that overflows", []byte{0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, ws.StatusMessageTooBig, engineio.TransportError),
		Entry("fragments over the limit", append(masked(0x01, make([]byte, 600_000)), masked(0x80, make([]byte, 600_000))...), ws.StatusMessageTooBig, engineio.TransportError),
		Entry("fragments without end", append(masked(0x01, []byte("4")), bytes.Repeat(masked(0x00, nil), 20_000)...), ws.StatusPolicyViolation, engineio.TransportError),
		Entry("a packet of no type", masked(0x81, []byte("x")), ws.StatusProtocolError, engineio.ParseError),
		Entry("an empty packet", masked(0x81, nil), ws.StatusProtocolError, engineio.ParseError),
		Entry("a ping in protocol 4", masked(0x81, []byte("2")), ws.StatusProtocolError, engineio.ParseError),
		Entry("a close frame of one byte", masked(0x88, []byte{3}), ws.StatusProtocolError, engineio.TransportError),
		Entry("a proper close frame, echoed", masked(0x88, []byte{3, 0xe9}), ws.StatusGoingAway, engineio.TransportClose),
		Entry("the protocol's own close packet", masked(0x81, []byte("1")), ws.StatusNormalClosure, engineio.TransportClose),
	)

	It("answers pings of the websocket itself, also in the middle of a message", func() {
		d := start(patient).open("4")
		_, err := d.Conn.Write(append(append(masked(0x01, []byte("4a")), masked(0x89, []byte("hi"))...), masked(0x80, []byte("b"))...))
		Expect(err).NotTo(HaveOccurred())
		pong, err := ws.ReadFrame(d)
		Expect(err).NotTo(HaveOccurred())
		Expect(pong.Header.OpCode).To(Equal(ws.OpPong))
		Expect(pong.Payload).To(Equal([]byte("hi")))
		Expect(d.receive()).To(Equal("4ab"))
	})

	It("is closed when a frame that began does not arrive", func() {
		h := start(quick)
		d := h.open("4")
		_, err := d.Conn.Write([]byte{0x81, 0x85, 1, 2})
		Expect(err).NotTo(HaveOccurred())
		Eventually(h.Closed, "3s").Should(ConsistOf(engineio.TransportClose))
	})

	It("notices that the client is gone", func() {
		h := start(patient)
		d := h.open("4")
		Expect(d.Conn.Close()).To(Succeed())
		Eventually(h.Closed).Should(ConsistOf(engineio.TransportClose))
	})

	It("keeps the order of many senders' frames, each contiguous", func() {
		h := start(patient)
		d := h.open("4")
		var senders sync.WaitGroup
		for name := range 4 {
			senders.Go(func() {
				for i := range 500 {
					a, b := fmt.Sprintf("%d %d a", name, i), fmt.Sprintf("%d %d b", name, i)
					h.session().Send(engineio.NewTextFrame([]byte(a)), engineio.NewTextFrame([]byte(b)))
				}
			})
		}
		next := map[string]int{}
		for range 2000 {
			first, err := d.receive()
			Expect(err).NotTo(HaveOccurred())
			second, err := d.receive()
			Expect(err).NotTo(HaveOccurred())
			Expect(second).To(Equal(strings.TrimSuffix(first, "a") + "b"))
			name, number, _ := strings.Cut(first, " ")
			Expect(number).To(Equal(fmt.Sprintf("%d a", next[name])))
			next[name]++
		}
		senders.Wait()
	})

	It("holds back corked frames, and sends them together", func() {
		h := start(patient)
		d := h.open("4")
		d.send("4counted")
		Expect(d.receive()).To(Equal("4counted"))
		writes := uint64(2) // OPEN and the echo
		Eventually(func() uint64 { return h.Stats().Writes }).Should(Equal(writes))
		s := h.session()
		s.Cork()
		for i := range 10 {
			s.Send(engineio.NewTextFrame(fmt.Append(nil, i)))
		}
		Consistently(func() uint64 { return h.Stats().Writes }, "50ms").Should(Equal(writes))
		s.Uncork()
		for i := range 10 {
			Expect(d.receive()).To(Equal(fmt.Sprintf("4%d", i)))
		}
		Eventually(func() uint64 { return h.Stats().Writes }).Should(Equal(writes + 1))
	})

	It("is closed as slow when it does not read, and costs the others nothing", func() {
		cfg := patient
		cfg.WriteTimeout = 500 * time.Millisecond
		h := start(cfg)
		h.open("4") // never reads
		stalled := h.session()
		reading := h.open("4")
		frame := engineio.NewTextFrame([]byte(strings.Repeat("x", 64<<10)))
		Eventually(func() bool { return stalled.Send(frame) }, "10s", "1ms").Should(BeFalse())
		Eventually(h.Closed).Should(ConsistOf(engineio.Slow))
		reading.send("4still here")
		Expect(reading.receive()).To(Equal("4still here"))
	})

	It("is closed as slow when it takes nothing for the write timeout, however little waits", func() {
		cfg := patient
		cfg.WriteTimeout, cfg.Outbox = 300*time.Millisecond, 64<<20
		h := start(cfg)
		h.open("4")
		h.session().Send(engineio.NewTextFrame(make([]byte, 32<<20)))
		Eventually(h.Closed, "5s").Should(ConsistOf(engineio.Slow))
	})

	It("sends what waits before a close", func() {
		h := start(patient)
		d := h.open("4")
		h.session().Cork()
		h.session().Send(engineio.NewTextFrame([]byte("goodbye")))
		h.session().Close(engineio.ServerClose)
		Expect(d.receive()).To(Equal("4goodbye"))
		Expect(d.status()()).To(Equal(ws.StatusNormalClosure))
	})

	It("is not held back by a cork that comes after the close", func() {
		h := start(patient)
		d := h.open("4")
		s := h.session()
		s.Cork()
		s.Send(engineio.NewTextFrame([]byte("first")), engineio.NewTextFrame([]byte("last")))
		s.Close(engineio.ServerClose)
		s.Cork()
		Expect(d.receive()).To(Equal("4first"))
		Expect(d.receive()).To(Equal("4last"))
		Expect(d.status()()).To(Equal(ws.StatusNormalClosure))
	})

	It("is a parse error when the listener says so, whatever the error", func() {
		h := start(patient)
		h.hear = func(*engineio.Session, string) error { return io.ErrUnexpectedEOF }
		d := h.open("4")
		d.send("4x")
		Expect(d.status()()).To(Equal(ws.StatusProtocolError))
		Eventually(h.Closed).Should(ConsistOf(engineio.ParseError))
	})

	It("has one goroutine while it is idle, its reader", func() {
		h := start(patient)
		before := runtime.NumGoroutine()
		for range 50 {
			h.open("4")
		}
		Eventually(runtime.NumGoroutine).Should(BeNumerically("<", before+60), "the HTTP server has some of its own")
	})

	It("is closed when nobody could be found to listen to it", func() {
		h := start(patient)
		h.greet = func() { panic("no room") }
		d := h.open("4")
		Expect(d.status()()).To(Equal(ws.StatusNormalClosure))
		Expect(h.poll("4").get().Body).To(Equal("1"))
		Expect(h.Stats().Panics).To(BeEquivalentTo(2))
	})

	It("is told to go away when the server drains, spread over the time given", func(ctx SpecContext) {
		h := start(patient)
		clients := []*dialer{h.open("4"), h.open("4"), h.open("3")}
		h.Drain(ctx, 30*time.Millisecond)
		for _, d := range clients {
			Expect(d.status()()).To(Equal(ws.StatusGoingAway))
		}
		Eventually(h.Closed).Should(HaveEach(engineio.Drain))
	})
})
