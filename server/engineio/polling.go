package engineio

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// probePause is how long a poll waits during an upgrade before it is sent home empty-handed:
// the client cannot finish the upgrade while a poll hangs.
const probePause = 100 * time.Millisecond

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

func (s *Session) respond(w http.ResponseWriter, contentType string, body []byte) error {
	wait := s.server.cfg.WriteTimeout + time.Duration(len(body))*time.Second/slowestBPS
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(wait)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("Cache-Control", "no-store")
	_, err := w.Write(body)
	if err == nil {
		err = http.NewResponseController(w).Flush() // or the deadline would not see a client that does not read
	}
	return err
}

// servePost takes the client's packets. A session has one POST at a time: two would have no order.
func (s *Session) servePost(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	polling, ended := s.ws == nil, s.state != open
	s.mu.Unlock()
	if !polling {
		s.server.refuse(w, badRequest)
		return
	}
	if ended { // the poll tells why; an error here would hide it
		_ = s.respond(w, "text/html", []byte("ok"))
		return
	}
	if !s.posting.CompareAndSwap(false, true) {
		s.Close(TransportError)
		s.server.refuse(w, badRequest)
		return
	}
	why := s.post(w, r)
	s.posting.Store(false) // before the answer: the next POST may be here at once
	if why != nil {
		s.server.refuse(w, why)
		return
	}
	_ = s.respond(w, "text/html", []byte("ok")) // a client that has gone is the heartbeat's to notice
}

func (s *Session) post(w http.ResponseWriter, r *http.Request) *refusal {
	binary, ok := s.contentType(r)
	if !ok {
		s.Close(TransportError)
		return badRequest
	}
	body, err := s.body(w, r)
	if err != nil {
		s.Close(TransportError)
		if errors.As(err, new(*http.MaxBytesError)) {
			return tooLarge
		}
		return badRequest
	}
	packets, err := parsePayload(body, s.protocol, binary)
	if err != nil {
		s.Close(ParseError)
		return badRequest
	}
	for _, p := range packets {
		switch err := s.receive(p); {
		case errors.Is(err, errClosed):
			return nil // what came before the end was handled
		case err != nil:
			s.Close(ParseError)
			return badRequest
		}
	}
	return nil
}

// contentType tells text from binary. Binary bodies exist in protocol 3 only; forms were for JSONP.
func (s *Session) contentType(r *http.Request) (binary, ok bool) {
	given := r.Header.Get("Content-Type")
	if given == "" {
		return false, true
	}
	switch media, _, err := mime.ParseMediaType(given); {
	case err != nil:
		return false, false
	case media == "application/octet-stream":
		return true, s.protocol == 3
	default:
		return false, media == "text/plain"
	}
}

// body reads a whole body, chunked or not, within the limits of size and time.
func (s *Session) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	limit := s.server.cfg.MaxPayload
	if r.ContentLength > int64(limit) {
		return nil, &http.MaxBytesError{Limit: int64(limit)}
	}
	announced := limit
	if r.ContentLength >= 0 {
		announced = int(r.ContentLength)
	}
	control := http.NewResponseController(w)
	wait := s.server.cfg.ReadTimeout + time.Duration(announced)*time.Second/slowestBPS
	if err := control.SetReadDeadline(time.Now().Add(wait)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, err
	}
	var body bytes.Buffer
	n, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, int64(limit)))
	s.server.stats.bytesIn.Add(uint64(n))
	if err != nil {
		return nil, err
	}
	err = control.SetReadDeadline(time.Time{}) // the connection lives on
	if errors.Is(err, http.ErrNotSupported) {
		err = nil
	}
	return body.Bytes(), err
}
