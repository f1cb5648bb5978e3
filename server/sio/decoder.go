package sio

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"unicode/utf8"
)

// maxNamespace bounds a namespace with its query, which may hold a token. An unknown one is sent back.
const maxNamespace = 4096

var (
	errEmpty       = errors.New("empty packet")
	errUTF8        = errors.New("text is not UTF-8")
	errKind        = errors.New("unknown packet type")
	errNamespace   = errors.New("bad namespace")
	errID          = errors.New("bad acknowledgement id")
	errPayload     = errors.New("payload does not fit the packet type")
	errEvent       = errors.New("bad event name")
	errUnannounced = errors.New("binary data that no packet announced")
	errDue         = errors.New("text while attachments are due")
	errTooLarge    = errors.New("packet with attachments is too large")
)

// reservedEvents mean something else to the clients' and the library's own code.
var reservedEvents = []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}

// decoder turns the messages of one session into packets and refuses what no client sends.
// Packets are copies: they stay valid.
type decoder struct {
	protocol       int // of Engine.IO: 3 carries Socket.IO 2.x
	maxAttachments int
	maxBytes       int // of one packet with its attachments

	due   *packet // announced; some of its attachments are still missing
	bytes int     // of due, so far
}

// text decodes a text message. Without an error and a packet, attachments are due.
func (d *decoder) text(text []byte) (*packet, error) {
	if d.due != nil {
		return nil, errDue
	}
	p, err := d.parse(bytes.Clone(text))
	if err != nil {
		return nil, err
	}
	if p.kind.binary() {
		d.due, d.bytes = p, len(text)
		return nil, nil
	}
	return p, nil
}

// binary takes an attachment and returns the packet that it completes.
func (d *decoder) binary(data []byte) (*packet, error) {
	if d.due == nil {
		return nil, errUnannounced
	}
	if d.bytes += len(data); d.bytes > d.maxBytes {
		return nil, errTooLarge
	}
	d.due.Attachments = append(d.due.Attachments, bytes.Clone(data))
	if len(d.due.Attachments) < cap(d.due.Attachments) {
		return nil, nil
	}
	p := d.due
	d.due = nil
	return p, nil
}

// parse decodes all but the attachments, for which it makes room. It keeps parts of text.
func (d *decoder) parse(text []byte) (*packet, error) {
	if len(text) == 0 {
		return nil, errEmpty
	}
	if !utf8.Valid(text) {
		return nil, errUTF8
	}
	p := &packet{kind: kind(text[0])}
	if p.kind < kindConnect || p.kind > kindBinaryAck {
		return nil, errKind
	}
	rest, err := d.announced(p, text[1:])
	if err != nil {
		return nil, err
	}
	if rest, err = d.namespace(p, rest); err != nil {
		return nil, err
	}
	if rest, err = p.acknowledgement(rest); err != nil {
		return nil, err
	}
	if err := p.payload(rest, d.protocol); err != nil {
		return nil, err
	}
	return p, nil
}

// announced reads how many attachments follow: "2-".
func (d *decoder) announced(p *packet, text []byte) ([]byte, error) {
	if !p.kind.binary() {
		return text, nil
	}
	digits, rest, _ := bytes.Cut(text, []byte{'-'})
	n, ok := count(digits)
	if !ok || n == 0 || n > uint64(d.maxAttachments) {
		return nil, fmt.Errorf("attachments must be 1 to %d", d.maxAttachments)
	}
	p.Attachments = make([][]byte, 0, n)
	return rest, nil
}

// namespace reads "/custom,"; without one it is "/".
func (d *decoder) namespace(p *packet, text []byte) ([]byte, error) {
	p.namespace = "/"
	if len(text) == 0 || text[0] != '/' {
		return text, nil
	}
	name, rest, _ := bytes.Cut(text, []byte{','})
	if len(name) > maxNamespace || bytes.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, errNamespace
	}
	if d.protocol == 3 && p.kind == kindConnect {
		path, query, _ := bytes.Cut(name, []byte{'?'})
		name, p.query = path, string(query)
	}
	p.namespace = string(name)
	return rest, nil
}

// acknowledgement reads the id, which an ACK must and an EVENT may have.
func (p *packet) acknowledgement(text []byte) ([]byte, error) {
	end := 0
	for end < len(text) && digit(text[end]) {
		end++
	}
	wanted := p.kind == kindAck || p.kind == kindBinaryAck
	allowed := wanted || p.kind == kindEvent || p.kind == kindBinaryEvent
	if end == 0 {
		if wanted {
			return nil, errID
		}
		return text, nil
	}
	id, ok := count(text[:end])
	if !ok || !allowed {
		return nil, errID
	}
	p.id, p.asked = id, true
	return text[end:], nil
}

// payload reads the JSON, which must be what the packet type demands.
func (p *packet) payload(text []byte, protocol int) (err error) {
	scan := scanner{text: text, attachments: cap(p.Attachments)}
	switch p.kind {
	case kindEvent, kindBinaryEvent:
		if p.Args, err = scan.elements(); err == nil {
			err = p.takeName()
		}
	case kindAck, kindBinaryAck:
		p.Args, err = scan.elements()
	case kindDisconnect:
		if len(text) > 0 {
			err = errPayload
		}
	default:
		p.body = text
		err = p.describe(&scan, protocol)
	}
	return err
}

// takeName moves the event's name out of the arguments.
func (p *packet) takeName() error {
	if len(p.Args) == 0 || p.Args[0][0] != '"' {
		return errEvent
	}
	p.event = unquote(p.Args[0])
	if p.event == "" || slices.Contains(reservedEvents, p.event) {
		return errEvent
	}
	p.Args = p.Args[1:]
	return nil
}

// describe checks the payload of a CONNECT (an object or nothing) or a CONNECT_ERROR
// (an object or a string; in protocol 3 any value).
func (p *packet) describe(scan *scanner, protocol int) error {
	if p.kind == kindConnect && len(p.body) == 0 {
		return nil
	}
	first, err := scan.single()
	if err != nil {
		return err
	}
	if first == '{' || p.kind == kindConnectError && (first == '"' || protocol == 3) {
		return nil
	}
	return errPayload
}

// queryAuth is the query of a namespace as the object that newer clients would have sent.
func queryAuth(query string) []byte {
	values, _ := url.ParseQuery(query) // it keeps what it understands
	if len(values) == 0 {
		return nil
	}
	auth := make(map[string]any, len(values))
	for key, list := range values {
		auth[key] = list
		if len(list) == 1 {
			auth[key] = list[0]
		}
	}
	object, _ := encodeJSON(auth) // strings always encode
	return object
}
