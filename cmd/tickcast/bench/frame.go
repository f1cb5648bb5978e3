package bench

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// receive reads one unfragmented text frame of the server's. It is valid until the next call.
func (c *client) receive() ([]byte, error) {
	head, err := c.in.Peek(2)
	if err != nil {
		return nil, err
	}
	n, skip := int(head[1]), 2
	switch n {
	case 126:
		if head, err = c.in.Peek(4); err != nil {
			return nil, err
		}
		n, skip = int(binary.BigEndian.Uint16(head[2:])), 4
	case 127:
		return nil, errors.New("a frame over 64 KiB")
	}
	if head[0] == 0x88 {
		return nil, io.EOF
	}
	if head[0] != 0x81 {
		return nil, fmt.Errorf("unexpected frame %#x", head[0])
	}
	if _, err := c.in.Discard(skip); err != nil {
		return nil, err
	}
	if n > c.in.Size() {
		c.body = append(c.body[:0], make([]byte, n)...)
		_, err := io.ReadFull(c.in, c.body)
		return c.body, err
	}
	text, err := c.in.Peek(n)
	if err != nil {
		return nil, err
	}
	_, err = c.in.Discard(n)
	return text, err
}

// send writes one text frame under 64 KiB, masked with zeros: that is allowed, and costs nothing.
func (c *client) send(text string) error {
	frame := []byte{0x81, 0x80 | byte(len(text))}
	if len(text) > 125 {
		frame = binary.BigEndian.AppendUint16([]byte{0x81, 0x80 | 126}, uint16(len(text)))
	}
	_, err := c.conn.Write(append(append(frame, 0, 0, 0, 0), text...))
	return err
}

var seqKey, sentKey = []byte(`"seq":`), []byte(`"sent":`)

// number reads the integer behind a key, at its first occurrence.
func number(text, key []byte) (int64, bool) {
	at := bytes.Index(text, key)
	if at < 0 {
		return 0, false
	}
	digits := text[at+len(key):]
	n, end := int64(0), 0
	for ; end < len(digits) && digits[end] >= '0' && digits[end] <= '9'; end++ {
		n = n*10 + int64(digits[end]-'0')
	}
	return n, end > 0
}
