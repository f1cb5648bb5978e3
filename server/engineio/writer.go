package engineio

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// maxBuffers bounds the frames of one system call: below IOV_MAX everywhere.
const maxBuffers = 512

// writer is one of a few shared ones. Sessions with something to send queue here; the
// writer sends all that waits for one in a single system call that never waits. While it
// is busy with others a session's frames gather: the busier, the fewer calls for a frame.
type writer struct {
	server *Server

	// Guarded by mu.
	mu      sync.Mutex
	queue   []*Session
	stopped bool
	awake   *sync.Cond

	// Owned by run.
	frames []*Frame
	bufs   [][]byte
	try    func(fd uintptr) bool
	n      int
	err    error
}

func newWriter(server *Server) *writer {
	w := &writer{server: server}
	w.awake = sync.NewCond(&w.mu)
	w.try = func(fd uintptr) bool {
		w.n, w.err = writeSocket(fd, w.bufs)
		return true
	}
	return w
}

func (w *writer) push(s *Session) {
	w.mu.Lock()
	w.queue = append(w.queue, s)
	w.mu.Unlock()
	w.awake.Signal()
}

func (w *writer) stop() {
	w.mu.Lock()
	w.stopped = true
	w.mu.Unlock()
	w.awake.Signal()
}

func (w *writer) run() {
	var batch []*Session
	for {
		w.mu.Lock()
		for len(w.queue) == 0 && !w.stopped {
			w.awake.Wait()
		}
		batch, w.queue = w.queue, batch[:0]
		w.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		for _, s := range batch {
			w.flush(s)
		}
		clear(batch)
	}
}

// flush writes what waits for s.
func (w *writer) flush(s *Session) {
	s.mu.Lock()
	frames, size := s.take(w.frames[:0], maxBuffers)
	ws := s.ws
	if len(frames) == 0 {
		s.writing = false
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()

	total := w.gather(frames, ws, s.protocol)
	n, err := w.write(ws)
	w.server.stats.wrote(len(frames), n, frames[0].made)
	if err == nil && n == total {
		s.wrote(size)
	} else if err == nil || errors.Is(err, syscall.EAGAIN) {
		w.server.stats.stalls.Add(1)
		rest := remainder(w.bufs, n)
		w.server.writing.Go(func() { s.writeSlowly(ws, rest, size) })
	} else {
		s.broken(TransportClose)
	}
	clear(frames)
	clear(w.bufs)
	w.frames, w.bufs = frames[:0], w.bufs[:0]
}

func (w *writer) gather(frames []*Frame, ws *websocket, protocol int) (total int) {
	for _, f := range frames {
		wire := w.server.wire(f, ws, protocol)
		w.bufs = append(w.bufs, wire)
		total += len(wire)
	}
	return total
}

// wire is what f is on that websocket.
func (s *Server) wire(f *Frame, ws *websocket, protocol int) []byte {
	plain := f.websocket(protocol)
	if !ws.deflate {
		return plain
	}
	small := f.compressed(s.deflate, protocol)
	s.stats.bytesSaved.Add(uint64(len(plain) - len(small)))
	return small
}

// write sends without waiting; a connection that cannot do that is left to writeSlowly.
func (w *writer) write(ws *websocket) (int, error) {
	if ws.raw == nil {
		return 0, nil
	}
	if err := ws.raw.Write(w.try); err != nil {
		return 0, err
	}
	return max(w.n, 0), w.err
}

// wrote accounts for what left, and goes on with what came meanwhile.
func (s *Session) wrote(size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent(size)
	s.writing = false
	switch {
	case s.state == closed:
	case len(s.outbox) > 0:
		s.wake()
	case s.state == closing:
		s.hangUp()
	}
}

// remainder copies the list of what is still to be written: bufs belong to the writer.
func remainder(bufs [][]byte, n int) net.Buffers {
	for len(bufs) > 0 && n >= len(bufs[0]) {
		n -= len(bufs[0])
		bufs = bufs[1:]
	}
	rest := append(net.Buffers(nil), bufs...)
	if len(rest) > 0 {
		rest[0] = rest[0][n:]
	}
	return rest
}

// writeSlowly waits for a client that is behind, so that the shared writers need not.
// It ends with the outbox empty; no progress for WriteTimeout closes the session as Slow.
func (s *Session) writeSlowly(ws *websocket, rest net.Buffers, size int) {
	for {
		if err := s.writeAll(ws, rest); err != nil {
			s.broken(reasonOf(err))
			return
		}
		s.mu.Lock()
		s.sent(size)
		var frames []*Frame
		if frames, size = s.take(nil, maxBuffers); len(frames) == 0 {
			s.writing = false
			if s.state == closing {
				s.hangUp()
			}
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		rest = rest[:0]
		for _, f := range frames {
			rest = append(rest, s.server.wire(f, ws, s.protocol))
		}
		s.server.stats.wrote(len(frames), 0, frames[0].made)
	}
}

// reasonOf names the end that a failed write makes.
func reasonOf(err error) CloseReason {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return Slow
	}
	return TransportClose
}

// writeAll writes with a deadline that every progress renews.
func (s *Session) writeAll(ws *websocket, rest net.Buffers) error {
	for len(rest) > 0 {
		if err := ws.conn.SetWriteDeadline(time.Now().Add(s.server.cfg.WriteTimeout)); err != nil {
			return err
		}
		n, err := writeSome(ws, rest)
		s.server.stats.bytesOut.Add(uint64(n))
		if err != nil {
			return err
		}
		rest = remainder(rest, n)
	}
	return ws.conn.SetWriteDeadline(time.Time{}) // an old deadline would fail the next write at once
}

// writeSome waits until the connection takes something.
func writeSome(ws *websocket, bufs net.Buffers) (n int, err error) {
	if ws.raw == nil {
		return ws.conn.Write(bufs[0])
	}
	waitErr := ws.raw.Write(func(fd uintptr) bool {
		n, err = writeSocket(fd, bufs)
		return !errors.Is(err, syscall.EAGAIN)
	})
	if waitErr != nil {
		return 0, waitErr
	}
	return max(n, 0), err
}
