package protocol_test

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/wire"
)

// placeholders stand for two attachments.
const placeholders = `{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}`

var _ = Describe("An event", func() {
	DescribeTable("is handled, and what the handler emits comes back to the letter", func(sent, back string) {
		socket := joined()
		say(socket, sent)
		Eventually(socket.Frames()).Should(bring(back))
	},
		Entry("plain", `42["message",1,"2",{"3":[true]}]`, `42["message-back",1,"2",{"3":[true]}]`),
		Entry("without arguments", `42["message"]`, `42["message-back"]`),
		Entry("with numbers that no float holds", `42["message",9007199254740993,1e400,0.10]`,
			`42["message-back",9007199254740993,1e400,0.10]`),
		Entry("with signs that HTML minds", `42["message","<b>&\u2028</b>"]`, `42["message-back","<b>&\u2028</b>"]`),
		Entry("with the name of a key twice", `42["message",{"a":1,"a":2}]`, `42["message-back",{"a":1,"a":2}]`),
		Entry("with an ack", `42456["message-with-ack",1,"2",{"3":[false]}]`, `43456[1,"2",{"3":[false]}]`),
		Entry("with an ack that has no arguments", `420["message-with-ack"]`, `430[]`),
		Entry("with an ack in a custom namespace", `40/custom,`+wire.Separator+`42/custom,7["message-with-ack",1]`, `43/custom,7[1]`),
	)

	It("comes to its own namespace", func() {
		socket := joined()
		Expect(socket.Text("40/custom,")).To(Succeed())
		Expect(next(socket)).To(HavePrefix("40/custom,"))
		Expect(next(socket)).To(HavePrefix("42/custom,"))
		Expect(socket.Text(`42/custom,["message",1]`)).To(Succeed())
		Expect(next(socket)).To(Equal(`42/custom,["message-back",1]`))
	})

	DescribeTable("with attachments", func(sent, back string) {
		socket := joined()
		Expect(socket.Text(sent)).To(Succeed())
		Expect(socket.Binary([]byte{1, 2, 3})).To(Succeed())
		Expect(socket.Binary([]byte{4, 5, 6})).To(Succeed())
		Expect(next(socket)).To(Equal(back))
		Eventually(socket.Frames()).Should(Receive(Equal(wire.Frame{Binary: true, Data: "\x01\x02\x03"})))
		Eventually(socket.Frames()).Should(Receive(Equal(wire.Frame{Binary: true, Data: "\x04\x05\x06"})))
	},
		Entry("comes back with them", `452-["message",`+placeholders+`]`, `452-["message-back",`+placeholders+`]`),
		Entry("and an ack is answered with them", `452-789["message-with-ack",`+placeholders+`]`, `462-789[`+placeholders+`]`),
	)

	It("is handled in the order of the wire, a thousand times", func() {
		socket := joined()
		for i := range 1000 {
			kind := `["message",`
			if i%2 == 1 {
				kind = fmt.Sprintf(`%d["message-with-ack",`, i)
			}
			Expect(socket.Text(fmt.Sprintf(`42%s%d]`, kind, i))).To(Succeed())
		}
		for i := range 1000 {
			want := fmt.Sprintf(`42["message-back",%d]`, i)
			if i%2 == 1 {
				want = fmt.Sprintf(`43%d[%d]`, i, i)
			}
			Expect(next(socket)).To(Equal(want))
		}
	})

	It("of an unknown name gets no answer and does no harm", func() {
		socket := joined()
		Expect(socket.Text(`4211["no such event",1]`)).To(Succeed())
		Expect(socket.Text(`42["message","next"]`)).To(Succeed())
		Expect(next(socket)).To(Equal(`42["message-back","next"]`))
	})

	DescribeTable("of a broken form closes the connection", func(packet string) {
		socket := joined()
		say(socket, packet)
		Eventually(socket.Frames()).Should(BeClosed())
	},
		Entry("an unknown packet type", `4abc`),
		Entry("another unknown packet type", `47["message"]`),
		Entry("a payload that is no array", `42{}`),
		Entry("an ack id that is none", `42abc["message-with-ack",1,"2",{"3":[false]}]`),
		Entry("no payload", `42`),
		Entry("an id and no payload", `421`),
		Entry("an empty array", `42[]`),
		Entry("a name that is no text", `42[{}]`),
		Entry("words after the payload", `42["message"]x`),
		Entry("an attachment count that is none", `45x-["message"]`),
		Entry("an attachment count and nothing else", `450-`),
		Entry("more attachments than anybody sends", `451000000000-["message",{"_placeholder":true,"num":0}]`),
		Entry("an event while attachments are awaited", `451-["message",{"_placeholder":true,"num":0}]`+wire.Separator+`42["message"]`),
		Entry("an id that no number holds", `42123456789012345678901234567890["message"]`),
		Entry("JSON of depth without end", `42["message",`+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+`]`),
	)

	It("closes the connection when its placeholder points beyond its attachments", func() {
		socket := joined()
		Expect(socket.Text(`451-["message",{"_placeholder":true,"num":7}]`)).To(Succeed())
		_ = socket.Binary([]byte{1}) // the server may have hung up
		Eventually(socket.Frames()).Should(BeClosed())
	})

	It("closes the connection when an attachment comes that nobody announced", func() {
		socket := joined()
		Expect(socket.Binary([]byte{1, 2, 3})).To(Succeed())
		Eventually(socket.Frames()).Should(BeClosed())
	})

	It("is not disturbed by an ack that nobody asked for", func() {
		socket := joined()
		Expect(socket.Text(`4312345["what"]`)).To(Succeed())
		echo(socket)
	})
})
