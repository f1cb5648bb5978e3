package protocol_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"time"

	"github.com/gobwas/ws"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"

	"github.com/tickstock/tickcast/e2e/internal/client"
)

// hurried sends its whole conversation in one write, before it has read a byte.
func hurried(packets ...string) (net.Conn, *bufio.Reader) {
	GinkgoHelper()
	conn, err := net.Dial("tcp", target)
	Expect(err).NotTo(HaveOccurred())
	var all strings.Builder
	all.WriteString("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: " + target +
		"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	for _, packet := range packets {
		all.Write(ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte(packet)))))
	}
	_, err = io.WriteString(conn, all.String())
	Expect(err).NotTo(HaveOccurred())
	Expect(conn.SetReadDeadline(time.Now().Add(5 * time.Second))).To(Succeed())
	return conn, bufio.NewReader(conn)
}

// head reads the answer to the handshake.
func head(from *bufio.Reader) string {
	GinkgoHelper()
	var lines strings.Builder
	for {
		line, err := from.ReadString('\n')
		Expect(err).NotTo(HaveOccurred())
		lines.WriteString(line)
		if line == "\r\n" {
			return lines.String()
		}
	}
}

var _ = Describe("A client in a hurry", func() {
	It("loses neither its CONNECT nor its first event, though it waits for nothing", func() {
		for range 300 {
			conn, reader := hurried("3", "40", `42["message","first"]`, `421["message-with-ack"]`)
			Expect(head(reader)).To(HavePrefix("HTTP/1.1 101 "))
			for _, want := range []string{`0{"sid"`, `40{"sid"`, `42["auth"`, `42["message-back","first"]`, `431[]`} {
				frame, err := ws.ReadFrame(reader)
				Expect(err).NotTo(HaveOccurred())
				Expect(string(frame.Payload)).To(HavePrefix(want))
			}
			Expect(conn.Close()).To(Succeed())
		}
	})

	It("is offered no compression, which would hide how large a message is", func() {
		conn, reader := hurried()
		defer conn.Close()
		Expect(strings.ToLower(head(reader))).NotTo(ContainSubstring("sec-websocket-extensions"))
	})

	It("that answers each ping at once is never taken for silent", func() {
		target = quick
		var all errgroup.Group
		for _, transport := range []client.Transport{client.WebSocket, client.Polling, client.Upgrade} {
			for range 10 {
				all.Go(func() error {
					c, err := client.Dial(GinkgoT().Context(), client.Options{Address: target, Transport: transport})
					if err != nil {
						return err
					}
					defer c.Close()
					select {
					case <-c.Done():
						return io.ErrUnexpectedEOF
					case <-time.After(3 * time.Second): // ten pings
						return nil
					}
				})
			}
		}
		Expect(all.Wait()).To(Succeed())
	})
})
