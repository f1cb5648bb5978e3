package engineio_test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"crypto/rand"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gobwas/ws"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/server/engineio"
)

const usualOffer = "permessage-deflate; client_max_window_bits"

// compressing is patient, and compresses from 100 bytes on.
func compressing() *host {
	GinkgoHelper()
	cfg := patient
	cfg.Compression, cfg.CompressionMin = true, 100
	return start(cfg)
}

// offer opens a websocket with these offers, and is what was agreed upon.
func (h *host) offer(offers ...string) (*dialer, string) {
	GinkgoHelper()
	address := strings.TrimSuffix(strings.TrimPrefix(h.URL, "http://"), "/engine.io/")
	conn, err := net.Dial("tcp", address)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(conn.Close)
	Expect(conn.SetDeadline(time.Now().Add(20 * time.Second))).To(Succeed())
	request := "GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: " + address + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	for _, offer := range offers {
		request += "Sec-WebSocket-Extensions: " + offer + "\r\n"
	}
	_, err = io.WriteString(conn, request+"\r\n")
	Expect(err).NotTo(HaveOccurred())
	d := &dialer{conn, bufio.NewReader(conn)}
	answer, err := http.ReadResponse(d.Reader, nil)
	Expect(err).NotTo(HaveOccurred())
	Expect(answer.StatusCode).To(Equal(http.StatusSwitchingProtocols))
	Expect(d.receive()).To(HavePrefix(`0{"sid":"`))
	return d, answer.Header.Get("Sec-Websocket-Extensions")
}

// deflated is a message as clients compress it.
func deflated(text string) []byte {
	GinkgoHelper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	Expect(err).NotTo(HaveOccurred())
	_, err = io.WriteString(w, text)
	Expect(err).NotTo(HaveOccurred())
	Expect(w.Flush()).To(Succeed())
	return bytes.TrimSuffix(out.Bytes(), []byte{0, 0, 0xff, 0xff})
}

// write sends a frame as it is.
func (d *dialer) write(fin, rsv1 bool, op ws.OpCode, payload []byte) {
	GinkgoHelper()
	frame := ws.NewFrame(op, fin, bytes.Clone(payload))
	frame.Header.Rsv = ws.Rsv(rsv1, false, false)
	Expect(ws.WriteFrame(d.Conn, ws.MaskFrameInPlace(frame))).To(Succeed())
}

// frame is the next one, inflated, and whether it was compressed.
func (d *dialer) frame() (text string, small bool) {
	GinkgoHelper()
	frame, err := ws.ReadFrame(d)
	Expect(err).NotTo(HaveOccurred())
	if small, _, _ = ws.RsvBits(frame.Header.Rsv); !small {
		return string(frame.Payload), false
	}
	whole := append(frame.Payload, 0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff)
	plain, err := io.ReadAll(flate.NewReader(bytes.NewReader(whole)))
	Expect(err).NotTo(HaveOccurred())
	return string(plain), true
}

