package engineio

import (
	"bytes"
	"encoding/base64"
	"errors"
	"unicode/utf8"
)

// maxPackets bounds the packets of one polling body: a burst of a busy page stays far below it.
const maxPackets = 1000

const separator = '\x1e' // between the packets of a body in protocol 4

var (
	errPayload = errors.New("malformed polling payload")
	errPackets = errors.New("too many packets in one polling payload")
)

// packet is one inbound Engine.IO packet. data is without the type byte.
type packet struct {
	kind   byte
	data   []byte
	binary bool
}

// parsePacket reads a packet as text: type and data, or base64 binary.
func parsePacket(text []byte, protocol int) (packet, error) {
	if len(text) == 0 {
		return packet{}, errPayload
	}
	if text[0] == 'b' {
		return parseBase64(text[1:], protocol)
	}
	if text[0] < packetOpen || text[0] > packetNoop {
		return packet{}, errPayload
	}
	return packet{kind: text[0], data: text[1:]}, nil
}

func parseBase64(text []byte, protocol int) (packet, error) {
	if protocol == 3 {
		if len(text) == 0 || text[0] != packetMessage {
			return packet{}, errPayload
		}
		text = text[1:]
	}
	data, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return packet{}, errPayload
	}
	return packet{kind: packetMessage, data: data, binary: true}, nil
}

// parsePayload splits the body of a POST. The packets point into body.
func parsePayload(body []byte, protocol int, binary bool) ([]packet, error) {
	switch {
	case protocol == 4:
		return parsePayload4(body)
	case binary:
		return parseBinaryPayload3(body)
	default:
		return parseTextPayload3(body)
	}
}

func parsePayload4(body []byte) ([]packet, error) {
	if !utf8.Valid(body) {
		return nil, errPayload
	}
	if bytes.Count(body, []byte{separator}) >= maxPackets {
		return nil, errPackets
	}
	var packets []packet
	for text := range bytes.SplitSeq(body, []byte{separator}) {
		p, err := parsePacket(text, 4)
		if err != nil {
			return nil, err
		}
		packets = append(packets, p)
	}
	return packets, nil
}

// appendPayload appends the frames as the body of a poll's answer.
func appendPayload(dst []byte, frames []*Frame, protocol int, base64Only bool) (body []byte, binary bool) {
	if protocol == 4 {
		for i, f := range frames {
			if i > 0 {
				dst = append(dst, separator)
			}
			dst = f.appendText(dst, 4)
		}
		return dst, false
	}
	if !base64Only {
		for _, f := range frames {
			if f.binary {
				return appendBinaryPayload3(dst, frames), true
			}
		}
	}
	return appendTextPayload3(dst, frames), false
}
