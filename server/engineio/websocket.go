package engineio

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"
)

// Opcodes and bits of RFC 6455.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xa

	finBit      = 0x80
	rsvBits     = 0x70
	deflatedBit = 0x40 // of the first frame of a message, where compression was agreed upon
	maskBit     = 0x80
	controlBit  = 0x08

	maxControl   = 125
	maxFragments = 16384 // of one message, empty ones included
)

// Status codes of a close frame.
const (
	statusNormal    = 1000
	statusGoingAway = 1001
	statusProtocol  = 1002
	statusUTF8      = 1007
	statusPolicy    = 1008
	statusTooLarge  = 1009
)

// wireError is what a client did wrong on a websocket, with the code of the close frame that tells it.
type wireError struct {
	status uint16
	text   string
}

func (e *wireError) Error() string { return fmt.Sprintf("%s (%d)", e.text, e.status) }

var (
	errUnmasked     = &wireError{statusProtocol, "unmasked frame"}
	errReserved     = &wireError{statusProtocol, "reserved bit or opcode"}
	errControl      = &wireError{statusProtocol, "fragmented or oversized control frame"}
	errContinuation = &wireError{statusProtocol, "continuation out of place"}
	errFragments    = &wireError{statusPolicy, "too many fragments"}
	errTooLarge     = &wireError{statusTooLarge, "message too large"}
	errUTF8         = &wireError{statusUTF8, "text is not UTF-8"}
	errCloseFrame   = &wireError{statusProtocol, "malformed close frame"}
)

// header is a frame's header.
type header struct {
	fin      bool
	deflated bool
	op       byte
	length   int
	mask     [4]byte
}

// parseHeader reads a client's frame header; n is 0 while more bytes are needed.
// Lengths that do not fit are errTooLarge, so that nothing can overflow.
func parseHeader(b []byte, limit int) (h header, n int, err error) {
	if len(b) < 2 {
		return h, 0, nil
	}
	h.fin, h.deflated, h.op, h.length, n = b[0]&finBit != 0, b[0]&deflatedBit != 0, b[0]&0x0f, int(b[1]&^maskBit), 2
	if err := h.check(b[0], b[1]); err != nil {
		return h, 0, err
	}
	switch h.length {
	case 126:
		if n = 4; len(b) >= n {
			h.length = int(binary.BigEndian.Uint16(b[2:]))
		}
	case 127:
		if n = 10; len(b) >= n {
			long := binary.BigEndian.Uint64(b[2:])
			if long > uint64(limit) {
				return h, 0, errTooLarge
			}
			h.length = int(long)
		}
	}
	if len(b) < n+4 {
		return h, 0, nil
	}
	if h.length > limit {
		return h, 0, errTooLarge
	}
	copy(h.mask[:], b[n:])
	return h, n + 4, nil
}

func (h header) check(first, second byte) error {
	control := h.op&controlBit != 0
	switch {
	case first&(rsvBits&^deflatedBit) != 0, h.op > opPong, h.op > opBinary && !control:
		return errReserved
	case h.deflated && (control || h.op == opContinuation):
		return errReserved
	case second&maskBit == 0:
		return errUnmasked
	case control && (!h.fin || h.length > maxControl):
		return errControl
	}
	return nil
}

// unmask undoes a client's masking; at is how many bytes of the payload came before.
func unmask(data []byte, mask [4]byte, at int) {
	for i := 0; i < 4 && at%4 != 0 && i < len(data); i++ {
		data[i] ^= mask[at%4]
		at++
		if at%4 == 0 {
			data = data[i+1:]
			break
		}
	}
	if at%4 != 0 {
		return
	}
	word := uint64(binary.LittleEndian.Uint32(mask[:]))
	word |= word << 32
	for len(data) >= 8 {
		binary.LittleEndian.PutUint64(data, binary.LittleEndian.Uint64(data)^word)
		data = data[8:]
	}
	for i := range data {
		data[i] ^= mask[i%4]
	}
}

// closeFrame is a close frame of the server's.
func closeFrame(status uint16, text string) *Frame {
	return rawFrame(opClose, binary.BigEndian.AppendUint16(nil, status), []byte(text))
}

// parseClose reads the status of a client's close frame, which is to be echoed.
func parseClose(data []byte) (uint16, error) {
	if len(data) == 0 {
		return statusNormal, nil
	}
	if len(data) == 1 || !utf8.Valid(data[2:]) {
		return 0, errCloseFrame
	}
	status := binary.BigEndian.Uint16(data)
	switch {
	case status >= 3000 && status < 5000, status >= 1000 && status <= 1003, status >= 1007 && status <= 1014:
		return status, nil
	}
	return 0, errCloseFrame
}
