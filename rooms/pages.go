package rooms

// pageSize keeps the price of growing small and even: one page, never a copy of everything.
const pageSize = 256

// pages is a list that grows and shrinks at its end without moving its elements.
type pages[T any] struct {
	pages []*[pageSize]T
	n     uint32
}

func (p *pages[T]) at(i uint32) *T { return &p.pages[i/pageSize][i%pageSize] }

// push appends a zero element and returns its number.
func (p *pages[T]) push() uint32 {
	if int(p.n) == len(p.pages)*pageSize {
		p.pages = append(p.pages, new([pageSize]T))
	}
	p.n++
	return p.n - 1
}

// pop drops the last element. One empty page is kept, or coming and going at its edge would allocate each time.
func (p *pages[T]) pop() {
	p.n--
	var zero T
	*p.at(p.n) = zero
	if last := len(p.pages) - 1; len(p.pages)*pageSize-int(p.n) >= 2*pageSize {
		p.pages[last] = nil
		p.pages = p.pages[:last]
	}
}
