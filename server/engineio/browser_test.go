package engineio_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
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

	"github.com/tickstock/tickcast/server/engineio"
)

// quick is a configuration whose times fit a spec.
var quick = engineio.Config{
	PingInterval: 300 * time.Millisecond, PingTimeout: 200 * time.Millisecond,
	UpgradeTimeout: 300 * time.Millisecond, WriteTimeout: time.Second, ReadTimeout: 300 * time.Millisecond,
	MaxPayload: 1e6, Outbox: 1 << 20,
}

// patient is one in which no time runs out.
var patient = engineio.Config{
	PingInterval: time.Minute, PingTimeout: time.Minute, UpgradeTimeout: time.Minute,
	WriteTimeout: time.Minute, ReadTimeout: time.Minute, MaxPayload: 1e6, Outbox: 1 << 20,
}

// host is a running server whose sessions echo, unless hear says otherwise.
type host struct {
	*engineio.Server
	URL string

	greet func()                                // called in Accept
	hear  func(*engineio.Session, string) error // instead of an echo

	mu       sync.Mutex
	sessions []*engineio.Session
	closed   []engineio.CloseReason
}

func start(cfg engineio.Config) *host {
	GinkgoHelper()
	before := gleak.Goroutines()
	h := &host{}
	h.Server = engineio.New(cfg, func(s *engineio.Session, _ *http.Request) engineio.Listener {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.sessions = append(h.sessions, s)
		if h.greet != nil {
			h.greet()
		}
		return &echo{h, s}
	}, zerolog.New(GinkgoWriter))
	site := httptest.NewServer(h.Server)
	h.URL = site.URL + "/engine.io/"
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	DeferCleanup(func() {
		cancel()
		Eventually(done, "10s").Should(Receive(BeNil()))
		site.Close()
		http.DefaultClient.CloseIdleConnections()
		Expect(h.Sessions()).To(BeZero())
		for kind, n := range h.Stats().Sessions {
			Expect(n).To(BeZero(), "%v sessions", kind)
		}
		Eventually(gleak.Goroutines, "5s").ShouldNot(gleak.HaveLeaked(before))
	})
	return h
}

type echo struct {
	*host
	session *engineio.Session
}

func (e *echo) Message(data []byte, binary bool) error {
	if e.hear != nil {
		return e.hear(e.session, string(data))
	}
	if binary {
		e.session.Send(engineio.NewBinaryFrame(data))
	} else {
		e.session.Send(engineio.NewTextFrame(data))
	}
	return nil
}

func (e *echo) Closed(reason engineio.CloseReason) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.host.closed = append(e.host.closed, reason)
}

// Closed lists the reasons of the sessions that ended.
func (h *host) Closed() []engineio.CloseReason {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]engineio.CloseReason(nil), h.closed...)
}

// session is the one that opened last.
func (h *host) session() *engineio.Session {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sessions[len(h.sessions)-1]
}

// answer is what a request brought.
type answer struct {
	Status int
	Body   string
	Kind   string
}

func (h *host) request(method, query, body string, header ...string) answer {
	GinkgoHelper()
	got, err := h.tryRequest(method, query, body, header...)
	Expect(err).NotTo(HaveOccurred())
	return got
}

func (h *host) tryRequest(method, query, body string, header ...string) (answer, error) {
	r, err := http.NewRequest(method, h.URL+"?"+query, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, string(text), res.Header.Get("Content-Type")}, err
}

// poller is a client that polls.
type poller struct {
	*host
	query string
	sid   string
}

func (h *host) poll(protocol string) *poller {
	GinkgoHelper()
	query := "transport=polling&EIO=" + protocol
	got := h.request("GET", query, "")
	Expect(got.Status).To(Equal(200))
	sid := sidOf(got.Body)
	return &poller{h, query + "&sid=" + sid, sid}
}

func sidOf(opening string) string {
	GinkgoHelper()
	var packet struct {
		SID string `json:"sid"`
	}
	Expect(json.Unmarshal([]byte(opening[strings.IndexByte(opening, '{'):]), &packet)).To(Succeed())
	return packet.SID
}

func (p *poller) get() answer             { GinkgoHelper(); return p.request("GET", p.query, "") }
func (p *poller) post(body string) answer { GinkgoHelper(); return p.request("POST", p.query, body) }

// getting polls beside the spec.
func (p *poller) getting() <-chan answer {
	got := make(chan answer, 1)
	go func() {
		defer GinkgoRecover()
		got <- p.request("GET", p.query, "")
	}()
	return got
}

// dialer is a websocket client of another make than the server.
type dialer struct {
	net.Conn
	*bufio.Reader
}

func (d *dialer) Read(p []byte) (int, error) { return d.Reader.Read(p) }

func (h *host) dial(query string) (*dialer, error) {
	url := "ws" + strings.TrimPrefix(h.URL, "http") + "?transport=websocket&" + query
	conn, early, _, err := ws.Dial(context.Background(), url)
	if err != nil {
		return nil, err
	}
	d := &dialer{conn, bufio.NewReader(conn)}
	if early != nil {
		rest, _ := early.Peek(early.Buffered())
		d.Reader = bufio.NewReader(io.MultiReader(bytes.NewReader(bytes.Clone(rest)), conn))
	}
	return d, conn.SetDeadline(time.Now().Add(20 * time.Second))
}

// open dials a session of its own and swallows its OPEN packet.
func (h *host) open(protocol string) *dialer {
	GinkgoHelper()
	d, err := h.dial("EIO=" + protocol)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { _ = d.Close() })
	Expect(d.receive()).To(HavePrefix(`0{"sid":"`))
	return d
}

// send sends a text message.
func (d *dialer) send(text string) {
	GinkgoHelper()
	Expect(wsutil.WriteClientText(d.Conn, []byte(text))).To(Succeed())
}

// receive is the next text message; what else comes is in the error.
func (d *dialer) receive() (string, error) {
	data, _, err := wsutil.ReadServerData(d)
	return string(data), err
}

// status reads on until the server's close frame, and is its code.
func (d *dialer) status() func() (ws.StatusCode, error) {
	return func() (ws.StatusCode, error) {
		for {
			frame, err := ws.ReadFrame(d)
			if err != nil {
				return 0, err
			}
			if frame.Header.OpCode == ws.OpClose {
				code, _ := ws.ParseCloseFrameData(frame.Payload)
				return code, nil
			}
		}
	}
}
