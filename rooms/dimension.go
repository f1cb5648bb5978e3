package rooms

import (
	"encoding/binary"
	"slices"
	"strings"
	"sync/atomic"
)

// dimension is one list of the filters of a topic: for each value the slots
// whose list names it, and those without a list. Values are kept once and numbered.
type dimension struct {
	any    set          // slots whose list is empty
	choosy atomic.Int32 // how many have one
	values shelf[posting]
	byName directory
	// Guarded by the index's mu.
	taken numbers
}

// posting holds the slots whose list names value.
type posting struct {
	value  string
	number uint32
	slots  set
}

// named returns the slots whose list names value, nil if none does.
func (d *dimension) named(value string) *set {
	if p := d.byName.find(value); p != nil {
		return &p.slots
	}
	return nil
}

// number returns the number of value, a new one if need be.
func (d *dimension) number(value string) uint32 {
	if p := d.byName.find(value); p != nil {
		return p.number
	}
	p := &posting{value: strings.Clone(value), number: d.taken.take()} // it may be a piece of a large message
	d.values.put(p.number, p)
	d.byName.add(p)
	return p.number
}

// drop forgets a value that no slot names any more.
func (d *dimension) drop(p *posting) {
	d.byName.remove(p)
	d.taken.free(p.number)
	d.values.clear(p.number, d.taken.end())
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
		return
	}
	d.choosy.Add(1)
	for range n {
		d.values.at(key.next()).slots.add(i)
	}
}

// unmark undoes mark.
func (d *dimension) unmark(i uint32, key *keyReader) {
	n := key.next()
	if n == 0 {
		d.any.remove(i)
		return
	}
	for range n {
		p := d.values.at(key.next())
		if p.slots.remove(i); p.slots.len() == 0 {
			d.drop(p)
		}
	}
	d.choosy.Add(-1)
}

// decode returns the next list of a key as text, in no particular order.
func (d *dimension) decode(key *keyReader) []string {
	n := key.next()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = d.values.at(key.next()).value
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
