package e2e_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/wire"
)

var _ = Describe("A hostile request", Ordered, ContinueOnFailure, func() {
	var v *victim
	BeforeAll(func() { v = attacked() })
	AfterEach(func() { v.unharmed() })

	post := func(path, contentType, body string) wire.Answer {
		GinkgoHelper()
		answer, err := wire.Do(context.Background(), http.MethodPost, v.tickcast.URL(path), contentType, []byte(body))
		Expect(err).NotTo(HaveOccurred())
		return answer
	}
	head := func(method, path string, lines ...string) string {
		return method + " " + path + " HTTP/1.1\r\nHost: " + v.tickcast.Address() + "\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n"
	}

	It("of more than 64 KiB is none: the packets in it are handled", func() {
		path := v.polling()
		Expect(post(path, "text/plain", "40")).To(haveStatus(200))
		Expect(post(path, "text/plain", `42["test_connection",{"timestamp":7,"pad":"`+strings.Repeat("x", 500_000)+`"}]`)).To(haveStatus(200))
		Eventually(v.get).WithArguments(path).Should(HaveField("Body", ContainSubstring("test_response")))
		Expect(post(path, "text/plain", "1")).To(haveStatus(200))
	})

	It("that announces too much is refused before it sends", func() {
		Expect(v.tell(head("POST", v.polling(), "Content-Type: text/plain", "Content-Length: 99999999999", "Connection: close"))).
			To(HavePrefix("HTTP/1.1 413 "))
	})

	It("that announces nothing and sends without end is cut off", func() {
		conn := v.connect()
		_, err := io.WriteString(conn, head("POST", v.polling(), "Content-Type: text/plain", "Transfer-Encoding: chunked"))
		Expect(err).NotTo(HaveOccurred())
		chunk := "10000\r\n" + strings.Repeat("x", 1<<16) + "\r\n"
		sent := 0
		for ; sent < 1000; sent++ { // 64 MiB, were nobody to stop it
			if _, err := io.WriteString(conn, chunk); err != nil {
				break
			}
		}
		Expect(sent).To(BeNumerically("<", 1000))
	})

	It("with a body that stops half way is cut off", func() {
		Expect(v.tell(head("POST", v.polling(), "Content-Type: text/plain", "Content-Length: 1000") + "42[")).
			NotTo(ContainSubstring(" 200 "))
	})

	It("with bytes instead of text is answered with 400 at once", func() {
		Expect(post(v.polling(), "application/octet-stream", "\x00\x01\xff4")).To(haveStatus(http.StatusBadRequest))
	})

	DescribeTable("with a payload that is none closes its session", func(body string) {
		path := v.polling()
		Expect(post(path, "text/plain", body)).To(haveStatus(http.StatusBadRequest))
		Expect(v.get(path)).To(haveStatus(http.StatusBadRequest))
	},
		Entry("nothing", ""),
		Entry("words", "hello"),
		Entry("separators", strings.Repeat(wire.Separator, 1000)),
		Entry("base64 that is none", "b!!!!"),
		Entry("text that is no UTF-8", "4\xff\xfe"),
	)

	It("with a hundred thousand packets is served or refused", func() {
		path := v.polling()
		Expect(post(path, "text/plain", "40"+strings.Repeat(wire.Separator+"3", 100_000)).Status).To(BeElementOf(200, 400, 413))
		v.get(path)
		post(path, "text/plain", "1")
	})

	It("that polls twice at once loses its session", func() {
		path := v.polling()
		first := make(chan wire.Answer, 1)
		go func() { first <- v.get(path) }()
		Eventually(func() int { return v.get(path + "&t=2").Status }).Should(BeElementOf(400, 500))
		Eventually(first).Should(Receive())
	})

	It("for a websocket that never probes is not waited for", func() {
		path := strings.Replace(v.polling(), "polling", "websocket", 1)
		for range 20 {
			if socket, err := wire.Dial(context.Background(), "ws://"+v.tickcast.Address()+path); err == nil {
				closes(socket)
			}
		}
	})

	It("that opens sessions and leaves them leaves nothing", func() {
		for range 300 {
			v.polling()
		}
	})

	It("whose head comes slowly is cut off, however many there are", func() {
		var slow []net.Conn
		for range 100 {
			conn := v.connect()
			_, err := io.WriteString(conn, "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nX-Slow: ")
			Expect(err).NotTo(HaveOccurred())
			slow = append(slow, conn)
		}
		for _, conn := range slow {
			hear(conn)
		}
	})

	DescribeTable("with too large a head is refused", func(lines string) {
		Expect(v.tell("GET / HTTP/1.1\r\nHost: x\r\n" + lines)).To(Or(HavePrefix("HTTP/1.1 4"), BeEmpty()))
	},
		Entry("one long line", "X-Long: "+strings.Repeat("x", 2<<20)+"\r\n\r\n"),
		Entry("many lines", strings.Repeat("X-Many: y\r\n", 200_000)+"\r\n"),
		Entry("a long cookie", "Cookie: "+strings.Repeat("a=b; ", 400_000)+"\r\n\r\n"),
	)

	DescribeTable("with an address made up gets an answer of its own", func(path string) {
		Expect(v.tell(head("GET", path, "Connection: close"))).To(HavePrefix("HTTP/1.1 4"))
	},
		Entry("an id of 8 KiB", "/socket.io/?EIO=4&transport=polling&sid="+strings.Repeat("a", 8<<10)),
		Entry("a zero byte in the id", "/socket.io/?EIO=4&transport=polling&sid=%00"),
		Entry("a way out of the folder", "/assets/../../../../etc/passwd"),
		Entry("a file that is not there", "/assets/secret"),
	)

	It("that is no HTTP is refused", func() {
		Expect(v.tell("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")).To(Or(BeEmpty(), HavePrefix("HTTP/1.1 400")))
	})

	DescribeTable("for a websocket with a broken handshake is refused", func(lines ...string) {
		lines = append(lines, "Connection: Upgrade", "Upgrade: websocket")
		conn := v.connect()
		_, err := io.WriteString(conn, head("GET", "/socket.io/?EIO=4&transport=websocket", lines...))
		Expect(err).NotTo(HaveOccurred())
		line := make([]byte, len("HTTP/1.1 400"))
		_, err = io.ReadFull(conn, line)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(line)).To(HavePrefix("HTTP/1.1 4"))
		conn.Close()
	},
		Entry("no key", "Sec-WebSocket-Version: 13"),
		Entry("a key that is none", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: short"),
		Entry("an old version", "Sec-WebSocket-Version: 8", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
	)

	It("leaves nothing behind", func() {
		Eventually(v.metric).WithArguments("go_goroutines").Should(BeNumerically("<=", v.goroutines+3))
		Eventually(v.metric).WithArguments("process_open_fds").Should(BeNumerically("<", 100))
		Expect(fmt.Sprint(v.metric(`tickcast_connections{protocol="4",transport="polling"}`))).To(Equal("0"))
	})
})
