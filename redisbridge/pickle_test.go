package redisbridge

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// jsonOf is what a pickle says.
func jsonOf(pickle string) (text string, attachments [][]byte, reason Reason) {
	value, reason := unpickle(pickle)
	if reason != Accepted {
		return "", nil, reason
	}
	return retell(value)
}

// plain is of all kinds of values that the queue may carry, memo, surrogates and edges among them.
const plain = `
value = {"n": None, "t": True, "f": False, "i": [0, 1, -1, 255, 256, 65535, 65536, -2**31, 2**31, 2**63 - 1, -2**63],
  "x": [0.0, -0.0, 1.5, -2.0, 1e-7, 0.0001, 123456789.25, 1e15, 1e16, 1.7976931348623157e308, 5e-324],
  "s": ["", "é\n\\\"\0\x1a", "€ 漢 \U0001F4C8", "\u2028</script>", "x" * 300], "l": [[], [[]], [{}]], "d": {"": {"a": {}}},
  1: "one", None: 0, True: 2, 2.5: 3, "long": list(range(3000)), "many": {str(i): i for i in range(1500)}}
value["again"] = [value["s"], value["s"], value["d"]]
`

var _ = Describe("A pickle", func() {
	DescribeTable("says what Python says of it", func(protocol int) {
		made := runPython(plain+fmt.Sprintf("import json\ntell(pickle.dumps(value, %d))\ntell(json.dumps(value).encode())", protocol), "")
		said, _, reason := jsonOf(made[0])
		Expect(reason).To(Equal(Accepted))
		Expect(said).To(MatchJSON(made[1]))
		var d document
		Expect(d.read(said)).To(Equal(Accepted))
	},
		Entry("in protocol 0", 0), Entry("in protocol 1", 1), Entry("in protocol 2", 2),
		Entry("in protocol 3", 3), Entry("in protocol 4", 4), Entry("in protocol 5", 5),
	)

	It("of numbers says them as Python writes them", func() {
		made := runPython("import json\nx = [1.0, -0.0, 0.1, 1e22, 1.5e-9, 100000.0, 1e100, 2**53, 1/3]\ntell(pickle.dumps(x))\ntell(json.dumps(x, separators=(',', ':')).encode())", "")
		said, _, _ := jsonOf(made[0])
		Expect(said).To(Equal(made[1]))
	})

	DescribeTable("keeps bytes apart, each under its number", func(protocol int) {
		made := runPython(fmt.Sprintf(`tell(pickle.dumps({"a": [bytes(range(256)), b""], "b": b"xyz", "c": b"\xff", "d": ("latin1", b"xyz")}, %d))`, protocol), "")
		said, attachments, reason := jsonOf(made[0])
		Expect(reason).To(Equal(Accepted))
		of := func(n int) string { return fmt.Sprintf(`{"_placeholder":true,"num":%d}`, n) }
		Expect(said).To(Equal(`{"a":[` + of(0) + "," + of(1) + `],"b":` + of(2) + `,"c":` + of(3) + `,"d":["latin1",` + of(4) + `]}`))
		var all []byte
		for i := range 256 {
			all = append(all, byte(i))
		}
		Expect(attachments).To(Equal([][]byte{all, {}, []byte("xyz"), {0xff}, []byte("xyz")}))
	},
		Entry("in protocol 0", 0), Entry("in protocol 1", 1), Entry("in protocol 2", 2),
		Entry("in protocol 3", 3), Entry("in protocol 4", 4), Entry("in protocol 5", 5),
	)

	It("that would do something does not, and is refused as unsafe", func() {
		touched := filepath.Join(GinkgoT().TempDir(), "touched")
		hostile := runPython(`
import collections, datetime, decimal, functools, os
marker = sys.stdin.read()
class Evil:
    def __reduce__(self): return os.system, ("touch " + marker,)
class Plain: pass
for protocol in range(6):
    for value in (Evil(), Plain(), os.system, len, Plain, bytearray, collections.OrderedDict(a=1), datetime.datetime(2025, 9, 26),
                  decimal.Decimal("1.5"), functools.partial(print), {1, 2} if protocol < 4 else Plain(), 1j, range(3)):
        tell(pickle.dumps({"method": "emit", "event": "x", "data": value}, protocol))
# The two names that are known, called with anything else, or standing where a value should.
tell(b"c_codecs\nencode\n(Vtouch\nVrot13\ntR.")
tell(b"c_codecs\nencode\n(V\\u0100\nVlatin1\ntR.")
tell(b"c_codecs\nencode\n(Vx\nVlatin1\nVstrict\ntR.")
tell(b"c_codecs\nencode\n.")
tell(b"(lc__builtin__\nbytes\na.")
tell(b"c__builtin__\nbytes\n(I5\ntR.")
tell(b"c_codecs\ndecode\n(Vx\nVlatin1\ntR.")
tell(b"cposix\nsystem\n(Vtouch " + marker.encode() + b"\ntR.")
tell(b"(Vtouch\niposix\nsystem\n.")
tell(b"(cposix\nsystem\nVtouch\no.")
tell(b"\x80\x04\x8c\x05posix\x8c\x06system\x93.")
tell(b"Pmodule\n.")
tell(b"Vid\nQ.")
tell(b"\x80\x02\x82\x01.")
`, touched)
		Expect(len(hostile)).To(BeNumerically(">", 80))
		for _, pickle := range hostile {
			_, _, reason := jsonOf(pickle)
			Expect(reason).To(Equal(UnsafePickle), "%q", pickle)
		}
		Expect(touched).NotTo(BeAnExistingFile())
	})

	DescribeTable("costs no more than its budget", func(script string, why Reason) {
		for _, pickle := range runPython(script, "") {
			_, _, reason := jsonOf(pickle)
			Expect(reason).To(Equal(why))
		}
	},
		Entry("if it laughs a billion times", `
x = ["ha"]
for i in range(60): x = [x, x]
tell(pickle.dumps(x))`, TooMany),
		Entry("if it laughs wide", `
x = [0] * 300
for i in range(4): x = [x] * 300
tell(pickle.dumps(x))`, TooMany),
		Entry("if it laughs loudly", `tell(pickle.dumps(["ha" * 200_000] * 5000)); tell(pickle.dumps([b"ha" * 200_000] * 5000))
x = {"ha" * 200_000: []}
tell(pickle.dumps([x] * 5000))`, TooLarge),
		Entry("if it is deep", `
for make in (lambda x: [x], lambda x: {"a": x}, lambda x: (x,)):
    x = 0
    for i in range(65): x = make(x)
    tell(pickle.dumps(x))`, TooDeep),
		Entry("if it contains itself", `
x = []; x.append(x); tell(pickle.dumps(x))
y = {}; y["y"] = [y]; tell(pickle.dumps(y))`, TooDeep),
		Entry("if it holds many values", `tell(pickle.dumps([None] * 300_000)); tell(b"(" * 300_000); tell(b"N" + b"\x94" * 300_000 + b".")`, TooMany),
		Entry("if it is large", `tell(pickle.dumps("x" * (1 << 20)))`, TooLarge),
		Entry("if its numbers are huge", `
for n in (2**63, -2**63 - 1, 10**30, 1 << 10_000):
    tell(pickle.dumps(n, 0)); tell(pickle.dumps(n, 4))`, BadPickle),
		Entry("if its numbers are none", `
for x in ("nan", "inf", "-inf"):
    tell(pickle.dumps(float(x), 4))`, NotFinite),
		Entry("if its text is none for a browser", `tell(pickle.dumps("\ud800"))`, BadUTF8),
		Entry("if its keys are none for JSON", `tell(pickle.dumps({(1, 2): 3})); tell(pickle.dumps({b"a": 3}))`, BadPickle),
	)

	It("that is cut off at any byte is refused, and so is one with more behind it", func() {
		for protocol := range 6 {
			made := runPython(fmt.Sprintf(`tell(pickle.dumps({"method": "emit", "data": ("é", [1, 2**40, 1.5, None, True, b"\x00\xff", b""], {"a": {}}), "room": "r"}, %d))`, protocol), "")[0]
			Expect(unpickle(made)).NotTo(BeNil())
			for end := range len(made) {
				_, reason := unpickle(made[:end])
				Expect(reason).To(Equal(BadPickle), "%q", made[:end])
			}
			_, reason := unpickle(made + "N.")
			Expect(reason).To(Equal(BadPickle))
		}
	})

	DescribeTable("that no Python writes is refused", func(pickle string) {
		_, _, reason := jsonOf(pickle)
		Expect(reason).To(Equal(BadPickle))
	},
		Entry("without anything", "."),
		Entry("with two values", "NN."),
		Entry("with a mark left", "(N."),
		Entry("of a protocol to come", "\x80\x06N."),
		Entry("that appends to nothing", "Na."),
		Entry("that appends to a dictionary", "}Na."),
		Entry("that sets in a list", "]VxN s."),
		Entry("that appends across a mark", "](Na."),
		Entry("with half a pair", "(Vxd."),
		Entry("that remembers nothing", "q\x00."),
		Entry("that recalls what it never kept", "h\x01."),
		Entry("whose text is longer than it", "X\xff\xff\xff\xffx."),
		Entry("whose bytes are longer than memory", "\x8e\xff\xff\xff\xff\xff\xff\xff\xff."),
		Entry("whose frame is longer than it", "\x95\xff\xff\xff\xff\xff\xff\xff\x7fN."),
		Entry("with an old text", "S'x'\n."),
		Entry("with a set", "\x8f."),
		Entry("with a broken escape", "V\\u00\n."),
		Entry("with a half character", "V\\ud800\n."),
	)

	It("of an answer is what Python reads as the same", func() {
		said := `{"a":[1,-1,255,2147483648,-9223372036854775808,1.5,1e3,true,false,null,"é\n\u0000",{},[],` +
			`{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}],"big":123456789012345678901234567890,"":{"k":"` + strings.Repeat("x", 300) + `"}}`
		var d document
		Expect(d.read(said)).To(Equal(Accepted))
		answer, ok := pickled(&d, [][]byte{{0, 255}, {}})
		Expect(ok).To(BeTrue())
		back := runPython(`
import json
value = pickle.loads(sys.stdin.buffer.read())
assert value["a"][13:] == [b"", b"\x00\xff"], value["a"][13:]
assert [type(x) for x in value["a"][:7]] == [int] * 5 + [float] * 2
value["a"] = value["a"][:13]
tell(json.dumps(value).encode())`, answer)[0]
		var want, got map[string]any
		Expect(json.Unmarshal([]byte(said), &want)).To(Succeed())
		Expect(json.Unmarshal([]byte(back), &got)).To(Succeed())
		want["a"] = want["a"].([]any)[:13]
		Expect(got).To(Equal(want))
	})
})
