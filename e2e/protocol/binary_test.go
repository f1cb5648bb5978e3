package protocol_test

import (
	"encoding/base64"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/wire"
)

var _ = Describe("A binary message", func() {
	octets := string([]byte{0, 1, 2, 3, 4, 0x1e, 0xff, 0x80})

	DescribeTable("goes over websocket beside text", func(d dialect, send, receive string) {
		socket := d.websocket()
		Expect(socket.Binary([]byte(send))).To(Succeed())
		Expect(socket.Text("4words")).To(Succeed())
		Eventually(socket.Frames()).Should(Receive(Equal(wire.Frame{Binary: true, Data: receive})))
		Eventually(socket.Frames()).Should(bring("4words"))
	},
		Entry("in protocol 4 as it is", v4(), octets, octets),
		Entry("in protocol 3 after the byte of its type", v3(), "\x04"+octets, "\x04"+octets),
		Entry("in protocol 4 when it is empty", v4(), "", ""),
		Entry("in protocol 3 when it is empty", v3(), "\x04", "\x04"),
	)

	Context("over polling in protocol 4", func() {
		It("is base64 in the payload, beside text", func() {
			sid := v4().handshake()
			v4().push(sid, "4hello", "bAQIDBA==", "4bye")
			Expect(v4().poll(sid)).To(Equal([]string{"4hello", "bAQIDBA==", "4bye"}))
		})

		It("may be large", func() {
			sid := v4().handshake()
			packet := "b" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(octets, 20_000)))
			answer := later(func() wire.Answer { return get(v4().path(sid)) })
			v4().push(sid, packet)
			Eventually(answer).Should(Receive(haveBody(packet)))
		})

		It("is refused at once in a body of octets", func() {
			sid := v4().handshake()
			answer := request(http.MethodPost, v4().path(sid), "application/octet-stream", "\x00\x01\xff4a")
			Expect(answer).To(haveStatus(http.StatusBadRequest))
		})
	})

	Context("over polling in protocol 3", func() {
		post3 := func(sid string, packets ...wire.Packet) {
			GinkgoHelper()
			answer := request(http.MethodPost, v3().path(sid), "application/octet-stream", string(wire.Binary3(packets...)))
			Expect(answer).To(And(haveStatus(http.StatusOK), haveBody("ok")))
		}

		It("makes the payload one of octets, for text too", func() {
			sid := v3().handshake()
			packets := []wire.Packet{{Data: "4hello"}, {Binary: true, Data: "\x04" + octets}, {Data: "4€"}}
			post3(sid, packets...)
			answer := get(v3().path(sid))
			Expect(answer).To(haveStatus(http.StatusOK))
			Expect(answer.Header.Get("Content-Type")).To(Equal("application/octet-stream"))
			Expect(wire.SplitBinary3([]byte(answer.Body))).To(Equal(packets))
		})

		It("comes as octets to a client that sent it as base64", func() {
			sid := v3().handshake()
			v3().push(sid, "4hello", "b4AQIDBA==")
			answer := get(v3().path(sid))
			Expect(answer).To(haveStatus(http.StatusOK))
			Expect(wire.SplitBinary3([]byte(answer.Body))).To(Equal(
				[]wire.Packet{{Data: "4hello"}, {Binary: true, Data: "\x04\x01\x02\x03\x04"}}))
		})

		It("is base64 for a client that asked for it in its handshake", func() {
			sid := opened(v3().split(get(v3().path("") + "&b64=1").Body)[0])
			v3().push(sid, "4hello", "b4AQIDBA==")
			Expect(v3().poll(sid)).To(Equal([]string{"4hello", "b4AQIDBA=="}))
		})

		DescribeTable("closes the session when its payload is broken", func(body string) {
			sid := v3().handshake()
			answer := request(http.MethodPost, v3().path(sid), "application/octet-stream", body)
			Expect(answer).To(haveStatus(http.StatusBadRequest))
			Eventually(func() wire.Answer { return get(v3().path(sid)) }).Should(beRefused(1, "Session ID unknown"))
		},
			Entry("an unknown kind", "\x07\x02\xff4a"),
			Entry("no length", "\x00\xff4a"),
			Entry("a length of no digit", "\x00\x0b\xff4a"),
			Entry("a length that is too large", "\x00\x09\xff4a"),
			Entry("a length without an end", "\x00\x01\x01\x01"),
			Entry("a length that no number holds", "\x00"+strings.Repeat("\x09", 40)+"\xff4a"),
		)
	})
})
