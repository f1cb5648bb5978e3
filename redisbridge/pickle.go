package redisbridge

import "strconv"

const (
	maxPickle       = 1 << 20 // bytes
	maxPickled      = 100_000 // values that one says
	pickleProtocols = 5
)

// The values of a pickle besides nil, bool, int64, float64, string and []byte. Lists and dictionaries are
// named by pointer, since a pickle fills them after it has put them somewhere.
type (
	pyList  struct{ items []any }
	pyTuple []any
	pyDict  struct {
		keys   []string
		values []any
		places map[string]int // in both
	}
)

// unpickler reads a pickle as data. It knows the opcodes that Python writes for plain values, and refuses
// every other: nothing is ever looked up by name, made or called.
type unpickler struct {
	text  string
	at    int
	stack []any
	marks []int // heights of the stack
	memo  map[uint64]any
	made  int // values so far, and marks, and places in memo
}

// unpickle is the one value of a pickle, or the reason why it is not read.
func unpickle(text string) (any, Reason) {
	if len(text) > maxPickle {
		return nil, TooLarge
	}
	u := unpickler{text: text, memo: make(map[uint64]any)}
	for u.at < len(text) {
		op := text[u.at]
		u.at++
		if op == '.' {
			return u.stop()
		}
		if reason := u.step(op); reason != Accepted {
			return nil, reason
		}
	}
	return nil, BadPickle
}

// stop accepts the value that is left, if it is the only one.
func (u *unpickler) stop() (any, Reason) {
	if len(u.stack) != 1 || len(u.marks) > 0 || u.at != len(u.text) {
		return nil, BadPickle
	}
	return u.stack[0], Accepted
}

func (u *unpickler) step(op byte) Reason {
	switch op {
	case '\x80':
		return u.protocol()
	case '\x95':
		return u.frame()
	case '(':
		u.marks = append(u.marks, len(u.stack))
		return u.count()
	case 'N':
		return u.push(nil)
	case '\x88', '\x89':
		return u.push(op == '\x88')
	case 'I', 'L', 'J', 'K', 'M', '\x8a', '\x8b':
		return u.integer(op)
	case 'F', 'G':
		return u.float(op)
	case 'V', 'X', '\x8c', '\x8d':
		return u.unicode(op)
	case 'B', 'C', '\x8e':
		return u.bytes(op)
	case '}', ']', ')', 'd', 'l', 't', '\x85', '\x86', '\x87':
		return u.build(op)
	case 'a', 'e', 's', 'u':
		return u.fill(op)
	case 'p', 'q', 'r', '\x94', 'g', 'h', 'j':
		return u.remember(op)
	case 'c':
		return u.global()
	case 'R':
		return u.reduce()
	case '\x93', 'i', 'o', '\x81', '\x92', 'b', 'P', 'Q', '\x82', '\x83', '\x84':
		return UnsafePickle // these look something up, make it, or call it
	}
	return BadPickle
}

func (u *unpickler) protocol() Reason {
	if n, ok := u.number(1); !ok || n > pickleProtocols {
		return BadPickle
	}
	return Accepted
}

// frame only says that so many bytes follow.
func (u *unpickler) frame() Reason {
	if n, ok := u.number(8); !ok || n > uint64(len(u.text)-u.at) {
		return BadPickle
	}
	return Accepted
}

func (u *unpickler) push(value any) Reason {
	u.stack = append(u.stack, value)
	return u.count()
}

// count bounds what a pickle may make: it takes far more memory than the byte that makes it. Python also
// remembers most values.
func (u *unpickler) count() Reason {
	if u.made++; u.made > 2*maxPickled {
		return TooMany
	}
	return Accepted
}

// take cuts the next n bytes out.
func (u *unpickler) take(n uint64) (string, bool) {
	if n > uint64(len(u.text)-u.at) {
		return "", false
	}
	cut := u.text[u.at : u.at+int(n)]
	u.at += int(n)
	return cut, true
}

// line cuts the text up to the next line break out.
func (u *unpickler) line() (string, bool) {
	for end := u.at; end < len(u.text); end++ {
		if u.text[end] == '\n' {
			line := u.text[u.at:end]
			u.at = end + 1
			return line, true
		}
	}
	return "", false
}

// number reads width bytes, the lowest first.
func (u *unpickler) number(width uint64) (n uint64, ok bool) {
	digits, ok := u.take(width)
	for i := len(digits) - 1; i >= 0; i-- {
		n = n<<8 | uint64(digits[i])
	}
	return n, ok
}

// remember keeps the top of the stack under a number, or brings back what was kept.
func (u *unpickler) remember(op byte) Reason {
	var n uint64
	ok := true
	switch op {
	case 'p', 'g':
		var line string
		line, ok = u.line()
		parsed, err := strconv.ParseUint(line, 10, 32)
		n, ok = parsed, ok && err == nil
	case 'q', 'h':
		n, ok = u.number(1)
	case 'r', 'j':
		n, ok = u.number(4)
	case '\x94':
		n = uint64(len(u.memo))
	}
	if !ok {
		return BadPickle
	}
	if op == 'g' || op == 'h' || op == 'j' {
		value, kept := u.memo[n]
		if !kept {
			return BadPickle
		}
		return u.push(value)
	}
	top, ok := u.top()
	if !ok {
		return BadPickle
	}
	u.memo[n] = top
	return u.count()
}

// top is the latest value above the last mark.
func (u *unpickler) top() (any, bool) {
	if len(u.stack) <= u.floor() {
		return nil, false
	}
	return u.stack[len(u.stack)-1], true
}

func (u *unpickler) pop() (any, bool) {
	value, ok := u.top()
	if ok {
		u.stack = u.stack[:len(u.stack)-1]
	}
	return value, ok
}

// floor is the height of the stack at the last mark.
func (u *unpickler) floor() int {
	if len(u.marks) == 0 {
		return 0
	}
	return u.marks[len(u.marks)-1]
}
