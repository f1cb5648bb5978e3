package engineio

import (
	"bytes"
	"testing"
)

// FuzzPayload: no body of a POST panics or grows, and what was understood survives a round trip.
func FuzzPayload(f *testing.F) {
	for _, seed := range []string{"4hello\x1ebAQID", "2:4a3:4€b", "\x00\x02\xff4a\x01\x02\xff\x04\x01", "10:b4AQIDBA==", "1", "b"} {
		f.Add([]byte(seed), 4, false)
		f.Add([]byte(seed), 3, false)
		f.Add([]byte(seed), 3, true)
	}
	f.Fuzz(func(t *testing.T, body []byte, protocol int, binary bool) {
		if protocol != 3 {
			protocol, binary = 4, false
		}
		packets, err := parsePayload(body, protocol, binary)
		if err != nil {
			return
		}
		var frames []*Frame
		for _, p := range packets {
			if p.kind != packetMessage {
				return
			}
			if p.binary {
				frames = append(frames, NewBinaryFrame(p.data))
			} else {
				frames = append(frames, NewTextFrame(p.data))
			}
		}
		again, isBinary := appendPayload(nil, frames, protocol, !binary)
		back, err := parsePayload(again, protocol, isBinary)
		if err != nil || len(back) != len(packets) {
			t.Fatalf("%q came back as %q: %v", body, again, err)
		}
		for i := range back {
			if back[i].binary != packets[i].binary || !bytes.Equal(back[i].data, packets[i].data) {
				t.Fatalf("packet %d of %q came back as %q", i, body, back[i].data)
			}
		}
	})
}

// FuzzHeader: no header of a frame panics, overflows or passes the limit.
func FuzzHeader(f *testing.F) {
	f.Add([]byte{0x81, 0x85, 1, 2, 3, 4}, 1000)
	f.Add([]byte{0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, 1000)
	f.Fuzz(func(t *testing.T, b []byte, limit int) {
		limit = max(limit, maxControl)
		h, n, err := parseHeader(b, limit)
		if err == nil && n > 0 && (n > len(b) || h.length < 0 || h.length > limit) {
			t.Fatalf("%x: header of %d bytes, length %d, limit %d", b, n, h.length, limit)
		}
	})
}

// FuzzUnmask: word by word is the same as byte by byte, wherever a piece starts.
func FuzzUnmask(f *testing.F) {
	f.Add([]byte("some payload longer than a word"), []byte{1, 2, 3, 4}, 3)
	f.Fuzz(func(t *testing.T, data, key []byte, at int) {
		if len(key) < 4 || at < 0 {
			return
		}
		mask := [4]byte(key[:4])
		want := bytes.Clone(data)
		for i := range want {
			want[i] ^= mask[(at+i)%4]
		}
		unmask(data, mask, at)
		if !bytes.Equal(data, want) {
			t.Fatalf("at %d: %x, want %x", at, data, want)
		}
	})
}

// FuzzInflate: nothing that a client has compressed panics or passes the limit, and what we compress comes back.
func FuzzInflate(f *testing.F) {
	d := newDeflater(Config{Compression: true, CompressionMin: 1})
	f.Add([]byte("4hello hello hello hello"))
	f.Add([]byte{0xca, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00})
	f.Fuzz(func(t *testing.T, data []byte) {
		const limit = 1000
		if message, err := d.inflate(data, limit); err == nil && len(message) > limit {
			t.Fatalf("%d bytes of %x", len(message), data)
		}
		wire := d.frame(opText, data)
		if wire == nil {
			return
		}
		body := 2
		if len(wire) > 2+125 {
			body = 4 // the fuzzer makes none of 64 KiB
		}
		back, err := d.inflate(wire[body:], len(data))
		if err != nil || !bytes.Equal(back, data) {
			t.Fatalf("%x came back as %x: %v", data, back, err)
		}
	})
}
