package protocol_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/wire"
)

var _ = Describe("A client of Socket.IO 2, which speaks Engine.IO 3", func() {
	open := func() *wire.Socket {
		GinkgoHelper()
		socket := dial("/socket.io/?EIO=3&transport=websocket")
		opened(next(socket))
		return socket
	}

	It("is in the main namespace without asking, and is told so without an id", func() {
		socket := open()
		Expect(next(socket)).To(Equal("40"))
		Expect(next(socket)).To(HavePrefix(`42["auth",`))
		echo(socket)
	})

	It("joins a custom namespace", func() {
		socket := open()
		Expect(socket.Text("40/custom,")).To(Succeed())
		Eventually(socket.Frames()).Should(Receive(WithTransform(text, HavePrefix("40/custom"))))
	})

	It("joins a custom namespace with a query behind its name", func() {
		socket := open()
		Expect(socket.Text("40/custom?token=abc,")).To(Succeed())
		Eventually(socket.Frames()).Should(Receive(WithTransform(text, HavePrefix("40/custom"))))
		Eventually(socket.Frames()).Should(Receive(WithTransform(text, HavePrefix(`42/custom,["auth",`))))
	})

	It("learns of a namespace that does not exist", func() {
		socket := open()
		Expect(socket.Text("40/random")).To(Succeed())
		Eventually(socket.Frames()).Should(Receive(WithTransform(text,
			And(HavePrefix("44/random,"), ContainSubstring("Invalid namespace")))))
		echo(socket)
	})

	It("gets its attachments after the byte of their type", func() {
		socket := open()
		Expect(socket.Text(`451-["message",{"_placeholder":true,"num":0}]`)).To(Succeed())
		Expect(socket.Binary([]byte{4, 1, 2, 3})).To(Succeed())
		Eventually(socket.Frames()).Should(bring(`451-["message-back",{"_placeholder":true,"num":0}]`))
		Eventually(socket.Frames()).Should(Receive(Equal(wire.Frame{Binary: true, Data: "\x04\x01\x02\x03"})))
	})

	It("gets its acks", func() {
		socket := open()
		Expect(socket.Text(`421["message-with-ack",1,"2"]`)).To(Succeed())
		Eventually(socket.Frames()).Should(bring(`431[1,"2"]`))
	})
})
