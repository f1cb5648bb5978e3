package rooms

import (
	"hash/maphash"
	"sync/atomic"
)

// directory finds the posting of a value without a lock while one goroutine changes it.
type directory struct {
	seed   maphash.Seed
	chains atomic.Pointer[[]atomic.Pointer[link]] // their number is a power of two
	n      int
}

// link is never changed: who has one can follow the chain, whatever becomes of the directory.
type link struct {
	posting *posting
	next    *link
}

const (
	chainsMin   = 8
	chainsShare = 8 // there are never more chains than this for one posting
)

// find is nil if nothing has that value.
func (d *directory) find(value string) *posting {
	if chains := d.chains.Load(); chains != nil {
		for l := d.chain(*chains, value).Load(); l != nil; l = l.next {
			if l.posting.value == value {
				return l.posting
			}
		}
	}
	return nil
}

func (d *directory) chain(chains []atomic.Pointer[link], value string) *atomic.Pointer[link] {
	return &chains[maphash.String(d.seed, value)&uint64(len(chains)-1)]
}

// add enters a posting whose value has none.
func (d *directory) add(p *posting) {
	chains := d.chains.Load()
	switch {
	case chains == nil:
		d.seed = maphash.MakeSeed() // seen by no one before the chains are
		chains = d.resize(chainsMin)
	case d.n == len(*chains):
		chains = d.resize(2 * d.n)
	}
	chain := d.chain(*chains, p.value)
	chain.Store(&link{p, chain.Load()})
	d.n++
}

// remove rebuilds what stands before the posting in its chain.
func (d *directory) remove(p *posting) {
	chains := d.chains.Load()
	chain := d.chain(*chains, p.value)
	var before []*posting
	l := chain.Load()
	for ; l.posting != p; l = l.next {
		before = append(before, l.posting)
	}
	l = l.next
	for _, other := range before {
		l = &link{other, l}
	}
	chain.Store(l)
	if d.n--; len(*chains) > chainsMin && d.n*chainsShare < len(*chains) {
		d.resize(len(*chains) / 2)
	}
}

func (d *directory) resize(size int) *[]atomic.Pointer[link] {
	resized := make([]atomic.Pointer[link], size)
	if chains := d.chains.Load(); chains != nil {
		for i := range *chains {
			for l := (*chains)[i].Load(); l != nil; l = l.next {
				chain := d.chain(resized, l.posting.value)
				chain.Store(&link{l.posting, chain.Load()})
			}
		}
	}
	d.chains.Store(&resized)
	return &resized
}
