package protocol_test

import (
	"context"
	"fmt"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/wire"
)

var _ = Describe("An upgrade from polling to websocket", func() {
	DescribeTable("moves the session", func(d dialect) {
		socket := d.upgrade(d.handshake())
		Expect(socket.Text("4hello")).To(Succeed())
		Eventually(socket.Frames()).Should(bring("4hello"))
	}, dialects())

	DescribeTable("ends the waiting poll with a noop while it probes", func(d dialect) {
		sid := d.handshake()
		waiting := later(func() wire.Answer { return get(d.path(sid)) })
		Consistently(waiting, "50ms").ShouldNot(Receive())
		socket := dial(d.socketPath(sid))
		Expect(socket.Text("2probe")).To(Succeed())
		Expect(next(socket)).To(Equal("3probe"))
		Eventually(waiting).Should(Receive(haveBody(d.join("6"))))
		Expect(socket.Text("5")).To(Succeed())
		Expect(socket.Text("4hello")).To(Succeed())
		Eventually(socket.Frames()).Should(bring("4hello"))
	}, dialects())

	DescribeTable("ends a poll that begins while it probes with a noop too", func(d dialect) {
		sid := d.handshake()
		socket := dial(d.socketPath(sid))
		Expect(socket.Text("2probe")).To(Succeed())
		Expect(next(socket)).To(Equal("3probe"))
		Expect(d.poll(sid)).To(Equal([]string{"6"}))
		Expect(socket.Text("5")).To(Succeed())
		Expect(socket.Text("4hello")).To(Succeed())
		Eventually(socket.Frames()).Should(bring("4hello"))
	}, dialects())

	DescribeTable("leaves polling in use until it is done", func(d dialect) {
		sid := d.handshake()
		socket := dial(d.socketPath(sid))
		Expect(socket.Text("2probe")).To(Succeed())
		Expect(next(socket)).To(Equal("3probe"))
		d.push(sid, "4by post")
		var got []string
		Eventually(func() []string {
			for _, p := range d.poll(sid) {
				if p != "6" {
					got = append(got, p)
				}
			}
			return got
		}).Should(Equal([]string{"4by post"}))
	}, dialects())

	DescribeTable("loses nothing that was sent meanwhile, and keeps its order", func(d dialect) {
		sid := d.handshake()
		got, moved := newLog(), make(chan struct{})
		var polls sync.WaitGroup
		polls.Go(func() { // the client's poll loop, which ends when the websocket is ready
			defer GinkgoRecover()
			for {
				got.add(d.split(get(d.path(sid)).Body)...)
				select {
				case <-moved:
					return
				default:
				}
			}
		})
		socket := dial(d.socketPath(sid))
		for i := range 200 {
			d.push(sid, fmt.Sprintf("4%d", i))
			if i == 100 {
				Expect(socket.Text("2probe")).To(Succeed())
				Expect(next(socket)).To(Equal("3probe"))
			}
		}
		close(moved)
		polls.Wait()
		Expect(socket.Text("5")).To(Succeed())
		for i := 200; i < 250; i++ {
			Expect(socket.Text(fmt.Sprintf("4%d", i))).To(Succeed())
		}
		go got.follow(socket)
		want := make([]string, 250)
		for i := range want {
			want[i] = fmt.Sprintf("4%d", i)
		}
		Eventually(got.messages).Should(Equal(want))
	}, dialects())

	DescribeTable("is done: polls of the session are refused, the websocket goes on", func(d dialect) {
		sid := d.handshake()
		socket := d.upgrade(sid)
		Eventually(func() wire.Answer { return get(d.path(sid)) }).Should(beRefused(3, "Bad request"))
		Expect(socket.Text("4hello")).To(Succeed())
		Eventually(socket.Frames()).Should(bring("4hello"))
	}, dialects())

	DescribeTable("is done: a second websocket is refused, the first goes on", func(d dialect) {
		sid := d.handshake()
		socket := d.upgrade(sid)
		Expect(socket.Text("4hello")).To(Succeed())
		Eventually(socket.Frames()).Should(bring("4hello"))
		refuses(d.socketPath(sid))
		Expect(socket.Text("4again")).To(Succeed())
		Eventually(socket.Frames()).Should(bring("4again"))
	}, dialects())

	DescribeTable("is under way: a second websocket is refused, the first goes on", func(d dialect) {
		sid := d.handshake()
		first := dial(d.socketPath(sid))
		Expect(first.Text("2probe")).To(Succeed())
		Expect(next(first)).To(Equal("3probe"))
		refuses(d.socketPath(sid))
		Expect(first.Text("5")).To(Succeed())
		Expect(first.Text("4hello")).To(Succeed())
		Eventually(first.Frames()).Should(bring("4hello"))
	}, dialects())

	DescribeTable("that begins with another packet than the probe leaves the session on polling", func(d dialect) {
		sid := d.handshake()
		socket := dial(d.socketPath(sid))
		Expect(socket.Text("4hello")).To(Succeed())
		Eventually(socket.Frames()).Should(BeClosed())
		d.push(sid, "4over polling")
		Expect(d.poll(sid)).To(ContainElement("4over polling"))
	}, dialects())

	DescribeTable("that breaks off leaves the session on polling", func(d dialect) {
		sid := d.handshake()
		socket := dial(d.socketPath(sid))
		Expect(socket.Text("2probe")).To(Succeed())
		Expect(next(socket)).To(Equal("3probe"))
		socket.Close()
		d.push(sid, "4over polling")
		var got []string
		Eventually(func() []string { got = append(got, d.poll(sid)...); return got }).Should(ContainElement("4over polling"))
	}, dialects())

	DescribeTable("that asks for no probe is not waited for", func(d dialect) {
		target = quick
		socket := dial(d.socketPath(d.handshake()))
		Eventually(socket.Frames()).Should(BeClosed())
	}, dialects())
})

// refuses holds when a websocket is not let in, or is closed at once.
func refuses(path string) {
	GinkgoHelper()
	socket, err := wire.Dial(context.Background(), "ws://"+target+path)
	if err != nil {
		Expect(err).To(MatchError(wire.ErrRefused))
		return
	}
	DeferCleanup(socket.Close)
	Eventually(socket.Frames()).Should(BeClosed())
}

// log gathers the packets of one session from both of its transports.
type log struct {
	// Guarded by mu.
	mu  sync.Mutex
	all []string
}

func newLog() *log { return &log{} }

func (l *log) add(packets ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range packets {
		if len(p) > 0 && p[0] == '4' {
			l.all = append(l.all, p)
		}
	}
}

func (l *log) follow(socket *wire.Socket) {
	for frame := range socket.Frames() {
		l.add(frame.Data)
	}
}

func (l *log) messages() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.all...)
}
