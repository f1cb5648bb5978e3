package engineio

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"time"
)

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
