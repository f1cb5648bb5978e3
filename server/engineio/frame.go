package engineio

import (
	"encoding/base64"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"
)

// Packet types of Engine.IO, as they stand on the wire.
const (
	packetOpen    = '0'
	packetClose   = '1'
	packetPing    = '2'
	packetPong    = '3'
	packetMessage = '4'
	packetUpgrade = '5'
	packetNoop    = '6'
)

// maxHeader is the longest header of a websocket frame that a server sends.
const maxHeader = 10

// Frame is one Engine.IO packet, ready for every transport. It is built once, shared
// by all who receive it, and never changed.
type Frame struct {
	wire   []byte // the whole websocket frame of protocol 4
	body   int    // where the payload starts in wire
	binary bool
	made   time.Time // zero for packets of the protocol itself
	// A binary message has its type byte in front in protocol 3: made when first asked for.
	wire3 atomic.Pointer[[]byte]
	// Compressed once, when the first receiver wants it so; nil = not worth it.
	deflating sync.Once
	deflated  []byte
}

// NewTextFrame makes one text message of the parts, which are copied.
func NewTextFrame(parts ...[]byte) *Frame {
	f := newFrame(packetMessage, parts...)
	f.made = time.Now()
	return f
}

// NewBinaryFrame makes one binary message; data is copied.
func NewBinaryFrame(data []byte) *Frame {
	wire, body := websocketFrame(opBinary, data)
	return &Frame{wire: wire, body: body, binary: true, made: time.Now()}
}

// controlFrame is a packet of the protocol itself: open, ping, pong, noop.
func controlFrame(kind byte, text string) *Frame {
	return newFrame(kind, []byte(text))
}

// rawFrame is a control frame of the websocket itself: it never goes to a poll.
func rawFrame(op byte, parts ...[]byte) *Frame {
	wire, body := websocketFrame(op, parts...)
	return &Frame{wire: wire, body: body}
}

func newFrame(kind byte, parts ...[]byte) *Frame {
	wire, body := websocketFrame(opText, append([][]byte{{kind}}, parts...)...)
	return &Frame{wire: wire, body: body}
}

// Size is what the frame takes on a websocket, in bytes.
func (f *Frame) Size() int { return len(f.wire) }

// websocket returns the bytes for a websocket of that protocol.
func (f *Frame) websocket(protocol int) []byte {
	if !f.binary || protocol == 4 {
		return f.wire
	}
	if wire := f.wire3.Load(); wire != nil {
		return *wire
	}
	wire, _ := websocketFrame(opBinary, []byte{packetMessage - '0'}, f.payload())
	f.wire3.Store(&wire)
	return wire
}

// compressed returns the bytes for a websocket of that protocol on which compression was agreed upon.
func (f *Frame) compressed(d *deflater, protocol int) []byte {
	if f.made.IsZero() || f.binary && protocol == 3 { // the protocol's own packets are short, and the other is rare
		return f.websocket(protocol)
	}
	f.deflating.Do(func() { f.deflated = d.frame(f.wire[0]&0x0f, f.payload()) })
	if f.deflated == nil {
		return f.wire
	}
	return f.deflated
}

// payload is the packet with its type, or the bare data of a binary message.
func (f *Frame) payload() []byte { return f.wire[f.body:] }

// appendText appends the packet as text: binary data in base64, as polling wants it.
func (f *Frame) appendText(dst []byte, protocol int) []byte {
	if !f.binary {
		return append(dst, f.payload()...)
	}
	dst = append(dst, 'b')
	if protocol == 3 {
		dst = append(dst, packetMessage)
	}
	return base64.StdEncoding.AppendEncode(dst, f.payload())
}

// websocketFrame builds a complete, unmasked frame and says where its payload starts.
func websocketFrame(op byte, parts ...[]byte) (wire []byte, body int) {
	n := 0
	for _, part := range parts {
		n += len(part)
	}
	wire = appendHeader(make([]byte, 0, maxHeader+n), op, n)
	body = len(wire)
	for _, part := range parts {
		wire = append(wire, part...)
	}
	return wire, body
}

func appendHeader(dst []byte, op byte, n int) []byte {
	dst = append(dst, finBit|op)
	switch {
	case n < 126:
		return append(dst, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, 126), uint16(n))
	default:
		return binary.BigEndian.AppendUint64(append(dst, 127), uint64(n))
	}
}
