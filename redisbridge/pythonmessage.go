package redisbridge

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/tickstock/tickcast/rooms"
)

// pythonMessage is one message of the queue, read. Only the router loop has it. Whatever it came as, it is a
// JSON document now; bytes are attachments.
type pythonMessage struct {
	document
	pickled     bool
	tuple       bool // its data was one, which JSON cannot tell
	attachments [][]byte
}

// read takes JSON, as python-socketio writes it since 5.14, and what it wrote before: pickles, unless they are off.
func (m *pythonMessage) read(text string, pickles bool) Reason {
	m.pickled, m.tuple, m.attachments = isPickle(text), false, nil
	switch {
	case !m.pickled:
		return m.document.read(text)
	case !pickles:
		return PickleOff
	}
	value, reason := unpickle(text)
	if reason != Accepted {
		return reason
	}
	said, ok := value.(*pyDict)
	if !ok {
		return NotObject
	}
	if place, ok := said.places["data"]; ok {
		_, m.tuple = said.values[place].(pyTuple)
	}
	text, m.attachments, reason = retell(said)
	if reason != Accepted {
		return reason
	}
	return m.document.read(text)
}

// isPickle tells by the first byte: a protocol, or the first opcode of a dictionary in protocols that do not say
// which they are. No JSON object begins with any of them.
func isPickle(text string) bool { return text != "" && strings.IndexByte("\x80(}", text[0]) >= 0 }

// word is a member of the message that must be a text; empty if it is none.
func (m *pythonMessage) word(name string) string { return m.words(m.member(root, name)) }

// message is what the event carries. A tuple is several arguments, None is no argument at all. Without
// tuples, in JSON, a list is the arguments; so it is wherever the sender says whether there are attachments.
func (m *pythonMessage) message() (Message, Reason) {
	data, binary := m.member(root, "data"), m.member(root, "binary")
	if m.is(binary, yes) {
		var ok bool
		if data, ok = m.unpack(data); !ok {
			return Message{}, BadData
		}
	}
	if len(m.attachments) > 0 && !m.sound(len(m.attachments)) {
		return Message{}, BadData
	}
	said := Message{Attachments: m.attachments}
	switch several := m.tuple || !m.pickled || binary != none; {
	case data == none || m.is(data, null):
	case several && m.is(data, array):
		for arg := range m.children(data) {
			said.Args = append(said.Args, json.RawMessage(m.raw(arg)))
		}
		if len(said.Args) == 1 && !m.tuple && string(said.Args[0]) == "null" {
			said.Args = nil
		}
	default:
		said.Args = []json.RawMessage{json.RawMessage(m.raw(data))}
	}
	return said, Accepted
}

// unpack takes apart what JSON has for bytes: a list of the data, with placeholders, and the attachments in base64.
func (m *pythonMessage) unpack(packed int) (data int, ok bool) {
	data = none
	if !m.is(packed, array) || len(m.attachments) > 0 {
		return none, false
	}
	for element := range m.children(packed) {
		if data == none {
			data = element
			continue
		}
		attachment, err := base64.StdEncoding.DecodeString(m.words(element))
		if err != nil || !m.is(element, text) {
			return none, false
		}
		m.attachments = append(m.attachments, attachment)
	}
	return data, data != none
}

// rooms are whom an event is for; nil is everyone.
func (m *pythonMessage) rooms() ([]rooms.Room, Reason) {
	names, ok := m.namesOf("room")
	if !ok || names != nil && len(names) == 0 {
		return nil, BadRoom
	}
	var to []rooms.Room
	for _, name := range names {
		if name == "" {
			return nil, BadRoom
		}
		to = append(to, rooms.Room(name))
	}
	return to, Accepted
}

// skipped are the ids of those who do not get an event, among which Python also lists None.
func (m *pythonMessage) skipped() ([]string, Reason) {
	ids, ok := m.namesOf("skip_sid")
	if !ok {
		return nil, BadSocket
	}
	return ids, Accepted
}

// namesOf is a member that is a text, a list of texts, or nothing at all: then it is nil.
func (m *pythonMessage) namesOf(member string) (names []string, ok bool) {
	n := m.member(root, member)
	switch {
	case n == none || m.is(n, null):
		return nil, true
	case m.is(n, text):
		return []string{m.words(n)}, true
	case !m.is(n, array):
		return nil, false
	}
	names = []string{}
	for element := range m.children(n) {
		if !m.is(element, text) && !m.is(element, null) {
			return nil, false
		}
		names = append(names, m.words(element))
	}
	return names, true
}
