package redisbridge

import (
	"net"
	"sync"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// wire passes connections on to Redis. It can swallow what those that are open
// still say, as a network does that has forgotten a connection.
type wire struct {
	addr     string
	listener net.Listener
	passing  sync.WaitGroup
	mu       sync.Mutex
	lost     chan struct{} // closed: connections of this generation are swallowed
	conns    []net.Conn
}

func newWire(to string) *wire {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	w := &wire{addr: listener.Addr().String(), listener: listener, lost: make(chan struct{})}
	w.passing.Go(func() { w.accept(to) })
	DeferCleanup(func() {
		listener.Close()
		w.mu.Lock()
		for _, conn := range w.conns {
			conn.Close()
		}
		w.mu.Unlock()
		w.passing.Wait()
	})
	return w
}

func (w *wire) accept(to string) {
	for {
		ours, err := w.listener.Accept()
		if err != nil {
			return
		}
		theirs, err := net.Dial("tcp", to)
		if err != nil {
			ours.Close()
			continue
		}
		w.mu.Lock()
		w.conns = append(w.conns, ours, theirs)
		lost := w.lost
		w.mu.Unlock()
		w.passing.Go(func() { pass(ours, theirs, lost) })
		w.passing.Go(func() { pass(theirs, ours, lost) })
	}
}

// pass copies until an end is closed; once lost it only reads.
func pass(to, from net.Conn, lost <-chan struct{}) {
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		select {
		case <-lost:
		default:
			to.Write(buffer[:n])
		}
	}
}

// swallow loses the connections that are open now; later ones work.
func (w *wire) swallow() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.lost)
	w.lost = make(chan struct{})
}

// door is a server that shuts every connection at once, and counts them.
type door struct {
	addr   string
	knocks atomic.Int64
}

func newDoor() *door {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	d := &door{addr: listener.Addr().String()}
	var answering sync.WaitGroup
	answering.Go(func() {
		for conn, err := listener.Accept(); err == nil; conn, err = listener.Accept() {
			d.knocks.Add(1)
			conn.Close()
		}
	})
	DeferCleanup(func() {
		listener.Close()
		answering.Wait()
	})
	return d
}
