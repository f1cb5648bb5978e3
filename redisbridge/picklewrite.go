package redisbridge

import (
	"encoding/binary"
	"math"
	"strconv"
)

// pickled tells a JSON document as a pickle of protocol 3, the first that has bytes and that every Python 3
// reads. Placeholders become the attachments that they stand for.
func pickled(d *document, attachments [][]byte) (string, bool) {
	p := pickler{d, attachments}
	out, ok := p.value([]byte{0x80, 3}, root)
	return string(append(out, '.')), ok
}

type pickler struct {
	*document
	attachments [][]byte
}

func (p pickler) value(out []byte, n int) ([]byte, bool) {
	switch p.nodes[n].kind {
	case yes:
		return append(out, 0x88), true
	case no:
		return append(out, 0x89), true
	case number:
		return appendNumber(out, p.raw(n))
	case text:
		return appendSized(out, 'X', p.words(n)), true
	case array:
		return p.list(out, n)
	case object:
		if at := p.placeholder(n); at >= 0 && at < len(p.attachments) {
			return appendSized(out, 'B', string(p.attachments[at])), true
		}
		return p.dict(out, n)
	}
	return append(out, 'N'), true
}

func (p pickler) list(out []byte, n int) (_ []byte, ok bool) {
	out = append(out, ']', '(')
	for element := range p.children(n) {
		if out, ok = p.value(out, element); !ok {
			return nil, false
		}
	}
	return append(out, 'e'), true
}

func (p pickler) dict(out []byte, n int) (_ []byte, ok bool) {
	out = append(out, '}', '(')
	for member := range p.children(n) {
		out = appendSized(out, 'X', p.key(member))
		if out, ok = p.value(out, member); !ok {
			return nil, false
		}
	}
	return append(out, 'u'), true
}

// placeholder is the attachment that an object stands for; none if it does not.
func (d *document) placeholder(n int) int {
	if !d.is(d.member(n, "_placeholder"), yes) || d.count(n) != 2 {
		return none
	}
	num := d.member(n, "num")
	if !d.is(num, number) {
		return none
	}
	at, err := strconv.ParseUint(d.raw(num), 10, 31)
	if err != nil {
		return none
	}
	return int(at)
}

func appendSized(out []byte, op byte, content string) []byte {
	out = binary.LittleEndian.AppendUint32(append(out, op), uint32(len(content)))
	return append(out, content...)
}

// appendNumber keeps whole numbers whole as far as 64 bits go.
func appendNumber(out []byte, literal string) ([]byte, bool) {
	if n, err := strconv.ParseInt(literal, 10, 64); err == nil {
		if n == int64(int32(n)) {
			return binary.LittleEndian.AppendUint32(append(out, 'J'), uint32(n)), true
		}
		return binary.LittleEndian.AppendUint64(append(out, 0x8a, 8), uint64(n)), true
	}
	f, err := strconv.ParseFloat(literal, 64)
	return binary.BigEndian.AppendUint64(append(out, 'G'), math.Float64bits(f)), err == nil
}

// sound says whether every placeholder of a document has its attachment: one that has not would make a browser hang up.
func (d *document) sound(attachments int) bool {
	for n := range d.nodes {
		if at := d.placeholder(n); d.is(d.member(n, "_placeholder"), yes) && (at == none || at >= attachments) {
			return false
		}
	}
	return true
}
