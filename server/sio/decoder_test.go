package sio

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func newDecoder(protocol int) *decoder {
	return &decoder{protocol: protocol, maxAttachments: 10, maxBytes: 1000}
}

// decode expects text to be a whole packet.
func decode(protocol int, text string) *packet {
	GinkgoHelper()
	p, err := newDecoder(protocol).text([]byte(text))
	Expect(err).NotTo(HaveOccurred())
	Expect(p).NotTo(BeNil())
	return p
}

var _ = Describe("decoding", func() {
	DescribeTable("what clients send",
		func(text string, want packet) {
			Expect(decode(4, text)).To(HaveValue(Equal(want)))
		},
		Entry("CONNECT", `0`, packet{kind: kindConnect, namespace: "/", body: []byte{}}),
		Entry("CONNECT with auth", `0{"token":"x"}`, packet{kind: kindConnect, namespace: "/", body: []byte(`{"token":"x"}`)}),
		Entry("CONNECT elsewhere", `0/admin,{}`, packet{kind: kindConnect, namespace: "/admin", body: []byte(`{}`)}),
		Entry("CONNECT elsewhere without a comma", `0/admin`, packet{kind: kindConnect, namespace: "/admin"}),
		Entry("DISCONNECT", `1`, packet{kind: kindDisconnect, namespace: "/"}),
		Entry("DISCONNECT elsewhere", `1/admin,`, packet{kind: kindDisconnect, namespace: "/admin"}),
		Entry("EVENT without arguments", `2["e"]`, packet{kind: kindEvent, namespace: "/", event: "e", Message: args()}),
		Entry("EVENT with white space", "2 [ \"e\" ,\t1 ] \r\n", packet{kind: kindEvent, namespace: "/", event: "e", Message: args(`1`)}),
		Entry("EVENT that wants an answer", `2/a,12["e",{"x":[1,2]},null]`,
			packet{kind: kindEvent, namespace: "/a", asked: true, id: 12, event: "e", Message: args(`{"x":[1,2]}`, `null`)}),
		Entry("EVENT with id 0", `20["e"]`, packet{kind: kindEvent, namespace: "/", asked: true, event: "e", Message: args()}),
		Entry("an escaped event name", `2["\u0065\n"]`, packet{kind: kindEvent, namespace: "/", event: "e\n", Message: args()}),
		Entry("ACK", `37[]`, packet{kind: kindAck, namespace: "/", asked: true, id: 7, Message: args()}),
		Entry("the largest id", `39007199254740991["x"]`, packet{kind: kindAck, namespace: "/", asked: true, id: 9007199254740991, Message: args(`"x"`)}),
		Entry("CONNECT_ERROR", `4"no"`, packet{kind: kindConnectError, namespace: "/", body: []byte(`"no"`)}),
		Entry("big numbers, untouched", `2["e",12345678901234567890.10]`,
			packet{kind: kindEvent, namespace: "/", event: "e", Message: args(`12345678901234567890.10`)}),
		Entry("placeholders in plain packets, which are data", `2["e",{"_placeholder":true,"num":9}]`,
			packet{kind: kindEvent, namespace: "/", event: "e", Message: args(`{"_placeholder":true,"num":9}`)}),
	)

	DescribeTable("what no client sends",
		func(text string, want error) {
			for _, protocol := range []int{3, 4} {
				_, err := newDecoder(protocol).text([]byte(text))
				Expect(err).To(MatchError(want))
			}
		},
		Entry("nothing", ``, errEmpty),
		Entry("an unknown type", `7`, errKind),
		Entry("a letter", `abc`, errKind),
		Entry("bad UTF-8", "2[\"\xff\"]", errUTF8),
		Entry("an overlong slash", "2[\"\xc0\xaf\"]", errUTF8),
		Entry("EVENT without payload", `2`, errJSON),
		Entry("EVENT with only an id", `21`, errJSON),
		Entry("ACK without payload", `31`, errJSON),
		Entry("ACK without id", `3[]`, errID),
		Entry("id with a leading zero", `201["e"]`, errID),
		Entry("id beyond what JavaScript counts", `29007199254740992["e"]`, errID),
		Entry("id beyond 64 bits", `299999999999999999999["e"]`, errID),
		Entry("id on a CONNECT", `01{}`, errID),
		Entry("id on a DISCONNECT", `11`, errID),
		Entry("words before the payload", `2abc["e"]`, errJSON),
		Entry("two values", `2["e"]["e"]`, errJSON),
		Entry("words behind the payload", `2["e"]x`, errJSON),
		Entry("NUL behind the payload", "2[\"e\"]\x00", errJSON),
		Entry("an unfinished array", `2["e"`, errJSON),
		Entry("a trailing comma", `2["e",]`, errJSON),
		Entry("a missing comma", `2["e" 1]`, errJSON),
		Entry("NaN", `2["e",NaN]`, errJSON),
		Entry("a number with a leading zero", `2["e",01]`, errJSON),
		Entry("a bare minus", `2["e",-]`, errJSON),
		Entry("a number without decimals", `2["e",1.]`, errJSON),
		Entry("an empty exponent", `2["e",1e]`, errJSON),
		Entry("a line break in a string", "2[\"e\",\"\n\"]", errJSON),
		Entry("a bad escape", `2["e","\x"]`, errJSON),
		Entry("a short escape", `2["e","\u12"]`, errJSON),
		Entry("a key that is no string", `2["e",{1:1}]`, errJSON),
		Entry("EVENT with an object", `2{}`, errJSON),
		Entry("EVENT with a string", `2"e"`, errJSON),
		Entry("EVENT without a name", `2[]`, errEvent),
		Entry("an empty name", `2[""]`, errEvent),
		Entry("ACK with an object", `31{}`, errJSON),
		Entry("CONNECT with an array", `0[]`, errPayload),
		Entry("CONNECT with null", `0null`, errPayload),
		Entry("CONNECT with words", `0abc`, errJSON),
		Entry("DISCONNECT with payload", `1{}`, errPayload),
		Entry("a namespace that is too long", `0/`+strings.Repeat("x", maxNamespace)+`,`, errNamespace),
		Entry("a namespace with a line break", "0/a\nb,", errNamespace),
	)

	Describe("event names (CVE-2023-32695)", func() {
		for _, name := range append([]string{`1`, `1.5`, `null`, `true`, `{}`, `["e"]`, `{"toString":"e"}`}, quoted(reservedEvents)...) {
			It("refuses "+name, func() {
				_, err := newDecoder(4).text([]byte("2[" + name + "]"))
				Expect(err).To(MatchError(errEvent))
			})
		}
		It("refuses a reserved one behind escapes", func() {
			_, err := newDecoder(4).text([]byte(`2["\u0063onnect"]`))
			Expect(err).To(MatchError(errEvent))
		})
	})

	It("bounds the depth", func() {
		nested := func(levels int) string {
			return `2["e",` + strings.Repeat("[", levels) + strings.Repeat("]", levels) + `]`
		}
		decode(4, nested(maxDepth-1))
		_, err := newDecoder(4).text([]byte(nested(maxDepth)))
		Expect(err).To(MatchError(errDepth))
		_, err = newDecoder(4).text([]byte(`2["e",` + strings.Repeat(`{"x":`, 5_000_000)))
		Expect(err).To(MatchError(errDepth))
	})

	It("copies what it keeps", func() {
		text := []byte(`2["e","old"]`)
		p, err := newDecoder(4).text(text)
		Expect(err).NotTo(HaveOccurred())
		copy(text[7:], "new")
		Expect(p.Args).To(Equal(args(`"old"`).Args))
	})

	Describe("protocol 3", func() {
		It("takes the query off a namespace", func() {
			p := decode(3, `0/custom?token=a%20b&x=1&x=2,`)
			Expect(p.namespace).To(Equal("/custom"))
			Expect(queryAuth(p.query)).To(MatchJSON(`{"token":"a b","x":["1","2"]}`))
		})
		It("leaves the query of newer clients where it is", func() {
			Expect(decode(4, `0/custom?token=x,`).namespace).To(Equal("/custom?token=x"))
		})
		It("knows errors that are any value", func() {
			Expect(decode(3, `4["no"]`).body).To(BeEquivalentTo(`["no"]`))
			_, err := newDecoder(4).text([]byte(`4["no"]`))
			Expect(err).To(MatchError(errPayload))
		})
	})
})

// quoted are names as JSON has them.
func quoted(names []string) []string {
	list := make([]string, 0, len(names))
	for _, name := range names {
		list = append(list, fmt.Sprintf("%q", name))
	}
	return list
}
