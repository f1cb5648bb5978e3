// Command bare is the practical limit that servers are measured against: a websocket
// broadcast with nothing around it. It prepares one frame for each Redis message and
// writes it to one connection after the other. It speaks just enough of Socket.IO
// for the load clients: no heartbeat, no limits, no slow-client protection.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/redis/go-redis/v9"

	"github.com/tickstock/tickcast/e2e/peers/internal/wish"
)

const channel = "tickstock.events.patterns"

type hall struct {
	mu     sync.Mutex
	conns  map[net.Conn]struct{}
	wishes wish.Index[net.Conn]
}

func main() {
	if err := run(context.Background(), os.Getenv("PEER_ADDR"), os.Getenv("PEER_REDIS")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr, redisAddr string) error {
	h := &hall{conns: map[net.Conn]struct{}{}}
	sub := redis.NewClient(&redis.Options{Addr: redisAddr}).Subscribe(ctx, channel)
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	go func() { _ = http.Serve(listener, h) }()
	for {
		message, err := sub.ReceiveMessage(ctx)
		if err != nil {
			return err
		}
		h.send(message.Payload)
	}
}

// send writes to all, or to those who want it once somebody has said what he wants.
func (h *hall) send(message string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.wishes.Empty() {
		frame := frameOf("pattern_alert", message)
		for conn := range h.conns {
			_, _ = conn.Write(frame) // a client that has gone is its reader's to notice
		}
		return
	}
	frame := frameOf("tier_pattern", message)
	for _, conn := range h.wishes.Match([]byte(message), nil) {
		_, _ = conn.Write(frame)
	}
}

func frameOf(event, message string) []byte {
	return ws.MustCompileFrame(ws.NewTextFrame([]byte(`42["` + event + `",` + message + `]`)))
}

func (h *hall) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, _, _, err := ws.UpgradeHTTP(r, w)
	if err != nil {
		return
	}
	go h.serve(conn)
}

func (h *hall) serve(conn net.Conn) {
	defer conn.Close()
	if wsutil.WriteServerText(conn, []byte(`0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000}`)) != nil {
		return
	}
	if _, err := wsutil.ReadClientText(conn); err != nil {
		return
	}
	if wsutil.WriteServerText(conn, []byte(`40{"sid":"x"}`)) != nil {
		return
	}
	h.mu.Lock()
	h.conns[conn] = struct{}{}
	h.mu.Unlock()
	h.listen(conn)
	h.mu.Lock()
	delete(h.conns, conn)
	h.mu.Unlock()
}

// listen answers events until the connection closes. A message may come between an event and its answer.
func (h *hall) listen(conn net.Conn) {
	for {
		packet, err := wsutil.ReadClientText(conn)
		if err != nil {
			return
		}
		answer, asked, err := wish.Answer(packet)
		if err != nil {
			continue // a pong
		}
		h.mu.Lock()
		if asked != nil {
			h.wishes.Put(conn, *asked)
		}
		_, _ = conn.Write(ws.MustCompileFrame(ws.NewTextFrame(answer)))
		h.mu.Unlock()
	}
}
