package redisbridge

import "strings"

// maxDepth bounds how deep a message may be nested. Real ones need five levels.
const maxDepth = 64

// scanner reads one JSON text, strictly (RFC 8259, no duplicate names), and
// notes each value's place in the document.
type scanner struct {
	*document
	at int
}

func (s *scanner) value(depth int) Reason {
	if s.at == len(s.text) {
		return NotJSON
	}
	switch c := s.text[s.at]; {
	case c == '{':
		return s.object(depth + 1)
	case c == '[':
		return s.array(depth + 1)
	case c == '"':
		return s.string()
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	}
	return s.literal()
}

func (s *scanner) object(depth int) Reason {
	if depth > maxDepth {
		return TooDeep
	}
	node := s.open(object)
	s.at++
	s.space()
	for first := true; !s.take('}'); first = false {
		if !first && !s.take(',') {
			return NotJSON
		}
		s.space()
		start := s.at + 1
		escaped, ok := s.quoted()
		end := s.at - 1
		s.space()
		if !ok || !s.take(':') {
			return NotJSON
		}
		s.space()
		member := len(s.nodes)
		if reason := s.value(depth); reason != Accepted {
			return reason
		}
		s.nodes[member].key, s.nodes[member].keyEscaped = span{start, end}, escaped
		s.space()
	}
	s.close(node)
	return s.distinct(node)
}

func (s *scanner) array(depth int) Reason {
	if depth > maxDepth {
		return TooDeep
	}
	node := s.open(array)
	s.at++
	s.space()
	for first := true; !s.take(']'); first = false {
		if !first && !s.take(',') {
			return NotJSON
		}
		s.space()
		if reason := s.value(depth); reason != Accepted {
			return reason
		}
		s.space()
	}
	s.close(node)
	return Accepted
}

func (s *scanner) string() Reason {
	node := s.open(text)
	escaped, ok := s.quoted()
	if !ok {
		return NotJSON
	}
	s.close(node)
	s.nodes[node].escaped = escaped
	return Accepted
}

// quoted passes over a string and says whether it holds escapes.
func (s *scanner) quoted() (escaped, ok bool) {
	if !s.take('"') {
		return false, false
	}
	for s.at < len(s.text) {
		c := s.text[s.at]
		s.at++
		switch {
		case c == '"':
			return escaped, true
		case c < ' ':
			return escaped, false
		case c == '\\':
			escaped = true
			if !s.escape() {
				return escaped, false
			}
		}
	}
	return escaped, false
}

func (s *scanner) escape() bool {
	if s.at == len(s.text) {
		return false
	}
	c := s.text[s.at]
	s.at++
	if c != 'u' {
		return strings.IndexByte(`"\/bfnrt`, c) >= 0
	}
	for range 4 {
		if s.at == len(s.text) || !hex(s.text[s.at]) {
			return false
		}
		s.at++
	}
	return true
}

func hex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func (s *scanner) number() Reason {
	node := s.open(number)
	if s.take('-') && strings.HasPrefix(s.text[s.at:], "Infinity") {
		return NotFinite
	}
	if !s.take('0') && !s.digits() {
		return NotJSON
	}
	if s.take('.') && !s.digits() {
		return NotJSON
	}
	if s.take('e') || s.take('E') {
		if !s.take('+') {
			s.take('-')
		}
		if !s.digits() {
			return NotJSON
		}
	}
	s.close(node)
	return Accepted
}

func (s *scanner) digits() bool {
	start := s.at
	for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
		s.at++
	}
	return s.at > start
}

func (s *scanner) literal() Reason {
	rest := s.text[s.at:]
	for _, l := range [...]struct {
		word string
		kind kind
	}{{"null", null}, {"true", yes}, {"false", no}} {
		if strings.HasPrefix(rest, l.word) {
			node := s.open(l.kind)
			s.at += len(l.word)
			s.close(node)
			return Accepted
		}
	}
	if strings.HasPrefix(rest, "NaN") || strings.HasPrefix(rest, "Infinity") {
		return NotFinite
	}
	return NotJSON
}

func (s *scanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

func (s *scanner) take(c byte) bool {
	if s.at < len(s.text) && s.text[s.at] == c {
		s.at++
		return true
	}
	return false
}
