package sio

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	. "github.com/onsi/gomega"
	"github.com/rs/zerolog"
)

// crowded is a server with so many websockets, whose readers allocate nothing.
func crowded(t testing.TB, cfg Config, sockets int) *Server {
	s := New(cfg, []Namespace{{Name: "/"}}, zerolog.Nop())
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		web.Close()
	})
	address := strings.Replace(web.URL, "http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
	for range sockets {
		conn, _, _, err := ws.Dial(ctx, address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() }) // the server may have closed it
		if err := wsutil.WriteClientText(conn, []byte("40")); err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = io.Copy(io.Discard, conn) }()
	}
	NewWithT(t).Eventually(func() int { return s.Present("/") }).Should(Equal(sockets))
	return s
}

const alert = `{"type":"pattern_alert","event":{"data":{"symbol":"TSLA","pattern":"Doji","confidence":0.92}}}`

// A broadcast builds its frame; whoever gets it costs nothing more, from the list of recipients to the write.
func TestBroadcastAllocatesNothingPerDelivery(t *testing.T) {
	allocations := func(sockets int) float64 {
		var writes atomic.Int64
		cfg := testConfig()
		cfg.Engine.Written = func(time.Duration) { writes.Add(1) }
		s := crowded(t, cfg, sockets)
		payload := []byte(alert)
		due := writes.Load()
		return testing.AllocsPerRun(100, func() {
			reached := s.Broadcast("/", "pattern_alert", payload, "")
			began := time.Now()
			for due += int64(reached); writes.Load() < due && time.Since(began) < 10*time.Second; {
				runtime.Gosched() // to the writers
			}
		})
	}
	few, many := allocations(10), allocations(210)
	t.Logf("%g allocations for 10 sockets, %g for 210", few, many)
	NewWithT(t).Expect(many-few).To(BeNumerically("<", 200*0.01), "the runtime's own now and then")
}

// BenchmarkBroadcast is one event to all, from the payload to the outboxes; the writers are at work meanwhile.
func BenchmarkBroadcast(b *testing.B) {
	for _, sockets := range []int{1, 50, 500} {
		b.Run(fmt.Sprint(sockets), func(b *testing.B) {
			s := crowded(b, testConfig(), sockets)
			payload := []byte(alert)
			b.ReportAllocs()
			reached := 0
			for b.Loop() {
				reached += s.Broadcast("/", "pattern_alert", payload, "")
			}
			b.ReportMetric(float64(reached)/float64(b.N), "sockets/op")
		})
	}
}

// BenchmarkEncode is the frame of an event, which all its receivers share.
func BenchmarkEncode(b *testing.B) {
	n := newNamespace(New(testConfig(), []Namespace{{Name: "/"}}, zerolog.Nop()), Namespace{Name: "/"})
	payload := []byte(alert)
	b.ReportAllocs()
	for b.Loop() {
		n.eventFrame("pattern_alert", payload)
	}
}
