package sio

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/tickstock/tickcast/server/engineio"
)

// kind is the type of a packet, as it stands on the wire.
type kind byte

const (
	kindConnect      kind = '0'
	kindDisconnect   kind = '1'
	kindEvent        kind = '2'
	kindAck          kind = '3'
	kindConnectError kind = '4'
	kindBinaryEvent  kind = '5'
	kindBinaryAck    kind = '6'
)

func (k kind) binary() bool { return k == kindBinaryEvent || k == kindBinaryAck }

// Message is what an event or an acknowledgement carries. Each argument is one JSON value, untouched;
// where it holds binary data there is a placeholder {"_placeholder":true,"num":i} for Attachments[i].
type Message struct {
	Args        []json.RawMessage
	Attachments [][]byte
	Asked       bool // of an event: the browser waits for an acknowledgement
}

// packet is one unit of Socket.IO. Its JSON stays as it was sent.
type packet struct {
	kind      kind
	namespace string
	query     string // of a CONNECT in protocol 3: "/custom?token=x"
	asked     bool   // an acknowledgement is wanted, or this is one
	id        uint64 // of the acknowledgement
	event     string // of an EVENT
	body      json.RawMessage
	Message
}

// frames encodes p, its text first and then its attachments.
func (p *packet) frames() []*engineio.Frame {
	frames := make([]*engineio.Frame, 0, 1+len(p.Attachments))
	frames = append(frames, engineio.NewTextFrame(p.text()))
	for _, data := range p.Attachments {
		frames = append(frames, engineio.NewBinaryFrame(data))
	}
	return frames
}

// text is p without its attachments.
func (p *packet) text() []byte {
	text := p.appendHead(nil)
	switch p.kind {
	case kindEvent, kindBinaryEvent:
		text = appendString(append(text, '['), p.event)
		for _, arg := range p.Args {
			text = append(append(text, ','), arg...)
		}
		return append(text, ']')
	case kindAck, kindBinaryAck:
		text = append(text, '[')
		for i, arg := range p.Args {
			if i > 0 {
				text = append(text, ',')
			}
			text = append(text, arg...)
		}
		return append(text, ']')
	default:
		return append(text, p.body...)
	}
}

// appendHead appends all that stands before the JSON.
func (p *packet) appendHead(dst []byte) []byte {
	dst = append(dst, byte(p.kind))
	if p.kind.binary() {
		dst = append(strconv.AppendInt(dst, int64(len(p.Attachments)), 10), '-')
	}
	if p.namespace != "/" {
		dst = append(append(dst, p.namespace...), ',')
	}
	if p.asked {
		dst = strconv.AppendUint(dst, p.id, 10)
	}
	return dst
}

// carry makes p the binary or the plain kind, as m needs it.
func (p *packet) carry(m Message) *packet {
	p.Message = m
	if len(m.Attachments) > 0 {
		switch p.kind {
		case kindEvent:
			p.kind = kindBinaryEvent
		case kindAck:
			p.kind = kindBinaryAck
		}
	}
	return p
}

// appendString appends s as a JSON string. Browsers read no HTML here, so '<' stays '<'.
func appendString(dst []byte, s string) []byte {
	plain := true
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			plain = false
			break
		}
	}
	if plain {
		return append(append(append(dst, '"'), s...), '"')
	}
	quoted, _ := encodeJSON(s) // a string always encodes
	return append(dst, quoted...)
}

// encodeJSON encodes v as the wire has it: no HTML escapes, no line break behind it.
func encodeJSON(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte{'\n'}), nil
}
