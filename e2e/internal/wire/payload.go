package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Separator stands between two packets of a polling payload in protocol 4.
const Separator = "\x1e"

// Packet is one packet of a polling payload: its type and text, or binary.
type Packet struct {
	Binary bool
	Data   string // with the leading type digit; of a binary packet: the byte of the type, then the bytes
}

var errPayload = errors.New("broken payload")

// Payload4 joins packets as protocol 4 does.
func Payload4(packets ...string) string { return strings.Join(packets, Separator) }

// Split4 takes a payload of protocol 4 apart.
func Split4(payload string) []string { return strings.Split(payload, Separator) }

// Payload3 joins packets as protocol 3 does in text: each after its length in UTF-16 units.
func Payload3(packets ...string) string {
	var b strings.Builder
	for _, p := range packets {
		fmt.Fprintf(&b, "%d:%s", units(p), p)
	}
	return b.String()
}

// Split3 takes a text payload of protocol 3 apart.
func Split3(payload string) ([]string, error) {
	var packets []string
	for payload != "" {
		head, rest, ok := strings.Cut(payload, ":")
		n, err := strconv.Atoi(head)
		if !ok || err != nil {
			return packets, fmt.Errorf("%w: length %q", errPayload, head)
		}
		end := 0
		for i, r := range rest {
			if n <= 0 {
				break
			}
			n -= utf16.RuneLen(r)
			end = i + len(string(r))
		}
		if n != 0 {
			return packets, fmt.Errorf("%w: %q is shorter than it says", errPayload, rest)
		}
		packets = append(packets, rest[:end])
		payload = rest[end:]
	}
	return packets, nil
}

// Binary3 joins packets as protocol 3 does when one of them is binary.
func Binary3(packets ...Packet) []byte {
	var b bytes.Buffer
	for _, p := range packets {
		kind := byte(0)
		if p.Binary {
			kind = 1
		}
		b.WriteByte(kind)
		for _, digit := range strconv.Itoa(len(p.Data)) {
			b.WriteByte(byte(digit - '0'))
		}
		b.WriteByte(0xff)
		b.WriteString(p.Data)
	}
	return b.Bytes()
}

// SplitBinary3 takes a binary payload of protocol 3 apart.
func SplitBinary3(payload []byte) ([]Packet, error) {
	var packets []Packet
	for len(payload) > 0 {
		end := bytes.IndexByte(payload, 0xff)
		if end < 2 || payload[0] > 1 {
			return packets, fmt.Errorf("%w: head % x", errPayload, payload[:min(8, len(payload))])
		}
		n := 0
		for _, digit := range payload[1:end] {
			n = n*10 + int(digit)
		}
		rest := payload[end+1:]
		if n > len(rest) {
			return packets, fmt.Errorf("%w: %d bytes announced, %d left", errPayload, n, len(rest))
		}
		packets = append(packets, Packet{Binary: payload[0] == 1, Data: string(rest[:n])})
		payload = rest[n:]
	}
	return packets, nil
}

func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
