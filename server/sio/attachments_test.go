package sio

import (
	"encoding/json"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// args is a message of these arguments.
func args(list ...string) Message {
	m := Message{Args: []json.RawMessage{}}
	for _, arg := range list {
		m.Args = append(m.Args, json.RawMessage(arg))
	}
	return m
}

var _ = Describe("attachments", func() {
	It("complete the packet that announced them", func() {
		d := newDecoder(4)
		Expect(d.text([]byte(`52-/a,3["e",{"_placeholder":true,"num":1},{"num":0,"_placeholder":true}]`))).To(BeNil())
		Expect(d.binary([]byte{1, 2})).To(BeNil())
		p, err := d.binary(nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(p.event).To(Equal("e"))
		Expect(p.id).To(BeEquivalentTo(3))
		Expect(p.Attachments).To(HaveExactElements([]byte{1, 2}, BeEmpty()))
		Expect(d.text([]byte(`2["next"]`))).NotTo(BeNil())
	})

	It("complete acknowledgements too", func() {
		d := newDecoder(4)
		Expect(d.text([]byte(`61-9[{"_placeholder":true,"num":0}]`))).To(BeNil())
		p, err := d.binary([]byte{7})
		Expect(err).NotTo(HaveOccurred())
		Expect(p.kind).To(Equal(kindBinaryAck))
	})

	DescribeTable("a number of them that makes no sense (CVE-2026-33151, CVE-2026-69185)",
		func(count string) {
			_, err := newDecoder(4).text([]byte("5" + count + `["e",{"_placeholder":true,"num":0}]`))
			Expect(err).To(MatchError("attachments must be 1 to 10"))
		},
		Entry("none", `0-`),
		Entry("more than the limit", `11-`),
		Entry("a thousand million", `1000000000-`),
		Entry("2^64", `18446744073709551616-`),
		Entry("negative", `-1-`),
		Entry("not said", `-`),
		Entry("without the dash", `1`),
		Entry("with a leading zero", `01-`),
		Entry("with a plus", `+1-`),
		Entry("not a number", `a-`),
		Entry("a fraction", `1.0-`),
	)

	DescribeTable("placeholders that are none (CVE-2022-2421)",
		func(object string) {
			_, err := newDecoder(4).text([]byte(`52-["e",{"deep":[` + object + `]}]`))
			Expect(err).To(MatchError(errPlaceholder))
		},
		Entry("negative", `{"_placeholder":true,"num":-1}`),
		Entry("a string", `{"_placeholder":true,"num":"0"}`),
		Entry("a fraction", `{"_placeholder":true,"num":0.0}`),
		Entry("an exponent", `{"_placeholder":true,"num":0e0}`),
		Entry("an object", `{"_placeholder":true,"num":{}}`),
		Entry("null", `{"_placeholder":true,"num":null}`),
		Entry("one too many", `{"_placeholder":true,"num":2}`),
		Entry("a thousand million", `{"_placeholder":true,"num":1000000000}`),
		Entry("a splice", `{"_placeholder":true,"num":"splice"}`),
		Entry("missing", `{"_placeholder":true}`),
		Entry("said twice", `{"_placeholder":true,"num":9,"num":0}`),
		Entry("with company", `{"_placeholder":true,"num":0,"x":1}`),
		Entry("behind escapes", `{"\u005fplaceholder":true,"num":5}`),
	)

	It("may stand beside objects that only look like placeholders", func() {
		d := newDecoder(4)
		text := `51-["e",{"_placeholder":false,"num":9},{"_placeholder":"true"},{"num":9},{"_placeholder":true,"num":0}]`
		Expect(d.text([]byte(text))).To(BeNil())
		Expect(d.binary([]byte{1})).To(HaveField("Args", HaveLen(4)))
	})

	It("are refused if nothing announced them", func() {
		d := newDecoder(4)
		_, err := d.binary([]byte{1})
		Expect(err).To(MatchError(errUnannounced))
		Expect(d.text([]byte(`2["e"]`))).NotTo(BeNil())
		_, err = d.binary([]byte{1})
		Expect(err).To(MatchError(errUnannounced))
	})

	It("let no text come in between", func() {
		d := newDecoder(4)
		Expect(d.text([]byte(`51-["e",{"_placeholder":true,"num":0}]`))).To(BeNil())
		_, err := d.text([]byte(`2["e"]`))
		Expect(err).To(MatchError(errDue))
	})

	It("are bounded in bytes together with their text", func() {
		d := newDecoder(4)
		text := fmt.Sprintf(`52-["e",%q,{"_placeholder":true,"num":0}]`, strings.Repeat("x", 400))
		Expect(d.text([]byte(text))).To(BeNil())
		Expect(d.binary(make([]byte, 400))).To(BeNil())
		_, err := d.binary(make([]byte, 400))
		Expect(err).To(MatchError(errTooLarge))
	})
})
