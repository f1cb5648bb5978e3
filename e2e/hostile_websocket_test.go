package e2e_test

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/gobwas/ws"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/wire"
)

var _ = Describe("A hostile websocket", Ordered, ContinueOnFailure, func() {
	var v *victim
	BeforeAll(func() { v = attacked() })
	AfterEach(func() { v.unharmed() })

	DescribeTable("with a broken packet is closed", func(packets ...string) {
		socket := v.websocket()
		for _, packet := range packets {
			if socket.Text(packet) != nil {
				break // closed already
			}
		}
		closes(socket)
	},
		Entry("an event without a payload", "42"),
		Entry("an event with an id and no payload", "421"),
		Entry("an event with an empty array", "42[]"),
		Entry("an event whose name is a number", "42[1]"),
		Entry("an event whose payload is an object", `42{"length":1}`),
		Entry("a binary event of nothing", "450-"),
		Entry("a binary event without attachments", `450-["heartbeat"]`),
		Entry("a billion attachments", `451000000000-["heartbeat",{"_placeholder":true,"num":0}]`),
		Entry("more attachments than a number holds", `4599999999999999999999-["heartbeat"]`),
		Entry("eleven attachments", `4511-["heartbeat",{"_placeholder":true,"num":10}]`),
		Entry("an acknowledgement without a payload", "43"),
		Entry("an acknowledgement with an id alone", "430"),
		Entry("a binary acknowledgement of nothing", "460-"),
		Entry("an unknown kind", "49"),
		Entry("no kind", "4"),
		Entry("an unknown Engine.IO packet", "9"),
		Entry("an empty message", ""),
		Entry("an id that no number holds", `42`+strings.Repeat("9", 400)+`["heartbeat"]`),
		Entry("a second packet while attachments are awaited", `451-["heartbeat",{"_placeholder":true,"num":0}]`, `42["heartbeat"]`),
		Entry("JSON without end", `42["heartbeat",`+strings.Repeat("[", 500_000)),
		Entry("JSON of endless depth", `42["heartbeat",`+strings.Repeat("[", 300_000)+strings.Repeat("]", 300_000)+"]"),
		Entry("objects of endless depth", `42["heartbeat",`+strings.Repeat(`{"a":`, 100_000)+"1"+strings.Repeat("}", 100_000)+"]"),
		Entry("a number that is none", `42["heartbeat",NaN]`),
		Entry("half a surrogate cut off", "42[\"heartbeat\",\"\\ud8\"]"),
		Entry("a message over the limit", `42["heartbeat","`+strings.Repeat("x", 1<<20)+`"]`),
	)

	It("that sends an attachment which nobody announced is closed", func() {
		socket := v.websocket()
		Expect(socket.Binary([]byte{1})).To(Succeed())
		closes(socket)
	})

	DescribeTable("that joins nothing is closed", func(packet string) {
		socket := v.unjoined()
		if packet != "" {
			Expect(socket.Text(packet)).To(Succeed())
		}
		closes(socket)
	},
		Entry("and is silent", ""),
		Entry("and only answers pings that nobody sent", "3"),
		Entry("and sends an event", `42["heartbeat"]`),
		Entry("and announces attachments", `451-["heartbeat",{"_placeholder":true,"num":0}]`),
		Entry("and asks for a namespace that is not there", "40/admin"),
		Entry("and sends words as its identity", `40"me"`),
	)

	It("that announces an attachment and never sends it holds nothing when it goes", func() {
		for range 50 {
			socket := v.websocket()
			Expect(socket.Text(`451-["heartbeat",{"_placeholder":true,"num":0}]`)).To(Succeed())
			socket.Close()
		}
	})

	It("that answers a ping before there was one, hundreds of times, stops nobody", func() {
		for range 300 {
			socket, err := wire.Dial(GinkgoT().Context(), "ws://"+v.tickcast.Address()+"/socket.io/?EIO=4&transport=websocket")
			Expect(err).NotTo(HaveOccurred())
			_ = socket.Text("3")
			_ = socket.Text("40")
			socket.Close()
		}
	})

	It("that sends events of names with a meaning elsewhere gets no answer", func() {
		socket := v.websocket()
		for _, name := range []string{"error", "message", "__proto__", "constructor", "toString"} {
			Expect(socket.Text(fmt.Sprintf(`42[%q,{"__proto__":{"a":1}}]`, name))).To(Succeed())
		}
		Expect(socket.Text(`42["heartbeat"]`)).To(Succeed())
		var first wire.Frame
		Eventually(socket.Frames()).Should(Receive(&first))
		Expect(first.Data).To(HavePrefix(`42["heartbeat_ack"`))
		socket.Close()
	})

	DescribeTable("that plays an event of the protocol's own is closed", func(name string) {
		socket := v.websocket()
		Expect(socket.Text(fmt.Sprintf("42[%q]", name))).To(Succeed())
		closes(socket)
	},
		Entry("without a name", ""), Entry("connect", "connect"), Entry("connect_error", "connect_error"), Entry("disconnect", "disconnect"),
		Entry("disconnecting", "disconnecting"), Entry("newListener", "newListener"), Entry("removeListener", "removeListener"),
	)

	It("that asks for a thousand namespaces is refused each, or closed", func() {
		socket := v.websocket()
		for i := range 1000 {
			if socket.Text(fmt.Sprintf("40/n%d,", i)) != nil {
				break
			}
		}
		socket.Close()
	})

	It("that floods with pings gets its answers and harms nobody", func() {
		socket := v.websocket()
		for i := range 20_000 {
			packet := "2"
			if i%2 == 0 {
				packet = "3"
			}
			if socket.Text(packet) != nil || socket.Frame(ws.NewPingFrame([]byte("flood"))) != nil {
				break
			}
		}
		socket.Close()
	})

	DescribeTable("that floods with fragments is closed, or harms nobody", func(part []byte) {
		socket := v.websocket()
		Expect(socket.Frame(ws.NewFrame(ws.OpText, false, part))).To(Succeed())
		for range 50_000 {
			if socket.Frame(ws.NewFrame(ws.OpContinuation, false, append([]byte(nil), part...))) != nil {
				break
			}
		}
		socket.Close()
	},
		Entry("of one byte", []byte("4")),
		Entry("of nothing", []byte(nil)),
	)

	masked := func(head ...byte) []byte { return append(head, 1, 2, 3, 4) }
	length := func(first byte, n uint64) []byte {
		return masked(binary.BigEndian.AppendUint64([]byte{first, 0xff}, n)...)
	}
	DescribeTable("with a frame that the protocol does not allow is closed", func(raw []byte) {
		socket := v.websocket()
		Expect(socket.Raw(raw)).To(Succeed())
		closes(socket)
	},
		Entry("without a mask", []byte{0x81, 1, '2'}),
		Entry("of a reserved kind", masked(0x83, 0x80)),
		Entry("of a reserved control kind", masked(0x8b, 0x80)),
		Entry("with a reserved bit", masked(0xc1, 0x80)),
		Entry("a ping of 126 bytes", append(masked(0x89, 0xfe, 0, 126), make([]byte, 126)...)),
		Entry("half a ping", masked(0x09, 0x80)),
		Entry("that goes on with nothing", masked(0x80, 0x80)),
		Entry("that begins anew within a message", append(masked(0x01, 0x81), append([]byte{'2'}, masked(0x81, 0x80)...)...)),
		Entry("as long as a number can be", length(0x81, 1<<64-1)),
		Entry("as long as a signed number can be", length(0x81, 1<<63-1)),
		Entry("of a terabyte", length(0x81, 1<<40)),
		Entry("whose length is longer than it need be", length(0x81, 1)),
		Entry("of text that is no UTF-8", append(masked(0x81, 0x84), '4'^1, 0xff^2, 0xfe^3, 0xfd^4)),
		Entry("a close of one byte", append(masked(0x88, 0x81), 3)),
		Entry("a close of a code that nobody may send", append(masked(0x88, 0x82), 0x03^1, 0xed^2)),
		Entry("that is a close already", masked(0x88, 0x80)),
	)

	It("that begins a frame and never ends it is closed", func() {
		socket := v.websocket()
		Expect(socket.Raw(append(masked(0x81, 0x8a), '4'))).To(Succeed())
		closes(socket)
	})

	It("leaves nothing behind", func() {
		Eventually(v.metric).WithArguments("go_goroutines").Should(BeNumerically("<=", v.goroutines+3))
		Eventually(v.metric).WithArguments("tickcast_rooms").Should(Equal(1.0))
		Eventually(v.metric).WithArguments(`tickcast_subscriptions{topic="patterns"}`).Should(Equal(1.0))
	})
})
