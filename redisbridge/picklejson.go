package redisbridge

import (
	"math"
	"strconv"
	"strings"
)

// maxRetold bounds what becomes of a pickle, in bytes: the same text may stand in it again and again.
const maxRetold = 4 << 20

// retelling tells a pickle's value as JSON, with a placeholder for each of its bytes.
type retelling struct {
	out         []byte
	attachments [][]byte
	carried     int // bytes of the attachments
	told        int // values
}

// retell is strict about what a pickle may hold; what contains itself is too deep.
func retell(value any) (text string, attachments [][]byte, reason Reason) {
	var r retelling
	if reason := r.value(value, 0); reason != Accepted {
		return "", nil, reason
	}
	return string(r.out), r.attachments, Accepted
}

func (r *retelling) value(value any, depth int) Reason {
	if r.told++; r.told > maxPickled {
		return TooMany
	}
	if len(r.out)+r.carried > maxRetold {
		return TooLarge
	}
	switch value := value.(type) {
	case nil:
		r.out = append(r.out, "null"...)
	case bool:
		r.out = strconv.AppendBool(r.out, value)
	case int64:
		r.out = strconv.AppendInt(r.out, value, 10)
	case float64:
		r.out = append(r.out, floatText(value)...)
	case string:
		r.out = append(r.out, quoted(value)...)
	case []byte:
		r.attach(value)
	case *pyList:
		return r.list(value.items, depth+1)
	case pyTuple:
		return r.list(value, depth+1)
	case *pyDict:
		return r.dict(value, depth+1)
	default:
		return UnsafePickle
	}
	return Accepted
}

// attach leaves the place where an attachment belongs, as on the wire.
func (r *retelling) attach(data []byte) {
	r.out = append(r.out, `{"_placeholder":true,"num":`...)
	r.out = append(strconv.AppendInt(r.out, int64(len(r.attachments)), 10), '}')
	r.attachments = append(r.attachments, data)
	r.carried += len(data)
}

func (r *retelling) list(items []any, depth int) Reason {
	if depth > maxDepth {
		return TooDeep
	}
	r.out = append(r.out, '[')
	for i, item := range items {
		if i > 0 {
			r.out = append(r.out, ',')
		}
		if reason := r.value(item, depth); reason != Accepted {
			return reason
		}
	}
	r.out = append(r.out, ']')
	return Accepted
}

func (r *retelling) dict(d *pyDict, depth int) Reason {
	if depth > maxDepth {
		return TooDeep
	}
	r.out = append(r.out, '{')
	for i, key := range d.keys {
		if i > 0 {
			r.out = append(r.out, ',')
		}
		r.out = append(append(r.out, quoted(key)...), ':')
		if reason := r.value(d.values[i], depth); reason != Accepted {
			return reason
		}
	}
	r.out = append(r.out, '}')
	return Accepted
}

const (
	plainFrom = 1e-4 // numbers between these have no exponent in Python
	plainTo   = 1e16
)

// floatText is a float as Python writes it: a whole one keeps its ".0".
func floatText(f float64) string {
	if size := math.Abs(f); size != 0 && (size < plainFrom || size >= plainTo) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}
