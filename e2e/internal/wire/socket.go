package wire

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/gobwas/ws"
)

// Frame is one whole websocket message.
type Frame struct {
	Binary bool
	Data   string
}

// framesAhead is how many messages a Socket reads before a spec takes them.
const framesAhead = 4096

// Socket is a websocket whose messages wait in Frames until a spec takes them.
// It answers websocket pings, but no Engine.IO packet.
type Socket struct {
	conn   net.Conn
	frames chan Frame
	// Guarded by mu.
	mu   sync.Mutex
	code int
}

// ErrRefused is the error of Dial when the server answers with something else than 101.
var ErrRefused = errors.New("upgrade refused")

// Dial opens a websocket.
func Dial(ctx context.Context, url string) (*Socket, error) { return DialAs(ctx, url, "") }

// DialAs is Dial with a Cookie header; an empty one is none.
func DialAs(ctx context.Context, url, cookie string) (*Socket, error) {
	var dialer ws.Dialer
	if cookie != "" {
		dialer.Header = ws.HandshakeHeaderHTTP{"Cookie": {cookie}}
	}
	conn, reader, _, err := dialer.Dial(ctx, url)
	if status := ws.StatusError(0); errors.As(err, &status) {
		return nil, fmt.Errorf("%w: status %d", ErrRefused, int(status))
	}
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", url, err)
	}
	if reader == nil {
		reader = bufio.NewReader(conn)
	}
	s := &Socket{conn: conn, frames: make(chan Frame, framesAhead)}
	go s.read(reader)
	return s, nil
}

// Frames gives the messages in order; it is closed when the connection ends.
func (s *Socket) Frames() <-chan Frame { return s.frames }

// Code is the status of the server's close frame: 0 before one came, or without one.
func (s *Socket) Code() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.code
}

// Text sends one text message.
func (s *Socket) Text(text string) error { return s.Frame(ws.NewTextFrame([]byte(text))) }

// Binary sends one binary message.
func (s *Socket) Binary(data []byte) error {
	return s.Frame(ws.NewBinaryFrame(append([]byte(nil), data...)))
}

// Frame masks and sends any frame, allowed or not.
func (s *Socket) Frame(f ws.Frame) error {
	return s.Raw(ws.MustCompileFrame(ws.MaskFrameInPlace(f)))
}

// Raw writes bytes as they are.
func (s *Socket) Raw(b []byte) error {
	if _, err := s.conn.Write(b); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// Conn is the connection below, for a spec that stops reading or cuts it.
func (s *Socket) Conn() net.Conn { return s.conn }

// Close cuts the connection without a close frame.
func (s *Socket) Close() { s.conn.Close() }

func (s *Socket) read(from io.Reader) {
	defer close(s.frames)
	defer s.conn.Close()
	var message []byte
	binary := false
	for {
		f, err := ws.ReadFrame(from)
		if err != nil {
			return
		}
		switch f.Header.OpCode {
		case ws.OpPing:
			_ = s.Frame(ws.NewPongFrame(f.Payload)) // a connection that is gone shows at the next read
			continue
		case ws.OpPong:
			continue
		case ws.OpClose:
			s.closed(f.Payload)
			return
		case ws.OpText, ws.OpBinary:
			binary = f.Header.OpCode == ws.OpBinary
			message = f.Payload
		case ws.OpContinuation:
			message = append(message, f.Payload...)
		}
		if f.Header.Fin {
			s.frames <- Frame{Binary: binary, Data: string(message)}
		}
	}
}

func (s *Socket) closed(payload []byte) {
	code, _ := ws.ParseCloseFrameData(payload)
	s.mu.Lock()
	s.code = int(code)
	s.mu.Unlock()
	_ = s.Frame(ws.NewCloseFrame(payload)) // courtesy; the server may be gone
}
