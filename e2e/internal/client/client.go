package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/tickstock/tickcast/e2e/internal/wire"
)

// Transport says how a Client talks.
type Transport string

const (
	Polling   Transport = "polling"
	WebSocket Transport = "websocket"
	Upgrade   Transport = "upgrade" // polling first; moves when Upgrade is called, or at once by Dial
)

// Options say where a Client goes and what it does with what comes.
type Options struct {
	Address   string // host:port
	Transport Transport
	Namespace string // empty: the main one
	Cookie    string // header of each request; empty: none
	Auth      string // JSON object of the CONNECT packet; empty: none
	Stay      bool   // an Upgrade client stays on polling until Upgrade is called
	// Packet gets each Socket.IO packet in order, without the leading "4". It must not keep it.
	Packet func(packet []byte)
}

// Client is one connection in one namespace.
type Client struct {
	// Set once, then read only.
	options Options
	prefix  string // "/custom," of packets, empty in the main namespace
	http    *http.Client
	cancel  context.CancelFunc
	ctx     context.Context
	joined  chan string
	done    chan struct{}
	polled  chan struct{} // closed when the poll loop has ended
	sid     string
	// Guarded by mu, which also keeps two POSTs from overlapping.
	mu     sync.Mutex
	socket *wire.Socket // nil while polling
	// Guarded by state.
	state  sync.Mutex
	moving bool // the poll loop shall end after this poll
	reason string
	id     string
	asked  map[string]chan json.RawMessage // who waits for an acknowledgement, by its id
}

var (
	errRefused = errors.New("connection refused")
	errClosed  = errors.New("connection closed")
)

// Dial connects, joins the namespace and waits until it is confirmed. ctx bounds just that.
func Dial(ctx context.Context, options Options) (*Client, error) {
	life, cancel := context.WithCancel(context.Background())
	c := &Client{
		options: options,
		http:    &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2}},
		ctx:     life, cancel: cancel,
		joined: make(chan string, 1),
		done:   make(chan struct{}),
		polled: make(chan struct{}),
	}
	if options.Namespace != "" && options.Namespace != "/" {
		c.prefix = options.Namespace + ","
	}
	if err := c.open(ctx); err != nil {
		cancel()
		return nil, err
	}
	if err := c.join(ctx); err != nil {
		c.Close()
		return nil, err
	}
	if options.Transport == Upgrade && !options.Stay {
		if err := c.Upgrade(ctx); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

func (c *Client) open(ctx context.Context) error {
	if c.options.Transport == WebSocket {
		close(c.polled)
		return c.openSocket(ctx)
	}
	return c.openPolling(ctx)
}

func (c *Client) join(ctx context.Context) error {
	if err := c.send("0" + c.prefix + c.options.Auth); err != nil {
		return fmt.Errorf("join: %w", err)
	}
	select {
	case answer := <-c.joined:
		if !strings.HasPrefix(answer, "0") {
			return fmt.Errorf("%w: %s", errRefused, answer)
		}
		return nil
	case <-c.done:
		return fmt.Errorf("join: %w: %s", errClosed, c.Reason())
	case <-ctx.Done():
		return fmt.Errorf("join: %w", ctx.Err())
	}
}

// ID is the socket's id in its namespace.
func (c *Client) ID() string {
	c.state.Lock()
	defer c.state.Unlock()
	return c.id
}

// Emit sends an event. Its arguments are marshalled as JSON.
func (c *Client) Emit(event string, args ...any) error {
	packet, err := json.Marshal(append([]any{event}, args...))
	if err != nil {
		return fmt.Errorf("emit %s: %w", event, err)
	}
	return c.send("2" + c.prefix + string(packet))
}

// Ask emits an event and waits for its acknowledgement, a JSON array.
func (c *Client) Ask(ctx context.Context, event string, args ...any) (json.RawMessage, error) {
	packet, err := json.Marshal(append([]any{event}, args...))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", event, err)
	}
	answer := make(chan json.RawMessage, 1)
	c.state.Lock()
	if c.asked == nil {
		c.asked = map[string]chan json.RawMessage{}
	}
	id := strconv.Itoa(len(c.asked))
	c.asked[id] = answer
	c.state.Unlock()
	if err := c.send("2" + c.prefix + id + string(packet)); err != nil {
		return nil, err
	}
	select {
	case args := <-answer:
		return args, nil
	case <-c.done:
		return nil, fmt.Errorf("ask %s: %w: %s", event, errClosed, c.Reason())
	case <-ctx.Done():
		return nil, fmt.Errorf("ask %s: %w", event, ctx.Err())
	}
}

func (c *Client) answered(packet []byte) {
	id, args, _ := bytes.Cut(packet, []byte("["))
	c.state.Lock()
	defer c.state.Unlock()
	if answer := c.asked[string(id)]; answer != nil && cap(answer) > len(answer) {
		answer <- json.RawMessage("[" + string(args))
	}
}

// Send sends a whole Socket.IO packet, right or wrong.
func (c *Client) Send(packet string) error { return c.send(packet) }

// Done is closed when the connection has ended.
func (c *Client) Done() <-chan struct{} { return c.done }

// Reason says how it ended: "transport close", "io server disconnect" or "closed here"; empty before.
func (c *Client) Reason() string {
	c.state.Lock()
	defer c.state.Unlock()
	return c.reason
}

// Close cuts the connection.
func (c *Client) Close() {
	c.end("closed here")
	<-c.polled
}

func (c *Client) send(packet string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sendLocked("4" + packet)
}

func (c *Client) sendLocked(packet string) error {
	if c.socket != nil {
		return c.socket.Text(packet)
	}
	return c.post(packet)
}

func (c *Client) end(reason string) {
	c.state.Lock()
	first := c.reason == ""
	if first {
		c.reason = reason
	}
	c.state.Unlock()
	if !first {
		return
	}
	c.cancel()
	c.mu.Lock()
	if c.socket != nil {
		c.socket.Close()
	}
	c.mu.Unlock()
	c.http.CloseIdleConnections()
	close(c.done)
}

// take handles one Engine.IO packet.
func (c *Client) take(packet []byte) {
	if len(packet) == 0 {
		return
	}
	switch packet[0] {
	case '1':
		c.end("transport close")
	case '2':
		c.mu.Lock()
		_ = c.sendLocked("3") // an end shows where it is read
		c.mu.Unlock()
	case '4':
		c.message(packet[1:])
	}
}

func (c *Client) message(packet []byte) {
	if c.options.Packet != nil {
		c.options.Packet(packet)
	}
	if len(packet) == 0 || !bytes.HasPrefix(packet[1:], []byte(c.prefix)) {
		return
	}
	switch packet[0] {
	case '0':
		var confirmed struct{ SID string }
		_ = json.Unmarshal(packet[1+len(c.prefix):], &confirmed) // without an id the spec will see none
		c.state.Lock()
		c.id = confirmed.SID
		c.state.Unlock()
		c.confirm(string(packet))
	case '1':
		c.end("io server disconnect")
	case '3':
		c.answered(packet[1+len(c.prefix):])
	case '4':
		c.confirm(string(packet))
	}
}

func (c *Client) confirm(answer string) {
	select {
	case c.joined <- answer:
	default: // joined before
	}
}
