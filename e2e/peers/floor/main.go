//go:build linux

// Command floor is what no server can be cheaper than: one blocking write(2) per socket for all
// messages that wait, prepared once. One thread accepts and answers, another reads Redis and
// writes. It has no goroutine, buffer or timer per socket, and just enough of websocket and Socket.IO
// for the load clients. Whoever reads slowly stops everybody.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"

	"github.com/tickstock/tickcast/e2e/peers/internal/wish"
)

type hall struct {
	// Set once, then read only.
	epoll, listener int
	// Owned by attend.
	greeted map[int]bool
	// Guarded by mu.
	mu     sync.Mutex
	joined map[int]struct{}
	wishes wish.Index[int]
}

func main() {
	if err := run(os.Getenv("PEER_ADDR"), os.Getenv("PEER_REDIS")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(addr, redisAddr string) error {
	redis, err := net.Dial("tcp", redisAddr)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(redis, "SUBSCRIBE %s\r\n", channel); err != nil {
		return err
	}
	h := &hall{greeted: map[int]bool{}, joined: map[int]struct{}{}}
	if err := h.open(addr); err != nil {
		return err
	}
	failed := make(chan error, 2)
	go func() { failed <- h.attend() }()
	go func() { failed <- h.repeat(bufio.NewReaderSize(redis, 1<<20)) }()
	return <-failed
}

// repeat writes what Redis has brought.
func (h *hall) repeat(in *bufio.Reader) error {
	var batch []byte
	var to []int
	for {
		message, err := receive(in)
		if err != nil {
			return err
		}
		h.mu.Lock()
		if h.wishes.Empty() {
			batch = appendFrame(batch, `42["pattern_alert",`, message, `]`)
			if in.Buffered() == 0 || len(batch) > batchLimit {
				for fd := range h.joined {
					write(fd, batch)
				}
				batch = batch[:0]
			}
		} else {
			batch = appendFrame(batch[:0], `42["tier_pattern",`, message, `]`)
			to = h.wishes.Match(message, to[:0])
			for _, fd := range to {
				write(fd, batch)
			}
			batch = batch[:0]
		}
		h.mu.Unlock()
	}
}

// write goes on until all is written. A client that has gone is for attend to notice.
func write(fd int, text []byte) {
	for len(text) > 0 {
		n, err := syscall.Write(fd, text)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return
		}
		text = text[n:]
	}
}
