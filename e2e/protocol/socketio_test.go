package protocol_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/wire"
)

// unjoined is a websocket to the Socket.IO layer with no namespace joined.
func unjoined() *wire.Socket {
	GinkgoHelper()
	socket := dial("/socket.io/?EIO=4&transport=websocket")
	opened(next(socket))
	return socket
}

// joined is a websocket in the main namespace, its "auth" event taken.
func joined() *wire.Socket {
	GinkgoHelper()
	socket := unjoined()
	Expect(socket.Text("40")).To(Succeed())
	Expect(next(socket)).To(HavePrefix(`40{"sid":"`))
	Expect(next(socket)).To(Equal(`42["auth",{}]`))
	return socket
}

// echo proves that the main namespace still serves.
func echo(socket *wire.Socket) {
	GinkgoHelper()
	Expect(socket.Text(`42["message","still here"]`)).To(Succeed())
	Eventually(socket.Frames()).Should(bring(`42["message-back","still here"]`))
}

// say sends several packets, a separator between them.
func say(socket *wire.Socket, packets string) {
	GinkgoHelper()
	for _, p := range wire.Split4(packets) {
		Expect(socket.Text(p)).To(Succeed())
	}
}

func text(frame wire.Frame) string { return frame.Data }
