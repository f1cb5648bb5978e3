package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// event is an event or an acknowledgement as a browser sees it.
type event struct {
	Name string // "ack" for an acknowledgement
	Args []json.RawMessage
}

// payload is the event's single argument.
func (e event) payload() string {
	GinkgoHelper()
	Expect(e.Args).To(HaveLen(1), "arguments of %s", e.Name)
	return string(e.Args[0])
}

// browser is a page's connection to one namespace, over websocket.
type browser struct {
	conn   net.Conn
	in     io.Reader
	prefix string // of what is of the namespace: "" for "/", "/admin-ws,"
	id     string
	pid    string // by which it can be recovered; "" = it cannot
	events chan event
	ended  chan struct{}
}

// connectBrowser opens "/" and stops before the first event. header is names and values of its handshake.
func connectBrowser(url string, header ...string) *browser {
	GinkgoHelper()
	return connectTo("", url, header...)
}

// connectTo is connectBrowser for a namespace, by its prefix.
func connectTo(prefix, url string, header ...string) *browser {
	GinkgoHelper()
	return connectWith("", prefix, url, header...)
}

// connectWith is connectTo with an auth object.
func connectWith(auth, prefix, url string, header ...string) *browser {
	GinkgoHelper()
	conn, in := dial(url, 4, header...)
	b := &browser{conn: conn, in: in, prefix: prefix, events: make(chan event, 256), ended: make(chan struct{})}
	DeferCleanup(b.close)
	joined := make(chan string, 1)
	go b.read(joined)
	b.write("40" + prefix + auth)
	Eventually(joined).Should(Receive(&b.id))
	return b
}

// dial opens a websocket in a revision of the protocol.
func dial(url string, protocol int, header ...string) (net.Conn, io.Reader) {
	GinkgoHelper()
	at := fmt.Sprintf("ws%s/socket.io/?EIO=%d&transport=websocket", strings.TrimPrefix(url, "http"), protocol)
	sent := http.Header{}
	for i := 0; i < len(header); i += 2 {
		sent.Set(header[i], header[i+1])
	}
	dialer := ws.Dialer{Header: ws.HandshakeHeaderHTTP(sent)}
	conn, buffered, _, err := dialer.Dial(context.Background(), at)
	Expect(err).NotTo(HaveOccurred())
	if buffered != nil { // OPEN came along with the handshake's answer
		return conn, buffered
	}
	return conn, conn
}

// enterBrowser is connectBrowser past connection_confirmed.
func enterBrowser(url string, header ...string) *browser {
	GinkgoHelper()
	b := connectBrowser(url, header...)
	b.next("connection_confirmed")
	return b
}

func (b *browser) close() {
	_ = b.conn.Close()
	<-b.ended
}

func (b *browser) write(packet string) {
	GinkgoHelper()
	Expect(wsutil.WriteClientText(b.conn, []byte(packet))).To(Succeed())
}

func (b *browser) emit(args ...any) {
	GinkgoHelper()
	b.write("42" + b.prefix + asJSON(args))
}

// next takes the next event, which must have that name.
func (b *browser) next(name string) event {
	GinkgoHelper()
	return b.nextOf(name)
}

// nextOf takes the next event, which must have one of the names.
func (b *browser) nextOf(names ...string) event {
	GinkgoHelper()
	var e event
	Eventually(b.events).Should(Receive(&e), "waiting for %s", names)
	Expect(e.Name).To(BeElementOf(names), "with %s", e.Args)
	return e
}

func (b *browser) read(joined chan<- string) {
	defer close(b.ended)
	for {
		packet, err := wsutil.ReadServerText(struct {
			io.Reader
			io.Writer
		}{b.in, b.conn})
		if err != nil {
			return
		}
		b.take(string(packet), joined)
	}
}

func (b *browser) take(packet string, joined chan<- string) {
	switch {
	case packet == "2":
		_ = wsutil.WriteClientText(b.conn, []byte("3")) // a connection that is gone shows at the next read
	case strings.HasPrefix(packet, "40"):
		var body struct{ SID, PID string }
		_ = json.Unmarshal([]byte(strings.TrimPrefix(packet, "40"+b.prefix)), &body) // an empty id fails the spec
		b.pid = body.PID
		joined <- body.SID
	case strings.HasPrefix(packet, "41"):
		b.events <- event{Name: "DISCONNECT"}
	case strings.HasPrefix(packet, "42"), strings.HasPrefix(packet, "43"):
		b.events <- parseEvent(packet)
	}
}

func parseEvent(packet string) event {
	var e event
	list := packet[strings.IndexByte(packet, '['):]
	if err := json.Unmarshal([]byte(list), &e.Args); err != nil {
		return event{Name: fmt.Sprintf("broken packet %q", packet)}
	}
	if packet[1] == '3' {
		e.Name = "ack"
		return e
	}
	_ = json.Unmarshal(e.Args[0], &e.Name) // a name that is no text fails the spec
	e.Args = e.Args[1:]
	return e
}

func asJSON(v any) string {
	GinkgoHelper()
	text, err := json.Marshal(v)
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

// sentAway has been told not to come back, and its connection is over.
func (b *browser) sentAway() {
	GinkgoHelper()
	Eventually(b.events).WithTimeout(10 * time.Second).Should(Receive(HaveField("Name", "DISCONNECT")))
	Eventually(b.ended).Should(BeClosed())
}

// expectNothing proves silence: events are answered in order, so the answer to a late one comes next.
func (b *browser) expectNothing() {
	GinkgoHelper()
	const mark = 20250926
	if b.prefix != "" { // only "/" has an echo
		b.write("42" + b.prefix + strconv.Itoa(mark) + `["request_metrics"]`)
		for b.nextOf("metrics_update", "ack").Name != "ack" {
		}
		return
	}
	b.emit("test_connection", map[string]any{"timestamp": mark})
	Expect(b.next("test_response").payload()).To(MatchJSON(fmt.Sprintf(`{"timestamp":%d}`, mark)))
}
