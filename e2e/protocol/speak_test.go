package protocol_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/tickstock/tickcast/e2e/internal/wire"
)

// dialect is what differs between two versions of the protocol in a text payload.
type dialect struct {
	eio   int
	join  func(packets ...string) string
	split func(payload string) []string
}

func v4() dialect { return dialect{4, wire.Payload4, wire.Split4} }

func v3() dialect {
	return dialect{3, wire.Payload3, func(payload string) []string {
		packets, err := wire.Split3(payload)
		ExpectWithOffset(2, err).NotTo(HaveOccurred())
		return packets
	}}
}

// dialects are the columns of every table that holds for both versions.
func dialects() []TableEntry {
	return []TableEntry{Entry("protocol 4", v4()), Entry("protocol 3", v3())}
}

// path is the address of a polling request to the Engine.IO layer.
func (d dialect) path(sid string) string {
	p := fmt.Sprintf("/engine.io/?EIO=%d&transport=polling", d.eio)
	if sid != "" {
		p += "&sid=" + sid
	}
	return p
}

// socketPath is the address of a websocket to the Engine.IO layer.
func (d dialect) socketPath(sid string) string {
	return strings.Replace(d.path(sid), "polling", "websocket", 1)
}

// handshake opens a polling session and returns its id.
func (d dialect) handshake() string {
	GinkgoHelper()
	answer := get(d.path(""))
	Expect(answer).To(haveStatus(http.StatusOK))
	packets := d.split(answer.Body)
	Expect(packets).To(HaveLen(1))
	return opened(packets[0])
}

// websocket opens a session straight over a websocket; its open packet is taken already.
func (d dialect) websocket() *wire.Socket {
	GinkgoHelper()
	socket := dial(d.socketPath(""))
	opened(next(socket))
	return socket
}

// upgrade moves a polling session to a websocket, as a client does that has no poll under way.
func (d dialect) upgrade(sid string) *wire.Socket {
	GinkgoHelper()
	socket := dial(d.socketPath(sid))
	Expect(socket.Text("2probe")).To(Succeed())
	Expect(next(socket)).To(Equal("3probe"))
	Expect(socket.Text("5")).To(Succeed())
	return socket
}

// poll takes the packets of one GET; a ping that came between is answered and left out.
func (d dialect) poll(sid string) []string {
	GinkgoHelper()
	for {
		answer := get(d.path(sid))
		Expect(answer).To(haveStatus(http.StatusOK))
		packets := slices.DeleteFunc(d.split(answer.Body), func(p string) bool { return p == "2" })
		if len(packets) > 0 {
			return packets
		}
		d.push(sid, "3")
	}
}

// push POSTs packets and expects them to be taken.
func (d dialect) push(sid string, packets ...string) {
	GinkgoHelper()
	Expect(post(d.path(sid), d.join(packets...))).To(And(haveStatus(http.StatusOK), haveBody("ok")))
}

func opened(packet string) string {
	GinkgoHelper()
	Expect(packet).To(HavePrefix("0{"))
	var open struct{ SID string }
	Expect(json.Unmarshal([]byte(packet[1:]), &open)).To(Succeed())
	Expect(open.SID).NotTo(BeEmpty())
	return open.SID
}

func request(method, path, contentType, body string) wire.Answer {
	GinkgoHelper()
	answer, err := wire.Do(context.Background(), method, "http://"+target+path, contentType, []byte(body))
	Expect(err).NotTo(HaveOccurred())
	return answer
}

func get(path string) wire.Answer {
	GinkgoHelper()
	return request(http.MethodGet, path, "", "")
}

func post(path, body string) wire.Answer {
	GinkgoHelper()
	return request(http.MethodPost, path, "text/plain;charset=UTF-8", body)
}

// later runs a request beside the spec.
func later(call func() wire.Answer) <-chan wire.Answer {
	answers := make(chan wire.Answer, 1)
	go func() {
		defer GinkgoRecover()
		answers <- call()
	}()
	return answers
}

func dial(path string) *wire.Socket {
	GinkgoHelper()
	socket, err := wire.Dial(context.Background(), "ws://"+target+path)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(socket.Close)
	return socket
}

// next takes one text message.
func next(socket *wire.Socket) string {
	GinkgoHelper()
	var frame wire.Frame
	Eventually(socket.Frames()).Should(Receive(&frame))
	Expect(frame.Binary).To(BeFalse())
	return frame.Data
}

// bring waits for one text message and passes over others, such as pings.
func bring(text string) types.GomegaMatcher { return Receive(Equal(wire.Frame{Data: text})) }

func haveStatus(status int) types.GomegaMatcher {
	return WithTransform(func(a wire.Answer) int { return a.Status }, Equal(status))
}

func haveBody(body string) types.GomegaMatcher {
	return WithTransform(func(a wire.Answer) string { return a.Body }, Equal(body))
}

// beRefused is an error answer in the words that official clients know.
func beRefused(code int, message string) types.GomegaMatcher {
	return And(
		haveStatus(http.StatusBadRequest),
		WithTransform(func(a wire.Answer) string { return a.Header.Get("Content-Type") }, HavePrefix("application/json")),
		WithTransform(func(a wire.Answer) string { return a.Body },
			MatchJSON(fmt.Sprintf(`{"code":%d,"message":%q}`, code, message))),
	)
}
