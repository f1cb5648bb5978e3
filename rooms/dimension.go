package rooms

import (
	"encoding/binary"
	"slices"
	"strings"
)

// dimension is one list of the filters of a topic: for each value the slots
// whose list names it, and those without a list. Values are kept once and numbered.
type dimension struct {
	any     set // slots whose list is empty
	numbers table[string, uint32]
	values  []*posting // by number; nil = free
	free    []uint32
}

// posting holds the slots whose list names value.
type posting struct {
	value string
	slots set
}

// named returns the slots whose list names value, nil if none does.
func (d *dimension) named(value string) *set {
	number, ok := d.numbers.get(value)
	if !ok {
		return nil
	}
	return &d.values[number].slots
}

// number returns the number of value, a new one if need be.
func (d *dimension) number(value string) uint32 {
	if number, ok := d.numbers.get(value); ok {
		return number
	}
	value = strings.Clone(value) // it may be a piece of a large message
	number := d.vacant()
	d.values[number] = &posting{value: value}
	d.numbers.set(value, number)
	return number
}

func (d *dimension) vacant() uint32 {
	for len(d.free) > 0 {
		number := d.free[len(d.free)-1]
		d.free = d.free[:len(d.free)-1]
		if int(number) < len(d.values) { // not cut off since
			return number
		}
	}
	d.values = append(d.values, nil)
	return uint32(len(d.values) - 1)
}

// drop forgets a value that no slot names any more.
func (d *dimension) drop(number uint32) {
	d.numbers.delete(d.values[number].value)
	d.values[number] = nil
	d.free = append(d.free, number)
	for len(d.values) > 0 && d.values[len(d.values)-1] == nil {
		d.values = d.values[:len(d.values)-1]
	}
	if d.values = shrink(d.values); len(d.values) == 0 {
		d.free = nil
	}
}

// encode appends list to a slot's key: how many values, then their numbers, each once.
func (d *dimension) encode(key []byte, list []string) []byte {
	numbers := make([]uint32, 0, 16) // stays on the stack for an ordinary filter
	for _, value := range list {
		numbers = append(numbers, d.number(value))
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	key = binary.AppendUvarint(key, uint64(len(numbers)))
	for _, number := range numbers {
		key = binary.AppendUvarint(key, uint64(number))
	}
	return key
}

// mark enters slot i under the next list of its key.
func (d *dimension) mark(i uint32, key *keyReader) {
	n := key.next()
	if n == 0 {
		d.any.add(i)
	}
	for range n {
		d.values[key.next()].slots.add(i)
	}
}

// unmark undoes mark.
func (d *dimension) unmark(i uint32, key *keyReader) {
	n := key.next()
	if n == 0 {
		d.any.remove(i)
	}
	for range n {
		number := key.next()
		slots := &d.values[number].slots
		if slots.remove(i); slots.n == 0 {
			d.drop(number)
		}
	}
}

// decode returns the next list of a key as text, in no particular order.
func (d *dimension) decode(key *keyReader) []string {
	n := key.next()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = d.values[key.next()].value
	}
	return list
}

// keyReader reads a slot's key: how many values were listed, head, then the numbers of each list. Behind its end there are only zeros, so that trailing ones need not be kept.
type keyReader string

func (k *keyReader) head() (values int, least Priority, onlyOpen bool) {
	values = int(k.next())
	head := k.next()
	return values, Priority(head &^ marketHours), head&marketHours != 0
}

func (k *keyReader) next() uint32 {
	var number uint32
	for shift := 0; len(*k) > 0; shift += 7 {
		b := (*k)[0]
		*k = (*k)[1:]
		number |= uint32(b&0x7f) << shift
		if b < 0x80 {
			break
		}
	}
	return number
}
