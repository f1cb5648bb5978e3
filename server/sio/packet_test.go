package sio

import (
	"encoding/json"
	"math/rand/v2"
	"unicode/utf8"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// decodeAll decodes a packet with its attachments.
func decodeAll(d *decoder, text []byte, attachments [][]byte) (*packet, error) {
	p, err := d.text(text)
	for _, data := range attachments {
		if p != nil || err != nil {
			break
		}
		p, err = d.binary(data)
	}
	return p, err
}

var _ = Describe("encoding", func() {
	DescribeTable("what goes on the wire",
		func(p packet, want string) {
			Expect(string(p.text())).To(Equal(want))
		},
		Entry("CONNECT", packet{kind: kindConnect, namespace: "/", body: []byte(`{"sid":"x"}`)}, `0{"sid":"x"}`),
		Entry("CONNECT of protocol 3", packet{kind: kindConnect, namespace: "/a"}, `0/a,`),
		Entry("DISCONNECT", packet{kind: kindDisconnect, namespace: "/"}, `1`),
		Entry("EVENT", packet{kind: kindEvent, namespace: "/", event: "e", Message: args(`1`, `{"a":2}`)}, `2["e",1,{"a":2}]`),
		Entry("EVENT without HTML escapes", packet{kind: kindEvent, namespace: "/", event: "<a&b>", Message: args(`"<"`)}, `2["<a&b>","<"]`),
		Entry("EVENT with a name to be escaped", packet{kind: kindEvent, namespace: "/", event: "a\"\n"}, `2["a\"\n"]`),
		Entry("empty ACK", packet{kind: kindAck, namespace: "/a", asked: true, id: 0}, `3/a,0[]`),
		Entry("BINARY_ACK", packet{kind: kindBinaryAck, namespace: "/a", asked: true, id: 7,
			Message: Message{Args: args(`{}`).Args, Attachments: [][]byte{{1}, {2}}}}, `62-/a,7[{}]`),
	)

	It("gives back what was decoded, whatever it was", func() {
		random := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 1))
		for range 2000 {
			p := randomPacket(random)
			decoded, err := decodeAll(&decoder{protocol: 4, maxAttachments: 10, maxBytes: 1 << 20}, p.text(), p.Attachments)
			Expect(err).NotTo(HaveOccurred())
			Expect(decoded.text()).To(Equal(p.text()))
			Expect(decoded.Attachments).To(HaveLen(len(p.Attachments)))
			for i, data := range p.Attachments {
				Expect(decoded.Attachments[i]).To(Equal(data))
			}
		}
	})
})

func randomPacket(random *rand.Rand) *packet {
	p := &packet{namespace: []string{"/", "/a", "/ä/ö"}[random.IntN(3)]}
	p.kind = []kind{kindConnect, kindDisconnect, kindEvent, kindAck, kindConnectError}[random.IntN(5)]
	switch p.kind {
	case kindConnect, kindConnectError:
		p.body = randomJSON(map[string]any{"k": randomValue(random, 4)})
		return p
	case kindDisconnect:
		return p
	case kindAck:
		p.asked = true
	case kindEvent:
		p.asked = random.IntN(2) == 0
		p.event = "e" + randomString(random)
	}
	if p.asked {
		p.id = random.Uint64N(1 << 53)
	}
	var m Message
	for range random.IntN(4) {
		m.Args = append(m.Args, randomJSON(randomValue(random, 4)))
	}
	for i := range random.IntN(4) {
		m.Attachments = append(m.Attachments, []byte(randomString(random)+"x"))
		m.Args = append(m.Args, randomJSON(map[string]any{"_placeholder": true, "num": i}))
	}
	return p.carry(m)
}

func randomJSON(v any) json.RawMessage {
	encoded, err := encodeJSON(v)
	Expect(err).NotTo(HaveOccurred())
	return encoded
}

func randomValue(random *rand.Rand, depth int) any {
	switch n := random.IntN(8); {
	case n == 0:
		return nil
	case n == 1:
		return random.IntN(2) == 0
	case n == 2:
		return random.NormFloat64() * 1e9
	case n == 3:
		return random.Int64()
	case n < 6 || depth == 0:
		return randomString(random)
	case n == 6:
		return []any{randomValue(random, depth-1), randomValue(random, depth-1)}
	default:
		return map[string]any{randomString(random): randomValue(random, depth-1)}
	}
}

func randomString(random *rand.Rand) string {
	letters := []rune("ab\"\\/<>&\n\x00\x7f äß€😀\u2028")
	var s []rune
	for range random.IntN(6) {
		s = append(s, letters[random.IntN(len(letters))])
	}
	Expect(utf8.ValidString(string(s))).To(BeTrue())
	return string(s)
}
