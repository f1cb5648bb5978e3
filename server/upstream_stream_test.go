package server_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/config"
)

// abc is a body without end.
type abc struct{}

func (abc) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a' + byte(i%26)
	}
	return len(p), nil
}

var _ = Describe("An answer of the application", func() {
	DescribeTable("arrives as it is written", func(header ...string) {
		goOn := make(chan struct{})
		b := startBehind(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(header[0], header[1])
			_, _ = io.WriteString(w, "data: 1\n\n")
			w.(http.Flusher).Flush()
			<-goOn
			_, _ = io.WriteString(w, "data: 2\n\n")
		}, config.HTTP{})
		response, err := http.Get(b.url + "/stream")
		Expect(err).NotTo(HaveOccurred())
		defer response.Body.Close()
		first := make([]byte, len("data: 1\n\n"))
		_, err = io.ReadFull(response.Body, first)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(first)).To(Equal("data: 1\n\n"))
		close(goOn)
		Expect(io.ReadAll(response.Body)).To(HaveSuffix("2\n\n"))
	},
		Entry("as events", "Content-Type", "text/event-stream"),
		Entry("in chunks", "Content-Type", "text/plain"),
		Entry("with its length told before", "Content-Length", "18"),
	)

	It("is not compressed for a browser that could read it so", func() {
		b := startBehind(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "accepts "+r.Header.Get("Accept-Encoding"))
		}, config.HTTP{})
		answer := b.ask("GET", "/", "Accept-Encoding", "gzip")
		Expect(answer.body).To(Equal("accepts gzip"))
		Expect(answer.header).NotTo(HaveKey("Content-Encoding"))
	})

	It("that breaks off in the middle breaks off for the browser", func() {
		b := startBehind(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, config.HTTP{})
		response, err := http.Get(b.url)
		Expect(err).NotTo(HaveOccurred())
		_, err = io.ReadAll(response.Body)
		Expect(err).To(MatchError(io.ErrUnexpectedEOF))
		Expect(response.Body.Close()).To(Succeed())
	})

	It("loses what comes after it", func() {
		b := startBehind(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Trailer", "X-After")
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(w, "whole")
			w.Header().Set("X-After", "late")
			w.Header().Set(http.TrailerPrefix+"X-Unannounced", "late")
		}, config.HTTP{})
		answer := b.tell("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: X-Forwarded-For\r\nTE: trailers\r\n\r\n" +
			"2\r\nhi\r\n0\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n")
		Expect(answer).To(ContainSubstring("whole"))
		Expect(answer).NotTo(ContainSubstring("late"))
		Expect(b.wire()).NotTo(Or(ContainSubstring("6.6.6.6"), ContainSubstring("Trailer")))
	})

	It("that the browser no longer waits for is given up, without a word", func() {
		gone := make(chan struct{})
		b := startBehind(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			close(gone)
		}, config.HTTP{})
		conn := b.dial()
		_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		Expect(err).NotTo(HaveOccurred())
		Eventually(b.requests).Should(HaveLen(1))
		Expect(conn.Close()).To(Succeed())
		Eventually(gone).Should(BeClosed())
		Eventually(func() int { return b.health().Upstream.Requests["canceled"] }).Should(Equal(1))
		Expect(b.health().Upstream.Reachable).To(BeNil())
		Expect(b.log.String()).NotTo(Or(ContainSubstring(`"warn"`), ContainSubstring(`"error"`)))
	})
})

