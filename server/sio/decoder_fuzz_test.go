package sio

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// FuzzDecode holds the decoder against encoding/json, and against its own encoder.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`0`, `0{"token":"x"}`, `0/admin,{}`, `0/custom?token=x,`, `1/a,`, `2["e"]`, `2/a,12["e",{"x":[1,2.5e-3]},null]`,
		`3450["x"]`, `4{"message":"no"}`, `51-["e",{"_placeholder":true,"num":0}]`, `62-/a,7[{"num":1,"_placeholder":true},{}]`,
		`2`, `21`, `450-`, `43`, `50-["e"]`, `2["e","\u00e9\ud83d\ude00"]`, "2[\"e\",\"\u2028\"]", `2[["e"]]`, `2["connect"]`,
	} {
		f.Add([]byte(seed), []byte("data"))
	}
	f.Fuzz(func(t *testing.T, text, data []byte) {
		for _, protocol := range []int{3, 4} {
			d := &decoder{protocol: protocol, maxAttachments: 10, maxBytes: 1 << 20}
			p, err := decodeAll(d, text, [][]byte{data, data, data, data, data, data, data, data, data, data})
			if err != nil {
				continue
			}
			if p == nil {
				t.Fatalf("%q: neither a packet nor an error", text)
			}
			checkPacket(t, p)
			if p.query != "" {
				continue // only clients send it
			}
			again, err := decodeAll(&decoder{protocol: protocol, maxAttachments: 10, maxBytes: 1 << 20}, p.text(), p.Attachments)
			if err != nil || !bytes.Equal(again.text(), p.text()) {
				t.Fatalf("%q became %q: %v", text, p.text(), err)
			}
		}
	})
}

func checkPacket(t *testing.T, p *packet) {
	for _, raw := range append(p.Args, p.body) {
		if len(raw) > 0 && !json.Valid(raw) {
			t.Fatalf("%q is no JSON", raw)
		}
	}
	if p.kind.binary() != (len(p.Attachments) > 0) || len(p.Attachments) > 10 {
		t.Fatalf("%c with %d attachments", p.kind, len(p.Attachments))
	}
	if (p.kind == kindEvent || p.kind == kindBinaryEvent) && p.event == "" {
		t.Fatal("event without a name")
	}
}

// FuzzScan wants exactly what encoding/json wants, but no deeper.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{`[]`, `[1,-0.5e+7,"a\u0041\n",true,false,null,{"a":{"b":[]}}]`, `{"a":01}`, `[1,]`, ` [ ] `, `"\ud800"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !utf8.Valid(text) {
			return
		}
		scan := scanner{text: text}
		_, err := scan.single()
		if err == errDepth {
			return
		}
		if valid := json.Valid(text); valid != (err == nil) {
			t.Fatalf("%q: encoding/json says %v, we say %v", text, valid, err)
		}
		var want []json.RawMessage
		scan = scanner{text: text}
		got, err := scan.elements()
		if err == nil && (json.Unmarshal(text, &want) != nil || len(got) != len(want)) {
			t.Fatalf("%q: %d elements, want %d", text, len(got), len(want))
		}
		for i := range got {
			if !bytes.Equal(got[i], want[i]) {
				t.Fatalf("%q: element %d is %q, want %q", text, i, got[i], want[i])
			}
		}
	})
}
