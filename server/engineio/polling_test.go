package engineio_test

import (
	"io"
	"net"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/server/engineio"
)

var _ = Describe("A request", func() {
	DescribeTable("that the protocol does not know is refused",
		func(method, query, body string, status int) {
			h := start(patient)
			got := h.request(method, query, "")
			Expect(got.Status).To(Equal(status))
			Expect(got.Body).To(MatchJSON(body))
		},
		Entry("without a transport", "GET", "EIO=4", `{"code":0,"message":"Transport unknown"}`, 400),
		Entry("with an unknown transport", "GET", "EIO=4&transport=webtransport", `{"code":0,"message":"Transport unknown"}`, 400),
		Entry("for JSONP", "GET", "EIO=3&transport=polling&j=0", `{"code":0,"message":"Transport unknown"}`, 400),
		Entry("without a revision", "GET", "transport=polling", `{"code":5,"message":"Unsupported protocol version"}`, 400),
		Entry("with an old revision", "GET", "EIO=2&transport=polling", `{"code":5,"message":"Unsupported protocol version"}`, 400),
		Entry("with a session that is not there", "GET", "EIO=4&transport=polling&sid=x", `{"code":1,"message":"Session ID unknown"}`, 400),
		Entry("that shakes hands by POST", "POST", "EIO=4&transport=polling", `{"code":2,"message":"Bad handshake method"}`, 400),
	)

	It("is refused if it names another revision than its session", func() {
		h := start(patient)
		sid := h.poll("4").sid
		Expect(h.request("GET", "EIO=3&transport=polling&sid="+sid, "").Status).To(Equal(400))
	})

	DescribeTable("whose body does not come is not waited for",
		func(request string) {
			cfg := patient
			cfg.ReadTimeout = 200 * time.Millisecond
			h := start(cfg)
			c := dialRaw(h)
			c.write(request + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
			Expect(c.SetReadDeadline(time.Now().Add(10 * time.Second))).To(Succeed())
			_, err := io.ReadAll(c)
			Expect(err).NotTo(HaveOccurred(), "the connection is closed")
		},
		Entry("a handshake", "GET /engine.io/?EIO=4&transport=polling"),
		Entry("an unknown transport", "GET /engine.io/?EIO=4&transport=x"),
		Entry("a POST of nobody's", "POST /engine.io/?EIO=4&transport=polling&sid=x"),
	)

	It("is refused with 503 once the server drains", func(ctx SpecContext) {
		h := start(patient)
		h.Drain(ctx, 0)
		Expect(h.request("GET", "EIO=4&transport=polling", "").Status).To(Equal(503))
	})
})

var _ = Describe("A polling session", func() {
	It("opens with what the client must know", func() {
		h := start(quick)
		got := h.request("GET", "EIO=4&transport=polling", "")
		Expect(got.Kind).To(Equal("text/plain; charset=UTF-8"))
		Expect(got.Body).To(MatchRegexp(`^0\{"sid":"[^"]{20,}","upgrades":\["websocket"\],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000\}$`))
	})

	It("echoes several packets of one body in order, text and binary", func() {
		p := start(patient).poll("4")
		Expect(p.post("4hello\x1ebAQIDBA==\x1e4€").Body).To(Equal("ok"))
		Expect(p.get().Body).To(Equal("4hello\x1ebAQIDBA==\x1e4€"))
	})

	It("counts in UTF-16 units in protocol 3", func() {
		p := start(patient).poll("3")
		Expect(p.post("3:4a😀").Status).To(Equal(400), "a surrogate pair is two units")
		p = start(patient).poll("3")
		Expect(p.post("4:4a😀10:b4AQIDBA==").Body).To(Equal("ok"))
		got := p.get()
		Expect(got.Kind).To(Equal("application/octet-stream"))
		Expect(got.Body).To(Equal("\x00\x06\xff4a😀\x01\x05\xff\x04\x01\x02\x03\x04"))
	})

	It("sends base64 to a client of protocol 3 that cannot read binary bodies", func() {
		h := start(patient)
		sid := sidOf(h.request("GET", "EIO=3&transport=polling&b64=1", "").Body)
		p := &poller{h, "EIO=3&transport=polling&b64=1&sid=" + sid, sid}
		Expect(p.post("10:b4AQIDBA==").Body).To(Equal("ok"))
		Expect(p.get()).To(Equal(answer{200, "10:b4AQIDBA==", "text/plain; charset=UTF-8"}))
	})

	It("takes binary bodies in protocol 3", func() {
		p := start(patient).poll("3")
		got := p.request("POST", p.query, "\x00\x06\xff4a😀\x01\x05\xff\x04\x01\x02\x03\x04", "Content-Type", "application/octet-stream")
		Expect(got.Body).To(Equal("ok"))
		Expect(p.get().Body).To(Equal("\x00\x06\xff4a😀\x01\x05\xff\x04\x01\x02\x03\x04"))
	})

	It("answers a waiting poll as soon as something comes", func() {
		h := start(patient)
		p := h.poll("4")
		got := p.getting()
		Consistently(got, "50ms").ShouldNot(Receive())
		h.session().Send(engineio.NewTextFrame([]byte("now")))
		Eventually(got).Should(Receive(HaveField("Body", "4now")))
	})

	It("carries a body far beyond 64 KiB, and refuses one over the limit", func() {
		h := start(patient)
		p := h.poll("4")
		large := "4" + strings.Repeat("x", 900_000)
		Expect(p.post(large).Body).To(Equal("ok"))
		Expect(p.get().Body).To(Equal(large))
		Expect(p.post("4" + strings.Repeat("x", 1_000_000)).Status).To(Equal(413))
		Eventually(h.Closed).Should(ConsistOf(engineio.TransportError))
	})

	It("closes on overlapping polls: the first learns it, the second is refused", func() {
		h := start(patient)
		p := h.poll("4")
		one, other := p.getting(), p.getting()
		refused := HaveField("Status", 400)
		told := Equal(answer{200, "1", "text/plain; charset=UTF-8"})
		Expect([]answer{<-one, <-other}).To(ConsistOf(told, refused))
		Eventually(h.Closed).Should(ConsistOf(engineio.TransportError))
	})

	It("ends when the client says so, and sends the waiting poll home", func() {
		h := start(patient)
		p := h.poll("4")
		waiting := p.getting()
		Consistently(waiting, "50ms").ShouldNot(Receive())
		Expect(p.post("1").Body).To(Equal("ok"))
		Eventually(waiting).Should(Receive(HaveField("Body", "6")))
		Expect(p.get().Status).To(Equal(400))
		Eventually(h.Closed).Should(ConsistOf(engineio.TransportClose))
	})

	DescribeTable("ends as a parse error on a malformed body",
		func(protocol, body string) {
			h := start(patient)
			p := h.poll(protocol)
			Expect(p.post(body).Status).To(Equal(400))
			Eventually(h.Closed).Should(ConsistOf(engineio.ParseError))
			Expect(p.get().Status).To(Equal(400))
		},
		Entry("an unknown packet type", "4", "abc"),
		Entry("nothing at all", "4", ""),
		Entry("an empty packet", "4", "4a\x1e"),
		Entry("bad base64", "4", "b!!!"),
		Entry("bad UTF-8", "4", "4\xff"),
		Entry("a ping from the client", "4", "2"),
		Entry("an OPEN from the client", "4", "0{}"),
		Entry("too many packets", "4", strings.Repeat("4\x1e", 1000)+"4"),
		Entry("no length in protocol 3", "3", "4abc"),
		Entry("a length beyond the body in protocol 3", "3", "10:4abc"),
		Entry("a length beyond all bounds in protocol 3", "3", "99999999999999999999:4abc"),
	)

	It("refuses a binary body in protocol 4 at once", func() {
		h := start(patient)
		p := h.poll("4")
		got := p.request("POST", p.query, "\x04", "Content-Type", "application/octet-stream")
		Expect(got.Status).To(Equal(400))
		Eventually(h.Closed).Should(ConsistOf(engineio.TransportError))
	})

	It("ends when the client's poll goes away", func() {
		h := start(patient)
		p := h.poll("4")
		raw := dialRaw(h)
		raw.write("GET /engine.io/?" + p.query + " HTTP/1.1\r\nHost: x\r\n\r\n")
		Consistently(h.Closed, "50ms").Should(BeEmpty())
		Expect(raw.Close()).To(Succeed())
		Eventually(h.Closed).Should(ConsistOf(engineio.TransportClose))
	})

	It("is closed as slow when it does not fetch what waits", func() {
		cfg := patient
		cfg.Outbox = 1000
		h := start(cfg)
		h.poll("4")
		h.session().Send(engineio.NewTextFrame([]byte("little")))
		Expect(h.session().Send(engineio.NewTextFrame(make([]byte, 5000)))).To(BeTrue(), "it was not full")
		Expect(h.session().Send(engineio.NewTextFrame([]byte("little")))).To(BeFalse(), "now it is, far over the bound")
		Eventually(h.Closed).Should(ConsistOf(engineio.Slow))
	})

	It("may be over the bound for the time of a burst, and no longer", func() {
		cfg := patient
		cfg.Outbox, cfg.WriteTimeout = 1000, 200*time.Millisecond
		h := start(cfg)
		p := h.poll("4")
		frame := engineio.NewTextFrame([]byte(strings.Repeat("x", 1500)))
		Expect(h.session().Send(frame)).To(BeTrue())
		Expect(h.session().Send(frame)).To(BeTrue(), "over the bound, but not for long")
		Expect(p.get().Status).To(Equal(200))
		little := engineio.NewTextFrame([]byte("x"))
		Expect(h.session().Send(frame, little)).To(BeTrue(), "it has caught up")
		Eventually(func() bool { return h.session().Send(little) }).Should(BeFalse())
		Eventually(h.Closed).Should(ConsistOf(engineio.Slow))
	})

	It("is closed as slow when it polls and does not read the answer", func() {
		cfg := patient
		cfg.WriteTimeout = 100 * time.Millisecond
		h := start(cfg)
		p := h.poll("4")
		c := dialRaw(h)
		Expect(c.Conn.(*net.TCPConn).SetReadBuffer(4096)).To(Succeed())
		h.session().Send(engineio.NewTextFrame(make([]byte, 16<<20)))
		c.write("GET /engine.io/?" + p.query + " HTTP/1.1\r\nHost: x\r\n\r\n")
		Eventually(h.Closed, "20s").Should(ConsistOf(engineio.Slow))
	})

	It("that we close between two polls gets what was sent last by the next, and then the end", func() {
		h := start(patient)
		p := h.poll("4")
		h.session().Send(engineio.NewTextFrame([]byte("goodbye")))
		h.session().Close(engineio.ServerClose)
		Expect(p.post("4too late").Body).To(Equal("ok"))
		Expect(p.get().Body).To(Equal("4goodbye"))
		Expect(p.get().Body).To(Equal("1"))
		Expect(p.get().Body).To(ContainSubstring("Session ID unknown"))
	})

	It("gets no more packets by one poll than Python's client takes", func() {
		h := start(patient)
		p := h.poll("4")
		for range 20 {
			h.session().Send(engineio.NewTextFrame([]byte("x")))
		}
		python := p.request("GET", p.query, "", "User-Agent", "python-requests/2.28")
		Expect(strings.Split(python.Body, "\x1e")).To(HaveLen(16))
		for range 36 {
			h.session().Send(engineio.NewTextFrame([]byte("x")))
		}
		Expect(strings.Split(p.get().Body, "\x1e")).To(HaveLen(40), "a browser takes all")
	})

	It("hears nothing more once it is closed, even of the same body", func() {
		h := start(patient)
		var heard []string
		h.hear = func(s *engineio.Session, text string) error {
			heard = append(heard, text)
			s.Close(engineio.ServerClose)
			return nil
		}
		Expect(h.poll("4").post("4first\x1e4second").Body).To(Equal("ok"))
		Expect(heard).To(Equal([]string{"first"}))
	})

	It("survives a listener that panics, as far as others are concerned", func() {
		h := start(patient)
		h.hear = func(s *engineio.Session, text string) error {
			if text == "boom" {
				panic(text)
			}
			s.Send(engineio.NewTextFrame([]byte(text)))
			return nil
		}
		other, bad := h.poll("4"), h.poll("4")
		Expect(bad.post("4boom").Status).To(Equal(400))
		Expect(other.post("4fine").Body).To(Equal("ok"))
		Expect(other.get().Body).To(Equal("4fine"))
		Expect(h.Stats().Panics).To(BeEquivalentTo(1))
	})
})
