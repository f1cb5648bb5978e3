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
)

const channel = "tickstock.events.patterns"

type hall struct {
	mu    sync.Mutex
	conns map[net.Conn]struct{}
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
		h.broadcast(ws.MustCompileFrame(ws.NewTextFrame([]byte(`42["pattern_alert",` + message.Payload + `]`))))
	}
}

func (h *hall) broadcast(frame []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for conn := range h.conns {
		_, _ = conn.Write(frame) // a client that has gone is its reader's to notice
	}
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
	_, _ = conn.Read(make([]byte, 1)) // until it closes
	h.mu.Lock()
	delete(h.conns, conn)
	h.mu.Unlock()
}
