package engineio

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// probePause is how long a poll waits during an upgrade before it is sent home empty-handed:
// the client cannot finish the upgrade while a poll hangs.
const probePause = 100 * time.Millisecond

// pieceSize is how much of a poll's answer is written at once.
const pieceSize = 64 << 10

// Python's client gives up on an answer of more packets; all others take what waits.
const (
	packetsPerPoll   = maxBuffers
	packetsForPython = 16
)

// perPoll is how many packets the client that sends this request takes at once.
func perPoll(r *http.Request) int {
	if strings.Contains(strings.ToLower(r.UserAgent()), "python") {
		return packetsForPython
	}
	return packetsPerPoll
}

// poll is a GET that waits for frames.
type poll struct {
	rung chan struct{}
}

// ring wakes the poll; a nil poll is nobody waiting.
func (p *poll) ring() {
	if p == nil {
		return
	}
	select {
	case p.rung <- struct{}{}:
	default:
	}
}

// serveGet answers a poll with what waits, or with the first that comes.
func (s *Session) serveGet(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if s.ws != nil || s.state != open && len(s.outbox) == 0 {
		why := badRequest
		if s.state != open {
			why = unknownSession
		}
		s.mu.Unlock()
		s.server.refuse(w, why)
		return
	}
	if s.poll != nil {
		s.shut(TransportError, statusProtocol) // the older poll brings the news
		s.mu.Unlock()
		s.server.refuse(w, badRequest)
		return
	}
	s.perPoll = perPoll(r)
	frames, size := s.fetch()
	if len(frames) > 0 {
		s.mu.Unlock()
		s.answer(w, frames, size)
		return
	}
	p := &poll{rung: make(chan struct{}, 1)}
	s.poll = p
	probed := s.probed
	s.mu.Unlock()
	s.await(w, r, p, probed)
}

// fetch takes what one answer brings. A close packet comes alone: the JavaScript client, which
// defers messages, would see the end before the DISCONNECT that came with it. mu is held.
func (s *Session) fetch() (frames []*Frame, size int) {
	most := len(s.outbox)
	if most > 1 && s.outbox[most-1] == closePacket {
		most--
	}
	return s.take(nil, min(most, s.perPoll))
}

// await holds the poll until it is rung.
func (s *Session) await(w http.ResponseWriter, r *http.Request, p *poll, probed bool) {
	var pause <-chan time.Time
	if probed {
		pause = time.After(probePause)
	}
	select {
	case <-p.rung:
	case <-pause:
	case <-r.Context().Done():
		s.abandoned()
		return
	}
	var frames []*Frame
	size := 0
	s.mu.Lock()
	s.poll = nil
	if s.ws == nil {
		frames, size = s.fetch()
	}
	s.mu.Unlock()
	if len(frames) == 0 {
		frames = append(frames, noopFrame) // rung by an upgrade
	}
	s.answer(w, frames, size)
}

// abandoned is a poll whose client went away. It ends the session, unless a websocket carries it now.
func (s *Session) abandoned() {
	s.mu.Lock()
	s.poll = nil
	moved := s.ws != nil
	s.mu.Unlock()
	if !moved {
		s.broken(TransportClose)
	}
}

// answer writes the frames as the body of a poll's answer.
func (s *Session) answer(w http.ResponseWriter, frames []*Frame, size int) {
	body, binary := appendPayload(nil, frames, s.protocol, s.base64Only)
	contentType := "text/plain; charset=UTF-8"
	if binary {
		contentType = "application/octet-stream"
	}
	err := s.respond(w, contentType, body)
	s.server.stats.wrote(len(frames), len(body), frames[0].made)
	if err != nil {
		s.broken(reasonOf(err))
		return
	}
	s.mu.Lock()
	s.sent(size)
	s.mu.Unlock()
}

// respond writes in pieces, each with a deadline of its own, so that a client is given up only if it takes nothing.
func (s *Session) respond(w http.ResponseWriter, contentType string, body []byte) error {
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	for piece := range slices.Chunk(body, pieceSize) {
		if err := control.SetWriteDeadline(time.Now().Add(s.server.cfg.WriteTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		if _, err := w.Write(piece); err != nil {
			return err
		}
		if err := control.Flush(); err != nil { // or the deadline would not see a client that does not read
			return err
		}
	}
	return nil
}
