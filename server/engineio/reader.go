package engineio

import (
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unicode/utf8"
)

const readSize = 4096

// readBuffers are lent to connections for as long as they have unread bytes: an idle one has none.
var readBuffers = sync.Pool{New: func() any { return new([readSize]byte) }}

// reader takes messages off a websocket. It is owned by the goroutine that reads.
type reader struct {
	conn    net.Conn
	raw     syscall.RawConn // nil if conn is not a plain socket
	timeout time.Duration   // for the rest of a message that has begun
	limit   int             // bytes of a message, inflated
	deflate *deflater       // nil = nothing may be compressed

	buf       *[readSize]byte // lent; nil while nothing is unread
	r, w      int             // buf[r:w] is unread
	fragments int
	op        byte      // of the message that is being put together, 0 if none
	deflated  bool      // that message is
	message   []byte    // what has been put together
	began     time.Time // when its first byte came; zero while nothing has begun
	expected  int       // bytes that it has announced so far
	tryRead   func(fd uintptr) bool
	n         int
	err       error

	pinned atomic.Bool // the deadline is somebody else's: an upgrade's or a closing's
}

func newReader(conn net.Conn, timeout time.Duration, limit int, early []byte) *reader {
	r := &reader{conn: conn, raw: rawConn(conn), timeout: timeout, limit: limit}
	r.tryRead = r.readLent
	if len(early) > 0 {
		r.buf = readBuffers.Get().(*[readSize]byte)
		r.w = copy(r.buf[:], early)
	}
	return r
}

// next returns the next message or control frame. data is valid until the call after.
func (r *reader) next() (op byte, data []byte, err error) {
	for {
		h, err := r.header()
		if err != nil {
			return 0, nil, err
		}
		if h.op&controlBit != 0 {
			data, err := r.control(h)
			return h.op, data, err
		}
		if err := r.begin(h); err != nil {
			return 0, nil, err
		}
		if h.fin && r.fragments == 1 && h.length <= readSize {
			data, err = r.inPlace(h)
		} else if err = r.gather(h); err == nil && !h.fin {
			continue
		} else {
			data = r.message
		}
		if err != nil {
			return 0, nil, err
		}
		op = r.op
		if r.deflated {
			if data, err = r.deflate.inflate(data, r.limit); err != nil {
				return 0, nil, err
			}
		}
		r.op, r.deflated, r.message, r.fragments = 0, false, nil, 0
		if op == opText && !utf8.Valid(data) {
			return 0, nil, errUTF8
		}
		return op, data, r.relax()
	}
}

// begin checks a data frame's place in its message.
func (r *reader) begin(h header) error {
	if (h.op == opContinuation) != (r.op != 0) {
		return errContinuation
	}
	if h.deflated && r.deflate == nil {
		return errReserved
	}
	if h.op != opContinuation {
		r.op, r.deflated = h.op, h.deflated
	}
	if r.fragments++; r.fragments > maxFragments {
		return errFragments
	}
	if len(r.message)+h.length > r.limit {
		return errTooLarge
	}
	return nil
}

func (r *reader) header() (header, error) {
	for {
		var unread []byte
		if r.buf != nil {
			unread = r.buf[r.r:r.w]
		}
		h, n, err := parseHeader(unread, max(r.limit, maxControl))
		if err != nil {
			return h, err
		}
		if n > 0 {
			r.r += n
			return h, nil
		}
		if (len(unread) > 0 || r.op != 0) && r.began.IsZero() {
			r.hurry(0)
		}
		if err := r.fill(); err != nil {
			return h, err
		}
	}
}

// control reads a whole control frame, apart from the message that it may interrupt.
func (r *reader) control(h header) ([]byte, error) {
	data, err := r.inPlace(h)
	if err == nil && r.op == 0 {
		err = r.relax()
	}
	return data, err
}

// inPlace unmasks a payload that fits the buffer where it lies.
func (r *reader) inPlace(h header) ([]byte, error) {
	if h.length == 0 {
		return nil, nil
	}
	if r.w-r.r < h.length {
		r.hurry(h.length)
	}
	for r.w-r.r < h.length {
		if err := r.fill(); err != nil {
			return nil, err
		}
	}
	data := r.buf[r.r : r.r+h.length]
	r.r += h.length
	unmask(data, h.mask, 0)
	return data, nil
}

// gather appends a payload to the message. It grows as bytes arrive, not as they are announced.
func (r *reader) gather(h header) error {
	if r.w-r.r < h.length {
		r.hurry(h.length)
	}
	for at := 0; at < h.length; {
		if r.r == r.w {
			if err := r.fill(); err != nil {
				return err
			}
		}
		part := r.buf[r.r:min(r.w, r.r+h.length-at)]
		unmask(part, h.mask, at)
		r.message = append(r.message, part...)
		r.r += len(part)
		at += len(part)
	}
	return nil
}

// fill reads more. With nothing unread it waits without holding a buffer.
func (r *reader) fill() error {
	if r.r == r.w {
		r.release()
	}
	if r.buf == nil && r.raw != nil {
		r.n, r.err = 0, nil
		if err := r.raw.Read(r.tryRead); err != nil {
			return err
		}
		r.w = r.n
		return r.err
	}
	if r.buf == nil {
		r.buf = readBuffers.Get().(*[readSize]byte)
	}
	copy(r.buf[:], r.buf[r.r:r.w])
	r.r, r.w = 0, r.w-r.r
	n, err := r.conn.Read(r.buf[r.w:])
	r.w += n
	if n > 0 {
		return nil
	}
	return err
}

// readLent is fill's attempt on a socket that may be readable: the buffer is only kept if it was.
func (r *reader) readLent(fd uintptr) bool {
	buf := readBuffers.Get().(*[readSize]byte)
	n, err := readSocket(fd, buf[:])
	if err == syscall.EAGAIN {
		readBuffers.Put(buf)
		return false
	}
	if n <= 0 {
		readBuffers.Put(buf)
		if r.err = io.EOF; err != nil {
			r.err = os.NewSyscallError("read", err)
		}
		return true
	}
	r.buf, r.n = buf, n
	return true
}

func (r *reader) release() {
	if r.buf != nil {
		readBuffers.Put(r.buf)
		r.buf = nil
	}
	r.r, r.w = 0, 0
}
