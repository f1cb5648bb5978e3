package sio

import (
	"encoding/json"
	"errors"
	"strconv"
)

// maxDepth bounds arrays and objects within each other: no client nests deeper, and each level costs stack.
const maxDepth = 64

var (
	errJSON        = errors.New("not one complete JSON value")
	errDepth       = errors.New("JSON nested deeper than " + strconv.Itoa(maxDepth))
	errPlaceholder = errors.New("placeholder that names no attachment")
)

// scanner walks over JSON and decodes nothing: arguments stay as they were sent, big numbers included.
type scanner struct {
	text        []byte
	at          int
	depth       int
	attachments int // what placeholders may name; none in a packet that is not binary
}

// elements splits text, which must be one array and nothing else.
func (s *scanner) elements() ([]json.RawMessage, error) {
	elements := []json.RawMessage{}
	if s.next() != '[' {
		return nil, errJSON
	}
	if err := s.array(&elements); err != nil {
		return nil, err
	}
	if err := s.end(); err != nil {
		return nil, err
	}
	return elements, nil
}

// single checks that text is one value and nothing else, and tells which: its first byte.
func (s *scanner) single() (byte, error) {
	first := s.next()
	if err := s.value(); err != nil {
		return 0, err
	}
	return first, s.end()
}

func (s *scanner) end() error {
	if s.next() != 0 || s.at != len(s.text) {
		return errJSON
	}
	return nil
}

// next skips white space and peeks; 0 at the end.
func (s *scanner) next() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) value() error {
	switch c := s.next(); {
	case c == '"':
		return s.str()
	case c == '{':
		return s.object()
	case c == '[':
		return s.array(nil)
	case c == '-' || digit(c):
		return s.number()
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	default:
		return errJSON
	}
}

func (s *scanner) array(elements *[]json.RawMessage) error {
	if err := s.enter(); err != nil {
		return err
	}
	if s.next() == ']' {
		return s.leave()
	}
	for {
		s.next()
		start := s.at
		if err := s.value(); err != nil {
			return err
		}
		if elements != nil {
			*elements = append(*elements, s.text[start:s.at:s.at])
		}
		if more, err := s.comma(']'); !more {
			return err
		}
	}
}

func (s *scanner) object() error {
	if err := s.enter(); err != nil {
		return err
	}
	if s.next() == '}' {
		return s.leave()
	}
	var found placeholder
	for {
		if s.next() != '"' {
			return errJSON
		}
		start := s.at
		if err := s.str(); err != nil {
			return err
		}
		key := s.text[start:s.at]
		if s.next() != ':' {
			return errJSON
		}
		s.at++
		s.next()
		start = s.at
		if err := s.value(); err != nil {
			return err
		}
		if s.attachments > 0 {
			found.member(key, s.text[start:s.at])
		}
		if more, err := s.comma('}'); err != nil {
			return err
		} else if !more {
			return found.check(s.attachments)
		}
	}
}

// comma reports whether another member follows; else it has left the array or object.
func (s *scanner) comma(closing byte) (more bool, err error) {
	switch s.next() {
	case ',':
		s.at++
		return true, nil
	case closing:
		return false, s.leave()
	default:
		return false, errJSON
	}
}

func (s *scanner) enter() error {
	s.at++
	if s.depth++; s.depth > maxDepth {
		return errDepth
	}
	return nil
}

func (s *scanner) leave() error {
	s.at++
	s.depth--
	return nil
}

func (s *scanner) word(word string) error {
	if len(s.text)-s.at < len(word) || string(s.text[s.at:s.at+len(word)]) != word {
		return errJSON
	}
	s.at += len(word)
	return nil
}
