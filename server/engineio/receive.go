package engineio

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
)

var (
	errClosed    = errors.New("session closed")
	errParted    = errors.New("close frame received")
	errHeartbeat = errors.New("heartbeat in the wrong direction")
	errOpen      = errors.New("open packet from a client")
)

// receive handles one packet of the client's, in the order of the wire.
func (s *Session) receive(p packet) error {
	s.inbound.Lock()
	defer s.inbound.Unlock()
	if s.deaf || !s.Open() {
		return errClosed
	}
	s.heard.Store(s.server.beat.Load())
	s.server.stats.framesIn.Add(1)
	switch p.kind {
	case packetMessage:
		return s.guarded("message", func() error { return s.listener.Message(p.data, p.binary) })
	case packetPing:
		if s.protocol == 4 {
			return errHeartbeat
		}
		s.proof.pong() // it pings again because our last pong has come
		s.proof.ping(s.server.cfg.Mark)
		s.Send(newFrame(packetPong, p.data))
	case packetPong:
		if s.protocol == 3 {
			return errHeartbeat
		}
		s.proof.pong()
	case packetClose:
		s.Close(TransportClose)
		return errClosed
	case packetOpen:
		return errOpen
	}
	return nil // upgrade and noop have no meaning here, and do no harm
}

// guarded contains a panic of the listener: it costs its own session only.
func (s *Session) guarded(what string, call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.server.stats.panics.Add(1)
			s.server.log.Error().Str("in", what).Interface("panic", p).Bytes("stack", debug.Stack()).Msg("listener panicked")
			err = fmt.Errorf("listener panicked: %v", p)
		}
	}()
	return call()
}

// read is the life of a websocket's only goroutine, until its connection is closed.
func (s *Session) read(ws *websocket) {
	defer ws.close()
	for {
		op, data, err := ws.reader.next()
		if err == nil {
			s.server.stats.bytesIn.Add(uint64(len(data)))
			err = s.receiveFrame(op, data)
		} else if !errors.As(err, new(*wireError)) { // the connection's end, not something the client said
			s.broken(TransportClose)
			return
		}
		if err != nil {
			s.end(ws, err)
			return
		}
	}
}

func (ws *websocket) close() {
	_ = ws.conn.Close()
	ws.reader.release()
}

func (s *Session) receiveFrame(op byte, data []byte) error {
	switch op {
	case opPing:
		s.Send(rawFrame(opPong, data))
		return nil
	case opPong:
		return nil
	case opClose:
		status, err := parseClose(data)
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.shut(TransportClose, status)
		s.mu.Unlock()
		return errParted
	}
	p, err := parseMessage(op, data, s.protocol)
	if err != nil {
		return err
	}
	return s.receive(p)
}

// parseMessage reads the packet of a websocket message.
func parseMessage(op byte, data []byte, protocol int) (packet, error) {
	if op == opText {
		return parsePacket(data, protocol)
	}
	if protocol == 3 {
		return parseBinaryPacket3(data, true)
	}
	return packet{kind: packetMessage, data: data, binary: true}, nil
}

// end closes the session for what its websocket said last. As long as the client may still
// be reading our farewell, its connection is kept: an early close would destroy what is under way.
func (s *Session) end(ws *websocket, err error) {
	var wire *wireError
	switch {
	case errors.Is(err, errParted):
		if s.parted(ws) {
			return
		}
	case errors.Is(err, errClosed):
	case errors.As(err, &wire):
		s.mu.Lock()
		s.shut(TransportError, wire.status)
		s.mu.Unlock()
	default:
		s.server.log.Debug().Err(err).Msg("packet refused")
		s.Close(ParseError)
	}
	ws.discard()
}

// parted tells whether our close frame has left as well: then it is for the server to hang up, which
// some clients wait for. If it has not, hangUp will.
func (s *Session) parted(ws *websocket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws.parted = true
	return s.state == closed
}

// discard reads on until the client has closed, or until the deadline that hangUp sets.
func (ws *websocket) discard() {
	ws.reader.release()
	if !ws.reader.pinned.Load() {
		ws.reader.pin(2 * closeGrace) // hangUp shortens it when the farewell has left
	}
	_, _ = io.Copy(io.Discard, onlyReader{ws.conn})
}

// onlyReader hides splice and its kin, which may wait in ways a deadline does not end.
type onlyReader struct{ io.Reader }