var _ = Describe("An upload to the application", func() {
	sum := func(w http.ResponseWriter, r *http.Request) {
		hash := sha256.New()
		n, err := io.Copy(hash, r.Body)
		_, _ = fmt.Fprintf(w, "%d %x %v", n, hash.Sum(nil), err)
	}

	DescribeTable("of many megabytes arrives whole", func(length int64, header ...string) {
		const size = 8 << 20
		hash := sha256.New()
		_, err := io.CopyN(hash, abc{}, size)
		Expect(err).NotTo(HaveOccurred())

		b := startBehind(sum, config.HTTP{})
		request, err := http.NewRequest(http.MethodPost, b.url+"/upload", io.LimitReader(abc{}, size))
		Expect(err).NotTo(HaveOccurred())
		request.ContentLength = length
		request.Header.Set(header[0], header[1])
		response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
		Expect(err).NotTo(HaveOccurred())
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(body)).To(Equal(fmt.Sprintf("%d %x <nil>", size, hash.Sum(nil))))
	},
		Entry("with its length", int64(8<<20), "Content-Type", "application/octet-stream"),
		Entry("without", int64(-1), "Content-Type", "application/octet-stream"),
		Entry("after a question", int64(8<<20), "Expect", "100-continue"),
	)

	It("may be answered before its end", func() {
		b := startBehind(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			w.(http.Flusher).Flush()
		}, config.HTTP{})
		conn := b.dial()
		_, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nbegin")
		Expect(err).NotTo(HaveOccurred())
		line, err := bufio.NewReader(conn).ReadString('\n')
		Expect(err).NotTo(HaveOccurred())
		Expect(line).To(Equal("HTTP/1.1 413 Request Entity Too Large\r\n"))
	})

	It("that breaks off is the browser's fault, not the application's", func() {
		b := startBehind(sum, config.HTTP{})
		answer := b.tell("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n")
		Expect(answer).To(HavePrefix("HTTP/1.1 400 "))
		Expect(b.health().Upstream.Requests).To(And(HaveKeyWithValue("canceled", 1), HaveKeyWithValue("unreachable", 0)))
	})
})

var _ = Describe("A websocket of the application", func() {
	echoes := func(w http.ResponseWriter, r *http.Request) {
		conn, _, _, err := ws.UpgradeHTTP(r, w)
		if err != nil {
			return
		}
		defer conn.Close()
		for {
			text, err := wsutil.ReadClientText(conn)
			if err != nil || wsutil.WriteServerText(conn, text) != nil {
				return
			}
		}
	}

	It("passes", func(ctx SpecContext) {
		b := startBehind(echoes, config.HTTP{})
		conn, _, _, err := ws.Dial(ctx, "ws"+strings.TrimPrefix(b.url, "http")+"/live?room=1")
		Expect(err).NotTo(HaveOccurred())
		defer conn.Close()
		Expect(wsutil.WriteClientText(conn, []byte("hello"))).To(Succeed())
		Expect(wsutil.ReadServerText(conn)).To(BeEquivalentTo("hello"))
		Expect(b.last().RequestURI).To(Equal("/live?room=1"))
		Expect(b.health().Upstream.Requests).To(HaveKeyWithValue("1xx", 1))
	})

	It("is closed when the server stops", func(ctx SpecContext) {
		b := startBehind(echoes, config.HTTP{})
		conn, _, _, err := ws.Dial(ctx, "ws"+strings.TrimPrefix(b.url, "http")+"/live")
		Expect(err).NotTo(HaveOccurred())
		defer conn.Close()
		Expect(b.front.Config.Shutdown(context.Background())).To(Succeed())
		Expect(conn.SetReadDeadline(time.Now().Add(10 * time.Second))).To(Succeed())
		_, err = wsutil.ReadServerText(conn)
		Expect(err).To(MatchError(io.EOF))
	})

	It("is all that a connection may be changed to", func() {
		b := startBehind(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "upgrade="+r.Header.Get("Upgrade")+r.Header.Get("Connection"))
		}, config.HTTP{})
		for _, protocol := range []string{"h2c", "websocket, h2c", "TLS/1.0", "\x80"} {
			Expect(b.tell("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: "+protocol+"\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")).
				To(HaveSuffix("upgrade="), protocol)
			Expect(b.last().Header).NotTo(HaveKey("Http2-Settings"))
		}
	})

	DescribeTable("is not begun by an application that makes no sense:", func(answer string) {
		b := startBehind(func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, answer+"\r\n\r\n")
		}, config.HTTP{})
		Expect(b.ask("GET", "/").status).To(Equal(http.StatusBadGateway))
		Expect(b.health().Upstream.Reason).To(Equal("an answer that makes no sense"))
		Expect(b.health().Counters.Panics).To(HaveKeyWithValue("http", 0))
	},
		Entry("another protocol that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c"),
		Entry("another protocol without a name", "HTTP/1.1 101 Switching Protocols"),
		Entry("a status too small", "HTTP/1.1 042 What"),
		Entry("a status too large", "HTTP/1.1 999 What"),
	)
})
