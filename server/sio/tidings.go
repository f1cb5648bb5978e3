package sio

import (
	"bytes"

	"github.com/tickstock/tickcast/server/engineio"
)

// told is how a browser learns the positions of events. JavaScript clients of protocol 4 take for one what
// an event ends with, if that is a string, and send back the last one when they return.
type told uint8

const (
	untold  told = iota // it cannot be recovered
	atEnd               // one more argument, as the clients expect it
	asEvent             // an event of its own: handlers of other clients take exactly as many arguments as there are
)

// positionEvent brings nothing but a position. Nobody handles it.
const positionEvent = "position"

// tidings are an event on its way to several sockets: its frames are made once each, when the first socket needs them.
// It is for one goroutine.
type tidings struct {
	namespace *namespace
	event     string
	args      [][]byte
	position  string // "" = it has none
	loose     bool   // it ends with a string, which is no position

	plain  []*engineio.Frame // given, or made of event and args
	marked []*engineio.Frame // with the position at its end
	both   []*engineio.Frame // plain, and the position of at
	at     string
}

// sendTo queues the event for a socket. It never blocks.
func (t *tidings) sendTo(s *Socket) bool {
	if s.told == untold || t.position == "" && !t.loose {
		return s.session.engine.Send(t.plainFrames()...)
	}
	// In one with its frames: or another event could come between what is sent and what is known of it.
	s.telling.Lock()
	defer s.telling.Unlock()
	return s.session.engine.Send(t.framesFor(s)...)
}

// framesFor takes note of the position that the browser is told. The socket's telling is held.
func (t *tidings) framesFor(s *Socket) []*engineio.Frame {
	switch {
	case t.position != "":
		s.position = t.position
	case s.position == "":
		return t.plainFrames()
	default: // it is told again what is true
		return t.followedBy(s.position)
	}
	if s.told == atEnd {
		return t.markedFrames()
	}
	return t.followedBy(t.position)
}

func (t *tidings) plainFrames() []*engineio.Frame {
	if t.plain == nil {
		t.plain = []*engineio.Frame{t.namespace.eventFrame(t.event, t.args...)}
	}
	return t.plain
}

func (t *tidings) markedFrames() []*engineio.Frame {
	if t.marked == nil {
		args := append(t.args[:len(t.args):len(t.args)], asText(t.position))
		t.marked = []*engineio.Frame{t.namespace.eventFrame(t.event, args...)}
	}
	return t.marked
}

func (t *tidings) followedBy(position string) []*engineio.Frame {
	if t.both == nil || t.at != position {
		plain := t.plainFrames()
		t.both, t.at = append(plain[:len(plain):len(plain)], t.namespace.positionFrame(position)), position
	}
	return t.both
}

func (n *namespace) positionFrame(position string) *engineio.Frame {
	return n.eventFrame(positionEvent, asText(position))
}

func asText(text string) []byte { return appendString(nil, text) }

// endsLoose reports whether the last argument is a string.
func endsLoose[Arg ~[]byte](args []Arg) bool {
	if len(args) == 0 {
		return false
	}
	last := bytes.TrimLeft(args[len(args)-1], " \t\r\n")
	return len(last) > 0 && last[0] == '"'
}

// Position is what the browser was told last, "" if nothing.
func (s *Socket) Position() string {
	s.telling.Lock()
	defer s.telling.Unlock()
	return s.position
}

// Begin notes the position from which on the browser gets everything. It need not be told: who keeps the socket knows it.
func (s *Socket) Begin(position string) {
	s.telling.Lock()
	defer s.telling.Unlock()
	if s.position == "" {
		s.position = position
	}
}

// Ask has the browser prove soon what it has been sent so far, if its protocol can.
func (s *Socket) Ask() { s.session.engine.Ask() }

// Proven is the position up to which the browser has shown to have got everything, "" for none.
func (s *Socket) Proven() string {
	if proven := s.session.engine.Proven(s.pings); proven != "" {
		return proven
	}
	return s.offset
}
