package protocol_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/gobwas/ws"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/wire"
)

var _ = Describe("A websocket", func() {
	DescribeTable("carries text of every length the frame can tell", func(d dialect) {
		socket := d.websocket()
		for _, size := range []int{0, 1, 124, 125, 126, 65_534, 65_535, 65_536, 900_000} {
			text := "4" + strings.Repeat("y", size)
			Expect(socket.Text(text)).To(Succeed())
			Eventually(socket.Frames()).Should(bring(text), fmt.Sprintf("%d characters", size))
		}
	}, dialects())

	DescribeTable("keeps the order of a burst", func(d dialect) {
		socket := d.websocket()
		for i := range 500 {
			Expect(socket.Text(fmt.Sprintf("4%d", i))).To(Succeed())
		}
		for i := range 500 {
			got := next(socket)
			if got == "2" {
				got = next(socket) // a ping of protocol 4 between two messages
			}
			Expect(got).To(Equal(fmt.Sprintf("4%d", i)))
		}
	}, dialects())

	DescribeTable("puts fragments together, with control frames between them", func(d dialect) {
		socket := d.websocket()
		for i, part := range []string{"4one ", "two ", "", "three"} {
			op := ws.OpContinuation
			if i == 0 {
				op = ws.OpText
			}
			Expect(socket.Frame(ws.NewFrame(op, i == 3, []byte(part)))).To(Succeed())
			Expect(socket.Frame(ws.NewPingFrame([]byte("between")))).To(Succeed())
		}
		Eventually(socket.Frames()).Should(bring("4one two three"))
	}, dialects())

	DescribeTable("is closed upon a packet of no known type", func(d dialect) {
		socket := d.websocket()
		Expect(socket.Text("abc")).To(Succeed())
		Eventually(socket.Frames()).Should(BeClosed())
	}, dialects())

	DescribeTable("is closed upon a message over the limit", func(d dialect) {
		socket := d.websocket()
		_ = socket.Text("4" + strings.Repeat("x", 1_000_001)) // the server may hang up before its end
		Eventually(socket.Frames()).Should(BeClosed())
	}, dialects())

	DescribeTable("is closed upon fragments that are over the limit together", func(d dialect) {
		socket := d.websocket()
		Expect(socket.Frame(ws.NewFrame(ws.OpText, false, []byte("4")))).To(Succeed())
		for range 30 {
			if socket.Frame(ws.NewFrame(ws.OpContinuation, false, make([]byte, 50_000))) != nil {
				break
			}
		}
		Eventually(socket.Frames()).Should(BeClosed())
	}, dialects())

	DescribeTable("is closed when the client says so", func(d dialect) {
		socket := d.websocket()
		Expect(socket.Text("1")).To(Succeed())
		Eventually(socket.Frames()).Should(BeClosed())
	}, dialects())

	DescribeTable("answers the client's close frame", func(d dialect) {
		socket := d.websocket()
		Expect(socket.Frame(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusNormalClosure, "")))).To(Succeed())
		Eventually(socket.Frames()).Should(BeClosed())
		Expect(socket.Code()).To(Equal(int(ws.StatusNormalClosure)))
	}, dialects())

	It("stays one session among many when another breaks", func() {
		good := v4().websocket()
		bad := v4().websocket()
		Expect(bad.Raw([]byte{0xff, 0xff, 0xff})).To(Succeed())
		bad.Close()
		Expect(good.Text("4unharmed")).To(Succeed())
		Eventually(good.Frames()).Should(bring("4unharmed"))
	})

	It("is refused while the session has no such id", func() {
		_, err := wire.Dial(context.Background(), "ws://"+target+v4().socketPath("no-such-session"))
		Expect(err).To(MatchError(wire.ErrRefused))
	})
})
