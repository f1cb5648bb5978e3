package redisbridge

import (
	"net"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/rooms"
)

// BenchmarkTake is what a message that nobody wants costs in batches, kept and not kept.
func BenchmarkTake(b *testing.B) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	addr := listener.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	listener.Close()
	server := exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	defer server.Wait()
	defer server.Process.Kill()
	embedded, err := Embed("127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer embedded.Close()
	for _, c := range []struct {
		name  string
		addr  string
		batch int
	}{{"not kept", "", 128}, {"redis, alone", addr, 1}, {"redis, 10 at once", addr, 10}, {"redis, 128 at once", addr, 128}, {"embedded, alone", embedded.Addr(), 1}, {"embedded, 128 at once", embedded.Addr(), 128}} {
		b.Run(c.name, func(b *testing.B) { measureTake(b, c.addr, c.batch) })
	}
}

func measureTake(b *testing.B, addr string, size int) {
	client := redis.NewClient(&redis.Options{Addr: addr, Protocol: 2, MaxRetries: -1, ContextTimeoutEnabled: true})
	defer client.Close()
	bridge := New(settings(addr), streaming(), client, rooms.New(silence{}, rooms.Limits{}), prometheus.NewRegistry(), zerolog.Nop())
	batch := make([]raw, size)
	for i := range batch {
		batch[i] = raw{row: 0, text: doji, received: time.Now()}
	}
	if addr != "" {
		cfg := backlogSettings()
		cfg.Wait = 5 * time.Second
		bridge.Keep(NewBacklog(cfg, client, zerolog.Nop()))
		bridge.standing.hear()
		for bridge.backlog.listenTo(raw{row: pulsed, text: "1-0"}); client.Ping(b.Context()).Err() != nil; {
		}
	}
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		if n++; n%size != 0 {
			continue
		}
		for i := range batch {
			batch[i].text = doji[:len(doji)-1] + `,"n":` + strconv.Itoa(n+i) + `}`
		}
		if bridge.backlog != nil {
			bridge.backlog.take(batch)
			continue
		}
		for _, r := range batch {
			bridge.handle(r)
		}
	}
	if bridge.backlog != nil && bridge.State().Backlog.Failed > 0 {
		b.Fatal(bridge.State().Backlog)
	}
}
