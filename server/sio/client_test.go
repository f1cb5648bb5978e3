package sio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"
	"github.com/rs/zerolog"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/engineio"
)

func testConfig() Config {
	return Config{
		Engine: engineio.Config{
			PingInterval:   25 * time.Second,
			PingTimeout:    20 * time.Second,
			UpgradeTimeout: 5 * time.Second,
			WriteTimeout:   5 * time.Second,
			ReadTimeout:    5 * time.Second,
			MaxPayload:     1 << 20,
			Outbox:         1 << 20,
		},
		ConnectTimeout: 5 * time.Second,
		MaxAttachments: 10,
	}
}

// served is a running Server, reachable over HTTP.
type served struct {
	*Server
	http *httptest.Server
	stop context.CancelFunc
	done chan struct{}
	log  *syncedLog
}

// serve starts a server for one spec, and looks for leaks after it.
func serve(cfg Config, namespaces ...Namespace) *served {
	GinkgoHelper()
	before := gleak.Goroutines()
	DeferCleanup(func() {
		Eventually(gleak.Goroutines).WithTimeout(10 * time.Second).ShouldNot(gleak.HaveLeaked(before))
	})
	s := &served{done: make(chan struct{}), log: &syncedLog{}}
	s.Server = New(cfg, namespaces, zerolog.New(io.MultiWriter(s.log, GinkgoWriter)))
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	go func() {
		defer GinkgoRecover()
		defer close(s.done)
		Expect(s.Run(ctx)).To(Succeed())
	}()
	s.http = httptest.NewServer(s.Server)
	DeferCleanup(func() {
		cancel()
		Eventually(s.done).WithTimeout(10 * time.Second).Should(BeClosed())
		s.http.Close()
	})
	return s
}

// syncedLog gathers what is logged.
type syncedLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *syncedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *syncedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// client is a bare websocket. Messages come without Engine.IO's "4"; binary ones behind "b".
type client struct {
	conn net.Conn
	sid  string
	in   chan string
	end  chan string // how the server said goodbye: the close frame's reason, or the error

	mu sync.Mutex // one writer at a time
}

// dial opens a session of that protocol and reads OPEN.
func (s *served) dial(protocol int, headers ...string) *client {
	GinkgoHelper()
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Add(headers[i], headers[i+1])
	}
	dialer := ws.Dialer{Header: ws.HandshakeHeaderHTTP(header), Timeout: 5 * time.Second}
	address := strings.Replace(s.http.URL, "http", "ws", 1)
	conn, buffered, _, err := dialer.Dial(context.Background(), fmt.Sprintf("%s/socket.io/?EIO=%d&transport=websocket", address, protocol))
	Expect(err).NotTo(HaveOccurred())
	c := &client{conn: conn, in: make(chan string, 100_000), end: make(chan string, 1)}
	DeferCleanup(func() { _ = conn.Close() }) // the spec may have closed it
	var from io.Reader = conn
	if buffered != nil {
		from = io.MultiReader(io.LimitReader(buffered, int64(buffered.Buffered())), conn)
	}
	stream := &struct {
		io.Reader
		io.Writer
	}{from, conn}
	opened := make(chan string, 1)
	go c.read(stream, opened)
	c.sid = wait(opened)
	return c
}

func (c *client) read(stream io.ReadWriter, opened chan<- string) {
	defer close(c.in)
	for {
		data, op, err := wsutil.ReadServerData(stream)
		if err != nil {
			var closed wsutil.ClosedError
			if errors.As(err, &closed) {
				err = errors.New(closed.Reason)
			}
			_ = c.conn.Close() // as browsers do when the server has said goodbye
			c.end <- err.Error()
			return
		}
		switch {
		case op == ws.OpBinary:
			c.in <- "b" + string(data)
		case data[0] == '0':
			_, rest, _ := strings.Cut(string(data), `"sid":"`)
			sid, _, _ := strings.Cut(rest, `"`)
			opened <- sid
		case data[0] == '2':
			c.raw("3")
		case data[0] == '4':
			c.in <- string(data[1:])
		}
	}
}

// send sends messages, as fast as it can and in this order.
func (c *client) send(messages ...string) {
	for _, message := range messages {
		c.raw("4" + message)
	}
}

func (c *client) sendBinary(data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = wsutil.WriteClientBinary(c.conn, data) // an end shows when reading
}

func (c *client) raw(packet string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = wsutil.WriteClientText(c.conn, []byte(packet)) // as above
}

// wait is Eventually(Receive), without the pauses between two looks.
func wait(from <-chan string) string {
	GinkgoHelper()
	select {
	case got, open := <-from:
		Expect(open).To(BeTrue(), "the session ended")
		return got
	case <-time.After(10 * time.Second):
		Fail("nothing came")
		return ""
	}
}

// next is the next message.
func (c *client) next() string {
	GinkgoHelper()
	return wait(c.in)
}

// join enters a namespace and returns the socket's id.
func (c *client) join(namespace string) string {
	GinkgoHelper()
	prefix := "0"
	if namespace != "/" {
		prefix = "0" + namespace + ","
	}
	c.send(prefix)
	answer := c.next()
	Expect(answer).To(HavePrefix(prefix + `{"sid":"`))
	return strings.TrimSuffix(strings.TrimPrefix(answer, prefix+`{"sid":"`), `"}`)
}

// ended waits for the end and says how it came.
func (c *client) ended() string {
	GinkgoHelper()
	return wait(c.end)
}

// echo answers an event with another that carries the same, and an acknowledgement likewise.
func echo(s *Socket, m Message) Message {
	s.EmitMessage("message-back", m)
	return m
}

func named(names ...rooms.Room) []rooms.Room { return names }

// roomOf is a message's first argument.
func roomOf(m Message) rooms.Room {
	var name rooms.Room
	_ = json.Unmarshal(m.Args[0], &name) // the spec has written it
	return name
}

func readAll(r io.Reader) string {
	GinkgoHelper()
	data, err := io.ReadAll(r)
	Expect(err).NotTo(HaveOccurred())
	return string(data)
}
