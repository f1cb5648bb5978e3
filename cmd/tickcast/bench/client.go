package bench

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// handshakeTimeout is generous: a thousand clients come at once, on the same machine.
const handshakeTimeout = 30 * time.Second

// inBuffer holds some frames of a server that sends many at once.
const inBuffer = 8 << 10

// speech is the protocol that a server and its clients speak in a websocket.
type speech interface {
	path() string
	around(filtered bool) int                  // bytes that are sent around a message
	greet(c *client) error                     // what follows the websocket's handshake
	hear(c *client, text []byte) error         // one frame
	want(c *client, w wish) (ok bool, _ error) // from now on only what the wish accepts is to come
}

// client is one lean websocket client: it reads, answers pings and keeps a tally.
type client struct {
	conn   net.Conn
	in     *bufio.Reader
	body   []byte
	asked  int
	speech speech
	tally  *tally
}

// dial opens a session, as the user of the cookie if there is one.
func dial(ctx context.Context, addr string, speech speech, cookie string, t *tally) (*client, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &client{conn: conn, in: bufio.NewReaderSize(conn, inBuffer), speech: speech, tally: t}
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
	request := "GET " + c.speech.path() + " HTTP/1.1\r\nHost: " + addr +
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
	if err := c.speech.greet(c); err != nil {
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
		if err := c.speech.hear(c, text); err != nil {
			return err
		}
	}
}

// read handles what comes, up to what is enough.
func (c *client) read(enough func(text []byte) bool) error {
	if err := c.conn.SetReadDeadline(time.Now().Add(handshakeTimeout)); err != nil {
		return err
	}
	for {
		text, err := c.receive()
		if err == nil {
			err = c.speech.hear(c, text)
		}
		if err != nil {
			return err
		}
		if enough(text) {
			return c.conn.SetReadDeadline(time.Time{})
		}
	}
}
