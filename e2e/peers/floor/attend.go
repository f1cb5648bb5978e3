//go:build linux

package main

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net"
	"syscall"

	"github.com/tickstock/tickcast/e2e/peers/internal/wish"
)

const backlog = 4096

func (h *hall) open(addr string) error {
	at, err := net.ResolveTCPAddr("tcp4", addr)
	if err != nil {
		return err
	}
	if h.listener, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0); err != nil {
		return err
	}
	to := syscall.SockaddrInet4{Port: at.Port, Addr: [4]byte(at.IP.To4())}
	if err := syscall.SetsockoptInt(h.listener, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return err
	}
	if err := syscall.Bind(h.listener, &to); err != nil {
		return err
	}
	if err := syscall.Listen(h.listener, backlog); err != nil {
		return err
	}
	if h.epoll, err = syscall.EpollCreate1(0); err != nil {
		return err
	}
	return h.watch(h.listener)
}

func (h *hall) watch(fd int) error {
	return syscall.EpollCtl(h.epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)})
}

// attend accepts and answers. A request, or a packet, is taken to come in one piece, as the load clients send it.
func (h *hall) attend() error {
	events, buffer := make([]syscall.EpollEvent, 256), make([]byte, 64<<10)
	for {
		n, err := syscall.EpollWait(h.epoll, events, -1)
		if err != nil && err != syscall.EINTR {
			return fmt.Errorf("wait for sockets: %w", err)
		}
		for _, event := range events[:max(n, 0)] {
			if fd := int(event.Fd); fd != h.listener {
				h.read(fd, buffer)
				continue
			}
			fd, _, err := syscall.Accept(h.listener)
			if err != nil {
				return fmt.Errorf("accept: %w", err)
			}
			if err := syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1); err != nil {
				return err
			}
			if err := h.watch(fd); err != nil {
				return err
			}
		}
	}
}

func (h *hall) read(fd int, buffer []byte) {
	n, err := syscall.Read(fd, buffer)
	if n <= 0 || err != nil {
		h.leave(fd)
		return
	}
	if request := buffer[:n]; !h.greeted[fd] {
		h.greeted[fd] = true
		write(fd, upgrade(request))
		return
	}
	for rest := buffer[:n]; len(rest) > 0; {
		packet, after, sound := unframe(rest)
		if !sound {
			h.leave(fd)
			return
		}
		h.answer(fd, packet)
		rest = after
	}
}

func (h *hall) answer(fd int, packet []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if string(packet) == "40" {
		h.joined[fd] = struct{}{}
		write(fd, appendFrame(nil, `40{"sid":"x"}`, nil, ""))
		return
	}
	answer, asked, err := wish.Answer(packet)
	if err != nil {
		return // a pong
	}
	if asked != nil {
		h.wishes.Put(fd, *asked)
	}
	write(fd, appendFrame(nil, "", answer, ""))
}

func (h *hall) leave(fd int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.joined, fd)
	delete(h.greeted, fd)
	_ = syscall.Close(fd)
}

// upgrade is the answer to a handshake, and the session's first packet.
func upgrade(request []byte) []byte {
	_, key, _ := bytes.Cut(request, []byte("Sec-WebSocket-Key: "))
	key, _, _ = bytes.Cut(key, []byte("\r\n"))
	sum := sha1.Sum(append(bytes.Clone(key), "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"...))
	answer := fmt.Appendf(nil, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	return appendFrame(answer, `0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000}`, nil, "")
}

// unframe takes one masked text frame of a client's off its head.
func unframe(in []byte) (packet, rest []byte, sound bool) {
	const masked, mask = 0x80, 4
	if len(in) < 2 || in[0] != 0x81 || in[1]&masked == 0 {
		return nil, nil, false
	}
	n, head := int(in[1]&^masked), 2
	if n == 126 && len(in) >= 4 {
		n, head = int(binary.BigEndian.Uint16(in[2:])), 4
	}
	if len(in) < head+mask+n {
		return nil, nil, false
	}
	packet = in[head+mask:][:n]
	for i := range packet {
		packet[i] ^= in[head+i%mask]
	}
	return packet, in[head+mask+n:], true
}
