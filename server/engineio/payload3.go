package engineio

import (
	"strconv"
	"unicode/utf8"
)

// Protocol 3 counts what it sends: "<length>:<packet>…" in text, where the length is in
// UTF-16 units as JavaScript has them, and in binary bodies 0 or 1 (text or binary), the
// length's decimal digits as bytes 0…9, 255, and the packet.

// maxDigits keeps a length within an int, whatever a client claims.
const maxDigits = 9

const lengthEnd = 255

func parseTextPayload3(body []byte) ([]packet, error) {
	if !utf8.Valid(body) || len(body) == 0 {
		return nil, errPayload
	}
	var packets []packet
	for len(body) > 0 {
		units, rest, ok := cutLength(body)
		if !ok {
			return nil, errPayload
		}
		n, ok := utf16Prefix(rest, units)
		if !ok {
			return nil, errPayload
		}
		p, err := parsePacket(rest[:n], 3)
		if err != nil {
			return nil, err
		}
		if packets = append(packets, p); len(packets) > maxPackets {
			return nil, errPackets
		}
		body = rest[n:]
	}
	return packets, nil
}

// cutLength reads "<digits>:" off the front.
func cutLength(body []byte) (n int, rest []byte, ok bool) {
	for i, c := range body {
		switch {
		case c == ':' && i > 0:
			return n, body[i+1:], true
		case c < '0' || c > '9' || i == maxDigits:
			return 0, nil, false
		}
		n = n*10 + int(c-'0')
	}
	return 0, nil, false
}

// utf16Prefix finds how many bytes hold so many UTF-16 units.
func utf16Prefix(text []byte, units int) (n int, ok bool) {
	for units > 0 && n < len(text) {
		r, size := utf8.DecodeRune(text[n:])
		n += size
		units -= utf16Units(r)
	}
	return n, units == 0
}

func utf16Units(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

func utf16Len(text []byte) (units int) {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		units += utf16Units(r)
		text = text[size:]
	}
	return units
}

func parseBinaryPayload3(body []byte) ([]packet, error) {
	if len(body) == 0 {
		return nil, errPayload
	}
	var packets []packet
	for len(body) > 0 {
		isBinary := body[0] == 1
		n, rest, ok := cutBinaryLength(body)
		if !ok || n > len(rest) || n == 0 {
			return nil, errPayload
		}
		p, err := parseBinaryPacket3(rest[:n], isBinary)
		if err != nil {
			return nil, err
		}
		if packets = append(packets, p); len(packets) > maxPackets {
			return nil, errPackets
		}
		body = rest[n:]
	}
	return packets, nil
}

func cutBinaryLength(body []byte) (n int, rest []byte, ok bool) {
	if body[0] > 1 {
		return 0, nil, false
	}
	for i, c := range body[1:] {
		switch {
		case c == lengthEnd && i > 0:
			return n, body[i+2:], true
		case c > 9 || i == maxDigits:
			return 0, nil, false
		}
		n = n*10 + int(c)
	}
	return 0, nil, false
}

// parseBinaryPacket3 reads a packet of a binary body or of a binary websocket message.
func parseBinaryPacket3(data []byte, isBinary bool) (packet, error) {
	if !isBinary {
		if !utf8.Valid(data) {
			return packet{}, errPayload
		}
		return parsePacket(data, 3)
	}
	if len(data) == 0 || data[0] != packetMessage-'0' {
		return packet{}, errPayload
	}
	return packet{kind: packetMessage, data: data[1:], binary: true}, nil
}

func appendTextPayload3(dst []byte, frames []*Frame) []byte {
	var text []byte
	for _, f := range frames {
		text = f.appendText(text[:0], 3)
		dst = strconv.AppendInt(dst, int64(utf16Len(text)), 10)
		dst = append(dst, ':')
		dst = append(dst, text...)
	}
	return dst
}

func appendBinaryPayload3(dst []byte, frames []*Frame) []byte {
	for _, f := range frames {
		n := len(f.payload())
		if f.binary {
			dst = append(dst, 1)
			n++
		} else {
			dst = append(dst, 0)
		}
		for _, digit := range strconv.Itoa(n) {
			dst = append(dst, byte(digit-'0'))
		}
		dst = append(dst, lengthEnd)
		if f.binary {
			dst = append(dst, packetMessage-'0')
		}
		dst = append(dst, f.payload()...)
	}
	return dst
}
