package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tickstock/tickcast/e2e/internal/wire"
)

func (c *Client) url(scheme, transport string) string {
	url := fmt.Sprintf("%s://%s/socket.io/?EIO=4&transport=%s", scheme, c.options.Address, transport)
	if c.sid != "" {
		url += "&sid=" + c.sid
	}
	return url
}

func (c *Client) openSocket(ctx context.Context) error {
	socket, err := wire.DialAs(ctx, c.url("ws", "websocket"), c.options.Cookie)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	c.socket = socket
	go c.readSocket(socket)
	return nil
}

func (c *Client) readSocket(socket *wire.Socket) {
	for frame := range socket.Frames() {
		if !frame.Binary {
			c.take([]byte(frame.Data))
		}
	}
	c.end("transport close")
}

func (c *Client) openPolling(ctx context.Context) error {
	body, err := c.get(ctx)
	if err != nil {
		close(c.polled)
		return fmt.Errorf("open: %w", err)
	}
	open, rest, more := strings.Cut(body, wire.Separator)
	var handshake struct{ SID string }
	if err := json.Unmarshal([]byte(strings.TrimPrefix(open, "0")), &handshake); err != nil {
		close(c.polled)
		return fmt.Errorf("read open packet %q: %w", body, err)
	}
	c.sid = handshake.SID
	if more {
		c.takeAll(rest)
	}
	go c.pollLoop()
	return nil
}

func (c *Client) pollLoop() {
	defer close(c.polled)
	for !c.isMoving() {
		body, err := c.get(c.ctx)
		if err != nil {
			c.end("transport close")
			return
		}
		c.takeAll(body)
	}
}

func (c *Client) takeAll(payload string) {
	for _, packet := range wire.Split4(payload) {
		c.take([]byte(packet))
	}
}

func (c *Client) isMoving() bool {
	c.state.Lock()
	defer c.state.Unlock()
	return c.moving || c.reason != ""
}

// Upgrade moves a polling connection to a websocket: probe, end of the poll, then the switch.
func (c *Client) Upgrade(ctx context.Context) error {
	socket, err := wire.DialAs(ctx, c.url("ws", "websocket"), c.options.Cookie)
	if err != nil {
		return fmt.Errorf("upgrade: %w", err)
	}
	if err := c.probe(ctx, socket); err != nil {
		socket.Close()
		return err
	}
	c.state.Lock()
	c.moving = true
	c.state.Unlock()
	select {
	case <-c.polled:
	case <-ctx.Done():
		socket.Close()
		return fmt.Errorf("wait for the poll to end: %w", ctx.Err())
	}
	c.mu.Lock() // no POST is under way
	defer c.mu.Unlock()
	if err := socket.Text("5"); err != nil {
		return fmt.Errorf("upgrade: %w", err)
	}
	c.socket = socket
	go c.readSocket(socket)
	return nil
}

func (c *Client) probe(ctx context.Context, socket *wire.Socket) error {
	if err := socket.Text("2probe"); err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	select {
	case frame, ok := <-socket.Frames():
		if !ok || frame.Data != "3probe" {
			return fmt.Errorf("probe: answered %q", frame.Data)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("probe: %w", ctx.Err())
	}
}

func (c *Client) get(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url("http", "polling"), nil)
	if err != nil {
		return "", fmt.Errorf("make poll: %w", err)
	}
	return c.do(req)
}

func (c *Client) post(packet string) error {
	req, err := http.NewRequestWithContext(c.ctx, http.MethodPost, c.url("http", "polling"), strings.NewReader(packet))
	if err != nil {
		return fmt.Errorf("make post: %w", err)
	}
	req.Header.Set("Content-Type", "text/plain;charset=UTF-8")
	_, err = c.do(req)
	return err
}

func (c *Client) do(req *http.Request) (string, error) {
	if c.options.Cookie != "" {
		req.Header.Set("Cookie", c.options.Cookie)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return "", fmt.Errorf("%s: %w", req.Method, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return "", fmt.Errorf("%s: %w", req.Method, err)
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %w: status %d %s", req.Method, errClosed, res.StatusCode, body)
	}
	return string(body), nil
}
