package redisbridge

import "strconv"

// codec stands for the two names by which protocols 0 to 2, that have no opcode for bytes, say what bytes
// are. It is no function: reduce knows what each means, and a codec anywhere else is refused.
type codec uint8

const (
	latin1Bytes codec = iota // of a text and "latin1"
	emptyBytes               // of nothing
)

// global takes these two names, to the letter.
func (u *unpickler) global() Reason {
	module, found := u.line()
	name, ok := u.line()
	if !found || !ok {
		return BadPickle
	}
	switch module + " " + name {
	case "_codecs encode":
		return u.push(latin1Bytes)
	case "__builtin__ bytes":
		return u.push(emptyBytes)
	}
	return UnsafePickle
}

func (u *unpickler) reduce() Reason {
	given, found := u.pop()
	of, ok := u.pop()
	if !found || !ok {
		return BadPickle
	}
	args, isTuple := given.(pyTuple)
	switch of {
	case latin1Bytes:
		if isTuple && len(args) == 2 && args[1] == "latin1" {
			if data, ok := fromLatin1(args[0]); ok {
				return u.push(data)
			}
		}
	case emptyBytes:
		if isTuple && len(args) == 0 {
			return u.push([]byte{})
		}
	}
	return UnsafePickle
}

func fromLatin1(value any) ([]byte, bool) {
	words, ok := value.(string)
	data := make([]byte, 0, len(words))
	for _, r := range words {
		if r > 0xff {
			return nil, false
		}
		data = append(data, byte(r))
	}
	return data, ok
}

// build makes a list, a tuple or a dictionary: empty, of all above the last mark, or of the last few values.
func (u *unpickler) build(op byte) Reason {
	switch op {
	case '}':
		return u.push(newPyDict())
	case ']':
		return u.push(&pyList{})
	case ')':
		return u.push(pyTuple{})
	case '\x85', '\x86', '\x87':
		size := int(op - '\x84')
		if len(u.stack)-u.floor() < size {
			return BadPickle
		}
		return u.push(pyTuple(u.cut(len(u.stack) - size)))
	}
	items, ok := u.marked()
	if !ok {
		return BadPickle
	}
	switch op {
	case 'l':
		return u.push(&pyList{items})
	case 't':
		return u.push(pyTuple(items))
	}
	d := newPyDict()
	if !d.setAll(items) {
		return BadPickle
	}
	return u.push(d)
}

// fill adds to the list or dictionary below.
func (u *unpickler) fill(op byte) Reason {
	var items []any
	ok := true
	switch op {
	case 'a', 's':
		size := map[byte]int{'a': 1, 's': 2}[op]
		if len(u.stack)-u.floor() < size {
			return BadPickle
		}
		items = u.cut(len(u.stack) - size)
	default:
		items, ok = u.marked()
	}
	below, found := u.top()
	if !ok || !found {
		return BadPickle
	}
	switch below := below.(type) {
	case *pyList:
		if op == 'a' || op == 'e' {
			below.items = append(below.items, items...)
			return Accepted
		}
	case *pyDict:
		if (op == 's' || op == 'u') && below.setAll(items) {
			return Accepted
		}
	}
	return BadPickle
}

// marked takes all above the last mark, and the mark.
func (u *unpickler) marked() ([]any, bool) {
	if len(u.marks) == 0 {
		return nil, false
	}
	from := u.floor()
	u.marks = u.marks[:len(u.marks)-1]
	return u.cut(from), true
}

// cut takes all from that height of the stack.
func (u *unpickler) cut(from int) []any {
	items := append([]any(nil), u.stack[from:]...)
	u.stack = u.stack[:from]
	return items
}

func newPyDict() *pyDict { return &pyDict{places: make(map[string]int)} }

// setAll sets keys to values, which alternate. It is false if there is no value, or a key of a kind that JSON cannot have.
func (d *pyDict) setAll(items []any) bool {
	if len(items)%2 != 0 {
		return false
	}
	for i := 0; i < len(items); i += 2 {
		key, ok := keyOf(items[i])
		if !ok {
			return false
		}
		if place, known := d.places[key]; known {
			d.values[place] = items[i+1]
			continue
		}
		d.places[key] = len(d.keys)
		d.keys, d.values = append(d.keys, key), append(d.values, items[i+1])
	}
	return true
}

// keyOf is a key as Python writes it into JSON.
func keyOf(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case int64:
		return strconv.FormatInt(value, 10), true
	case float64:
		return floatText(value), true
	case bool:
		return strconv.FormatBool(value), true
	case nil:
		return "null", true
	}
	return "", false
}
