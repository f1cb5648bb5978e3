package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gobwas/ws"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"

	"github.com/tickstock/tickcast/e2e/internal/client"
	"github.com/tickstock/tickcast/e2e/internal/process"
)

const (
	lossClients    = 200
	lossBroadcasts = 2000
)

// tape checks that a client hears S0, S1, S2 … with none missing, none twice and none too early.
type tape struct {
	heard atomic.Int64
	wrong atomic.Pointer[string] // the first packet that broke the sequence
}

var symbolKey = []byte(`"symbol":"S`)

func (t *tape) take(packet []byte) {
	at := bytes.Index(packet, symbolKey)
	if at < 0 {
		return // the welcome, or the confirmation
	}
	digits, _, _ := bytes.Cut(packet[at+len(symbolKey):], []byte(`"`))
	n, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil || n != t.heard.Load() {
		broken := fmt.Sprintf("after %d events: %s", t.heard.Load(), packet)
		t.wrong.CompareAndSwap(nil, &broken)
	}
	t.heard.Add(1)
}

func (t *tape) verdict() string {
	if wrong := t.wrong.Load(); wrong != nil {
		return *wrong
	}
	return fmt.Sprintf("%d in order", t.heard.Load())
}

var _ = Describe("A storm of broadcasts", func() {
	// The race detector slows the server down, and could hide what happens at full speed.
	for _, race := range []bool{false, true} {
		It(fmt.Sprintf("reaches every client that reads, once and in order, and the one that does not read is closed as slow (race detector: %t)", race), func() {
			if os.Getenv("TICKCAST_BINARY") == "" && race != raceDetector {
				own := tickcastBinary
				DeferCleanup(func() { tickcastBinary = own })
				var err error
				tickcastBinary, err = process.Build(GinkgoT().TempDir(), race)
				Expect(err).NotTo(HaveOccurred())
			}
			storm()
		})
	}
})

func storm() {
	GinkgoHelper()
	s := openStage()
	stall(s.tickcast.Address())
	tapes, movers := crowd(s)
	Eventually(s.metric).WithArguments(`tickcast_events_in_total{event="subscribe_patterns"}`).Should(Equal(lossClients + 1.0))

	var storm errgroup.Group
	storm.Go(func() error { return broadcast(s) })
	for _, mover := range movers {
		storm.Go(func() error { return mover.Upgrade(context.Background()) })
	}
	Expect(storm.Wait()).To(Succeed())

	want := fmt.Sprintf("%d in order", lossBroadcasts)
	for _, t := range tapes {
		Eventually(t.verdict, time.Minute).Should(Equal(want))
	}
	Eventually(s.metric).WithArguments(`tickcast_disconnects_total{reason="slow"}`).Should(Equal(1.0))
	Expect(s.health()).To(HaveField("Connections.Sockets", HaveKeyWithValue("/", lossClients)))
	Expect(s.metric("tickcast_broadcast_errors_total")).To(BeZero())
	for _, t := range tapes {
		Expect(t.verdict()).To(Equal(want), "nothing came twice at the end")
	}
}

// crowd connects clients of every transport; a third of them will move to a websocket in the storm.
func crowd(s *stage) (tapes []*tape, movers []*client.Client) {
	GinkgoHelper()
	transports := []client.Transport{client.WebSocket, client.Polling, client.Upgrade}
	for i := range lossClients {
		t := new(tape)
		c, err := client.Dial(context.Background(), client.Options{
			Address: s.tickcast.Address(), Transport: transports[i%3], Stay: true, Packet: t.take,
		})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(c.Close)
		Expect(c.Emit("subscribe_patterns", map[string]any{"patterns": []string{"Doji"}})).To(Succeed())
		tapes = append(tapes, t)
		if transports[i%3] == client.Upgrade {
			movers = append(movers, c)
		}
	}
	return tapes, movers
}

// broadcast publishes as fast as Redis takes it. With each batch comes a large event that only the
// stalled client has asked for: it takes megabytes until the kernel's buffers are full.
func broadcast(s *stage) error {
	const batch = 20
	heavy := fmt.Sprintf(`{"pattern":"Heavy","symbol":"H","confidence":0.9,"metadata":{"note":"%065536d"}}`, 0)
	for from := 0; from < lossBroadcasts; from += batch {
		pipe := s.redis.Client().Pipeline()
		for i := from; i < from+batch; i++ {
			pipe.Publish(context.Background(), patterns, fmt.Sprintf(`{"pattern":"Doji","symbol":"S%d","confidence":0.9}`, i))
		}
		pipe.Publish(context.Background(), patterns, heavy)
		if _, err := pipe.Exec(context.Background()); err != nil {
			return fmt.Errorf("publish: %w", err)
		}
	}
	return nil
}

// stall joins and never reads again. Its receive buffer is small, so that the server feels it soon.
func stall(address string) {
	GinkgoHelper()
	dialer := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		var failed error
		err := raw.Control(func(fd uintptr) {
			failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096)
		})
		return errors.Join(err, failed)
	}}
	conn, _, _, err := ws.Dialer{NetDial: dialer.DialContext}.Dial(context.Background(),
		"ws://"+address+"/socket.io/?EIO=4&transport=websocket")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(conn.Close)
	for _, packet := range []string{"40", `42["subscribe_patterns",{"patterns":["Doji","Heavy"]}]`} {
		Expect(ws.WriteFrame(conn, ws.MaskFrameInPlace(ws.NewTextFrame([]byte(packet))))).To(Succeed())
	}
}
