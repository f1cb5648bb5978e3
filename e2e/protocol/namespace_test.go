package protocol_test

import (
	"encoding/json"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Joining a namespace", func() {
	DescribeTable("is confirmed with an id, then comes what the server emits", func(connect, prefix, auth string) {
		socket := unjoined()
		Expect(socket.Text(connect)).To(Succeed())
		answer := next(socket)
		Expect(answer).To(HavePrefix(prefix))
		var members map[string]string
		Expect(json.Unmarshal([]byte(strings.TrimPrefix(answer, prefix)), &members)).To(Succeed())
		Expect(members).To(And(HaveLen(1), HaveKeyWithValue("sid", Not(BeEmpty()))))
		Expect(next(socket)).To(Equal(auth))
	},
		Entry("the main one", `40`, `40`, `42["auth",{}]`),
		Entry("the main one by its name", `40/,`, `40`, `42["auth",{}]`),
		Entry("the main one with a payload", `40{"token":"123"}`, `40`, `42["auth",{"token":"123"}]`),
		Entry("a custom one", `40/custom,`, `40/custom,`, `42/custom,["auth",{}]`),
		Entry("a custom one without the comma", `40/custom`, `40/custom,`, `42/custom,["auth",{}]`),
		Entry("a custom one with a payload", `40/custom,{"token":"abc"}`, `40/custom,`, `42/custom,["auth",{"token":"abc"}]`),
	)

	DescribeTable("that does not exist is refused, and the connection goes on", func(connect string) {
		socket := joined()
		Expect(socket.Text(connect)).To(Succeed())
		Eventually(socket.Frames()).Should(bring(`44/random,{"message":"Invalid namespace"}`))
		echo(socket)
	},
		Entry("without a payload", `40/random`),
		Entry("with a payload", `40/random,{"token":"abc"}`),
	)

	It("that refuses tells why", func() {
		socket := joined()
		Expect(socket.Text("40/closed,")).To(Succeed())
		Eventually(socket.Frames()).Should(bring(`44/closed,{"message":"nobody may enter"}`))
		echo(socket)
	})

	DescribeTable("with a broken first packet closes the connection, soon or when the time for it is over", func(packet string) {
		target = quick
		socket := unjoined()
		Expect(socket.Text(packet)).To(Succeed())
		Eventually(socket.Frames()).Should(BeClosed())
	},
		Entry("no packet type", `4abc`),
		Entry("an event before CONNECT", `42["message",1]`),
		Entry("a payload that is no JSON", `40{"token":`),
		Entry("a payload that is no object", `40"token"`),
		Entry("nothing at all", `4`),
	)

	It("must be done in time, or the connection is closed", func() {
		target = quick
		Eventually(unjoined().Frames()).Should(BeClosed())
	})

	It("gives every socket of one connection an id of its own, which is not the session's", func() {
		socket := dial("/socket.io/?EIO=4&transport=websocket")
		ids := []string{opened(next(socket))}
		for _, connect := range []string{"40", "40/custom,"} {
			Expect(socket.Text(connect)).To(Succeed())
			var confirmed struct{ SID string }
			_, object, _ := strings.Cut(next(socket), "{")
			Expect(json.Unmarshal([]byte("{"+object), &confirmed)).To(Succeed())
			Expect(ids).NotTo(ContainElement(confirmed.SID))
			ids = append(ids, confirmed.SID)
			Expect(next(socket)).To(ContainSubstring(`["auth",`))
		}
	})
})

var _ = Describe("Leaving a namespace", func() {
	It("keeps the connection, whose heartbeat goes on", func() {
		target = quick
		socket := joined()
		Expect(socket.Text("41")).To(Succeed())
		Eventually(socket.Frames()).Should(bring("2"))
	})

	It("leaves the other namespaces of the connection alone", func() {
		socket := joined()
		Expect(socket.Text("40/custom")).To(Succeed())
		Expect(next(socket)).To(HavePrefix("40/custom,"))
		Expect(next(socket)).To(HavePrefix(`42/custom,["auth"`))
		Expect(socket.Text("41/custom")).To(Succeed())
		Expect(socket.Text(`42["message","message to main namespace"]`)).To(Succeed())
		Expect(next(socket)).To(Equal(`42["message-back","message to main namespace"]`))
	})

	It("may be followed by joining it again", func() {
		socket := joined()
		Expect(socket.Text("41")).To(Succeed())
		Expect(socket.Text("40")).To(Succeed())
		Eventually(socket.Frames()).Should(Receive(WithTransform(text, HavePrefix(`40{"sid":"`))))
		echo(socket)
	})

	It("is told to a client that the server puts out", func() {
		socket := joined()
		Expect(socket.Text(`42["kick"]`)).To(Succeed())
		Expect(next(socket)).To(Equal("41"))
	})
})
