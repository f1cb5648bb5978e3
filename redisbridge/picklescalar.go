package redisbridge

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// integer takes what fits into 64 bits.
func (u *unpickler) integer(op byte) Reason {
	var n uint64
	ok := true
	switch op {
	case 'I', 'L':
		return u.decimal(op)
	case 'J':
		n, ok = u.number(4)
		n = uint64(int32(uint32(n)))
	case 'K':
		n, ok = u.number(1)
	case 'M':
		n, ok = u.number(2)
	case '\x8a':
		n, ok = u.long(1)
	case '\x8b':
		n, ok = u.long(4)
	}
	if !ok {
		return BadPickle
	}
	return u.push(int64(n))
}

// long is a number of as many bytes as width bytes say, its sign in the highest bit.
func (u *unpickler) long(width uint64) (uint64, bool) {
	size, ok := u.number(width)
	if !ok || size > 8 {
		return 0, false
	}
	n, ok := u.number(size)
	if unused := 64 - 8*size; size > 0 {
		n = uint64(int64(n<<unused) >> unused)
	}
	return n, ok
}

// decimal is protocol 0: a line, in which 00 and 01 are False and True, and a long one ends with L.
func (u *unpickler) decimal(op byte) Reason {
	line, ok := u.line()
	if op == 'I' && (line == "00" || line == "01") {
		return u.push(line == "01")
	}
	if op == 'L' {
		line = strings.TrimSuffix(line, "L")
	}
	n, err := strconv.ParseInt(line, 10, 64)
	if !ok || err != nil {
		return BadPickle
	}
	return u.push(n)
}

func (u *unpickler) float(op byte) Reason {
	var f float64
	if op == 'G' {
		digits, ok := u.take(8)
		if !ok {
			return BadPickle
		}
		var bits uint64
		for i := range len(digits) {
			bits = bits<<8 | uint64(digits[i])
		}
		f = math.Float64frombits(bits)
	} else {
		line, ok := u.line()
		parsed, err := strconv.ParseFloat(line, 64)
		if !ok || err != nil {
			return BadPickle
		}
		f = parsed
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return NotFinite
	}
	return u.push(f)
}

func (u *unpickler) unicode(op byte) Reason {
	var words string
	var ok bool
	switch op {
	case 'V':
		line, found := u.line()
		words, ok = unescaped(line)
		ok = ok && found
	case 'X':
		words, ok = u.sized(4)
	case '\x8c':
		words, ok = u.sized(1)
	case '\x8d':
		words, ok = u.sized(8)
	}
	switch {
	case !ok:
		return BadPickle
	case !utf8.ValidString(words):
		return BadUTF8
	}
	return u.push(words)
}

func (u *unpickler) bytes(op byte) Reason {
	width := map[byte]uint64{'C': 1, 'B': 4, '\x8e': 8}[op]
	data, ok := u.sized(width)
	if !ok {
		return BadPickle
	}
	return u.push([]byte(data))
}

// sized cuts out as many bytes as width bytes say.
func (u *unpickler) sized(width uint64) (string, bool) {
	size, ok := u.number(width)
	if !ok {
		return "", false
	}
	return u.take(size)
}

// unescaped reads Latin-1 with \uXXXX and \UXXXXXXXX: the texts of protocol 0.
func unescaped(line string) (string, bool) {
	var out strings.Builder
	for i := 0; i < len(line); i++ {
		if line[i] != '\\' {
			out.WriteRune(rune(line[i]))
			continue
		}
		width := 0
		if i+1 < len(line) {
			width = map[byte]int{'u': 4, 'U': 8}[line[i+1]]
		}
		end := i + 2 + width
		if width == 0 || end > len(line) {
			return "", false
		}
		code, err := strconv.ParseUint(line[i+2:end], 16, 32)
		if err != nil || !utf8.ValidRune(rune(code)) {
			return "", false
		}
		out.WriteRune(rune(code))
		i = end - 1
	}
	return out.String(), true
}
