package bench

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// handshakeTimeout is generous: a thousand clients come at once, on the same machine.
const handshakeTimeout = 30 * time.Second

// client is one lean websocket client of Socket.IO: it reads, answers pings and keeps a tally.
type client struct {
	conn  net.Conn
	in    *bufio.Reader
	body  []byte
	asked int
	tally *tally
}

// dial opens a session, as the user of the cookie if there is one, and joins the namespace "/".
func dial(ctx context.Context, addr, cookie string, t *tally) (*client, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &client{conn: conn, in: bufio.NewReaderSize(conn, 4096), tally: t}
	if err := c.open(addr, cookie); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("handshake: %w", err)
	}
	return c, nil
}

func (c *client) open(addr, cookie string) error {
	if err := c.conn.SetDeadline(time.Now().Add(handshakeTimeout)); err != nil {
		return err
	}
	key := make([]byte, 16)
	_, _ = rand.Read(key) // never fails
	request := "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: " + addr +
		"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
		base64.StdEncoding.EncodeToString(key) + "\r\n"
	if cookie != "" {
		request += "Cookie: " + cookie + "\r\n"
	}
	if _, err := io.WriteString(c.conn, request+"\r\n"); err != nil {
		return err
	}
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("answered %s", res.Status)
	}
	if err := c.expect("0{"); err != nil {
		return err
	}
	if err := c.send("40"); err != nil {
		return err
	}
	if err := c.expect("40"); err != nil {
		return err
	}
	return c.conn.SetDeadline(time.Time{})
}

func (c *client) expect(prefix string) error {
	text, err := c.receive()
	if err == nil && !strings.HasPrefix(string(text), prefix) {
		err = fmt.Errorf("got %.40q instead of %q", text, prefix)
	}
	return err
}

// run counts messages until the connection ends, which is no error: the tally tells.
func (c *client) run() error {
	for {
		text, err := c.receive()
		switch {
		case errors.Is(err, net.ErrClosed), errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := c.handle(text); err != nil {
			return err
		}
	}
}

func (c *client) handle(text []byte) error {
	if len(text) == 1 && text[0] == '2' {
		return c.send("3")
	}
	c.tally.message(text)
	return nil
}

// ask emits an event and gives its acknowledgement. It reads itself: only before run.
func (c *client) ask(event string, payload any) (string, error) {
	text, err := json.Marshal([]any{event, payload})
	if err != nil {
		return "", err
	}
	id := strconv.Itoa(c.asked)
	c.asked++
	if err := c.send("42" + id + string(text)); err != nil {
		return "", err
	}
	var answer string
	return answer, c.read(func(text []byte) bool {
		acknowledged := bytes.HasPrefix(text, []byte("43"+id+"["))
		if acknowledged {
			answer = string(text)
		}
		return acknowledged
	})
}

// read handles what comes, up to what is enough.
func (c *client) read(enough func(text []byte) bool) error {
	if err := c.conn.SetReadDeadline(time.Now().Add(handshakeTimeout)); err != nil {
		return err
	}
	for {
		text, err := c.receive()
		if err == nil {
			err = c.handle(text)
		}
		if err != nil {
			return err
		}
		if enough(text) {
			return c.conn.SetReadDeadline(time.Time{})
		}
	}
}

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
	end := 0
	for end < len(digits) && digits[end] >= '0' && digits[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(string(digits[:end]), 10, 64)
	return n, err == nil
}
