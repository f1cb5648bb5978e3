package sio

import (
	"encoding/json"
	"strconv"
)

func digit(c byte) bool { return '0' <= c && c <= '9' }

// str walks over a string; that its bytes are UTF-8 is known already.
func (s *scanner) str() error {
	for s.at++; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			return nil
		case c < ' ':
			return errJSON
		case c == '\\':
			if err := s.escape(); err != nil {
				return err
			}
		}
	}
	return errJSON
}

// escape walks from the backslash to the last byte of the escape.
func (s *scanner) escape() error {
	if s.at++; s.at == len(s.text) {
		return errJSON
	}
	switch s.text[s.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
		for range 4 {
			if s.at++; s.at == len(s.text) || !hex(s.text[s.at]) {
				return errJSON
			}
		}
		return nil
	default:
		return errJSON
	}
}

func hex(c byte) bool {
	return digit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func (s *scanner) number() error {
	if s.text[s.at] == '-' {
		s.at++
	}
	if s.at < len(s.text) && s.text[s.at] == '0' {
		s.at++
	} else if !s.digits() {
		return errJSON
	}
	if s.at < len(s.text) && s.text[s.at] == '.' {
		s.at++
		if !s.digits() {
			return errJSON
		}
	}
	if s.at < len(s.text) && (s.text[s.at] == 'e' || s.text[s.at] == 'E') {
		s.at++
		if s.at < len(s.text) && (s.text[s.at] == '+' || s.text[s.at] == '-') {
			s.at++
		}
		if !s.digits() {
			return errJSON
		}
	}
	return nil
}

// digits walks over at least one of them.
func (s *scanner) digits() bool {
	start := s.at
	for s.at < len(s.text) && digit(s.text[s.at]) {
		s.at++
	}
	return s.at > start
}

// placeholder gathers what one object of a binary packet says about standing for an attachment.
type placeholder struct {
	members int
	claimed bool
	num     []byte
}

func (p *placeholder) member(key, value []byte) {
	p.members++
	switch unquote(key) {
	case "_placeholder":
		p.claimed = p.claimed || string(value) == "true"
	case "num":
		p.num = value
	}
}

// check refuses a placeholder that a client would have to guess about: {"_placeholder":true,"num":i}, i in range, or none at all.
func (p *placeholder) check(attachments int) error {
	if !p.claimed {
		return nil
	}
	num, ok := count(p.num)
	if p.members != 2 || !ok || num >= uint64(attachments) {
		return errPlaceholder
	}
	return nil
}

// unquote decodes a string that has been walked over.
func unquote(quoted []byte) string {
	var s string
	for _, c := range quoted {
		if c == '\\' {
			_ = json.Unmarshal(quoted, &s) // it has been checked
			return s
		}
	}
	return string(quoted[1 : len(quoted)-1])
}

// count reads a plain whole number, as JavaScript writes and keeps it: no sign, no leading zero, at most 2^53-1.
func count(digits []byte) (uint64, bool) {
	const max = 1<<53 - 1
	if len(digits) == 0 || len(digits) > 1 && digits[0] == '0' || !digit(digits[0]) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(digits), 10, 64)
	return n, err == nil && n <= max
}