var _ = Describe("Compression", func() {
	agreed := "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

	DescribeTable("is agreed upon",
		func(answer string, offers ...string) {
			_, got := compressing().offer(offers...)
			Expect(got).To(Equal(answer))
		},
		Entry("as browsers offer it", agreed, usualOffer),
		Entry("without parameters", agreed, "permessage-deflate"),
		Entry("with every parameter that we can keep", agreed, `permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits="10"; server_max_window_bits=15`),
		Entry("by the second of two offers", agreed, "permessage-deflate; server_max_window_bits=10, permessage-deflate"),
		Entry("by an offer in a second header", agreed, "x-webkit-deflate-frame", usualOffer),
		Entry("not without an offer", ""),
		Entry("not with a smaller window of ours", "", "permessage-deflate; server_max_window_bits=14"),
		Entry("not with a window that there is not", "", "permessage-deflate; client_max_window_bits=16"),
		Entry("not with an unknown parameter", "", "permessage-deflate; fast"),
		Entry("not with a parameter twice", "", "permessage-deflate; client_max_window_bits; client_max_window_bits"),
		Entry("not with a value where none belongs", "", "permessage-deflate; server_no_context_takeover=1"),
		Entry("not with an empty parameter", "", "permessage-deflate;"),
		Entry("not for something that is only called so", "", "permessage-deflate-2"),
	)

	It("is off unless it is configured", func() {
		_, got := start(patient).offer(usualOffer)
		Expect(got).To(BeEmpty())
	})

	It("goes both ways, and spares what is short or does not become shorter", func() {
		h := compressing()
		d, _ := h.offer(usualOffer)
		long := "4" + strings.Repeat("tick ", 1000)
		noise := make([]byte, 300)
		_, _ = rand.Read(noise)
		for _, message := range []string{long, "4short", "4" + hex.EncodeToString(noise), "4" + string(bytes.Repeat([]byte("ü"), 60))} {
			d.write(true, true, ws.OpText, deflated(message))
			text, small := d.frame()
			Expect(text).To(Equal(message))
			Expect(small).To(Equal(len(message) >= 100))
		}
		Expect(h.Stats().BytesSaved).To(BeNumerically(">", 4000))
		d.write(true, false, ws.OpText, []byte("4plain"))
		text, _ := d.frame()
		Expect(text).To(Equal("4plain"), "a client need not compress")
	})

	It("is done once for all who agreed, and not for the others", func() {
		h := compressing()
		small, _ := h.offer(usualOffer)
		other, _ := h.offer(usualOffer)
		plain, _ := h.offer()
		message := strings.Repeat("Doji ", 100)
		frame := engineio.NewTextFrame([]byte(message))
		h.mu.Lock()
		for _, session := range h.sessions {
			Expect(session.Send(frame)).To(BeTrue())
		}
		h.mu.Unlock()
		for _, d := range []*dialer{small, other} {
			text, compressed := d.frame()
			Expect(text).To(Equal("4" + message))
			Expect(compressed).To(BeTrue())
		}
		text, compressed := plain.frame()
		Expect(text).To(Equal("4" + message))
		Expect(compressed).To(BeFalse())
	})

	It("takes a message in fragments, of which only the first is marked", func() {
		d, _ := compressing().offer(usualOffer)
		message := "4" + strings.Repeat("tick ", 1000)
		whole := deflated(message)
		d.write(false, true, ws.OpText, whole[:5])
		d.write(true, false, ws.OpPing, []byte("between"))
		d.write(false, false, ws.OpContinuation, whole[5:9])
		d.write(true, false, ws.OpContinuation, whole[9:])
		pong, err := ws.ReadFrame(d)
		Expect(err).NotTo(HaveOccurred())
		Expect(pong.Header.OpCode).To(Equal(ws.OpPong))
		text, _ := d.frame()
		Expect(text).To(Equal(message))
	})

	It("takes a binary message, and sends it back", func() {
		h := compressing()
		h.hear = func(s *engineio.Session, data string) error {
			s.Send(engineio.NewBinaryFrame([]byte(data)))
			return nil
		}
		d, _ := h.offer(usualOffer)
		data := strings.Repeat("\xff\x00", 500)
		d.write(true, true, ws.OpBinary, deflated(data))
		text, small := d.frame()
		Expect(text).To(Equal(data))
		Expect(small).To(BeTrue())
	})

	It("takes a message whose last block says that it is the last", func() {
		d, _ := compressing().offer(usualOffer)
		var out bytes.Buffer
		w, err := flate.NewWriter(&out, flate.BestCompression)
		Expect(err).NotTo(HaveOccurred())
		_, err = io.WriteString(w, "4Hello")
		Expect(err).NotTo(HaveOccurred())
		Expect(w.Close()).To(Succeed())
		d.write(true, true, ws.OpText, append(out.Bytes(), 0))
		Expect(d.frame()).To(Equal("4Hello"))
	})

	DescribeTable("ends a session that misuses it",
		func(status ws.StatusCode, offer string, abuse func(*dialer)) {
			h := compressing()
			d, _ := h.offer(offer)
			abuse(d)
			Eventually(d.status()).Should(Equal(status))
			Eventually(h.Closed).Should(ConsistOf(engineio.TransportError))
			good, _ := h.offer(usualOffer)
			good.write(true, true, ws.OpText, deflated("4hello"))
			Expect(good.frame()).To(Equal("4hello"), "it costs nobody else")
		},
		Entry("by a bomb", ws.StatusCode(1009), usualOffer, func(d *dialer) { d.write(true, true, ws.OpText, deflated("4"+strings.Repeat("x", 2_000_000))) }),
		Entry("by a message that is cut off", ws.StatusCode(1002), usualOffer, func(d *dialer) {
			d.write(true, true, ws.OpText, deflated("4" + strings.Repeat("tick ", 100))[:10])
		}),
		Entry("by what was never compressed", ws.StatusCode(1002), usualOffer, func(d *dialer) { d.write(true, true, ws.OpText, []byte("4plain text \xff")) }),
		Entry("by text that is not UTF-8", ws.StatusCode(1007), usualOffer, func(d *dialer) { d.write(true, true, ws.OpText, deflated("4\xff")) }),
		Entry("without agreement", ws.StatusCode(1002), "", func(d *dialer) { d.write(true, true, ws.OpText, deflated("4hello")) }),
		Entry("on a continuation", ws.StatusCode(1002), usualOffer, func(d *dialer) {
			d.write(false, true, ws.OpText, deflated("4hello"))
			d.write(true, true, ws.OpContinuation, nil)
		}),
		Entry("on a control frame", ws.StatusCode(1002), usualOffer, func(d *dialer) { d.write(true, true, ws.OpPing, nil) }),
	)
})
