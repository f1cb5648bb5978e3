package rooms

import (
	"strings"
	"sync/atomic"
	"time"
)

// slot is one subscription: what its filter lists is in its key, and in the sets. It is never
// changed while it holds one, but for its links: a filter that is replaced moves into another slot.
type slot struct {
	// Versions of the index; 0 = not yet.
	born atomic.Uint64
	died atomic.Uint64
	// Read for each slot that is found, so they stand together.
	room       Room
	confidence float64 // checked on the way out: the levels only prune
	place      uint32  // stands for the room while matching
	rare       *rare   // nil = the id is the topic's name, without limit
	key        string  // how many values, priority and market hours, then the four lists by the numbers of their values
	// Guarded by the index's mu.
	next  uint32 // the room's next slot, or none
	chain uint32 // the next room's first slot in the roster, or none
}

// rare is what most subscriptions do without.
type rare struct {
	id   string
	hour *window // nil = without limit; the limiter reads and counts
}

// lives reports whether the slot holds a subscription in that version. Only then may more of it be read.
func (at *slot) lives(version uint64) bool {
	died := at.died.Load() // first: a slot that is used again is born later than its death is taken back
	born := at.born.Load()
	return born != 0 && born <= version && (died == 0 || died > version)
}

func (at *slot) reached(confidence float64) bool {
	return !(at.confidence > 0 && confidence < at.confidence)
}

func (at *slot) hour() *window {
	if at.rare == nil {
		return nil
	}
	return at.rare.hour
}

func (t *topicIndex) id(at *slot) string {
	if at.rare == nil {
		return string(t.topic)
	}
	return at.rare.id
}

// rarely is what s has beyond the usual.
func (t *topicIndex) rarely(s Subscription, counted *window) *rare {
	hour := hourOf(s.Filter, counted)
	if hour == nil && s.ID == string(t.topic) {
		return nil
	}
	return &rare{strings.Clone(s.ID), hour}
}

// hourOf keeps what was counted while the limit remains: a page that comes back does not begin anew.
func hourOf(f Filter, counted *window) *window {
	switch {
	case f.MaxPerHour == 0:
		return nil
	case counted != nil && counted.most == f.MaxPerHour:
		return counted
	}
	return newWindow(f.MaxPerHour, time.Hour)
}

// pageSize keeps the price of growing small and even: one page, never a copy of everything.
const pageSize = 256

type page [pageSize]slot

// pages holds slots that stay where they are.
type pages struct {
	shelf shelf[page]
	end   atomic.Uint32 // above all slots that are taken
	// Guarded by the index's mu.
	taken numbers
}

func (p *pages) at(i uint32) *slot { return &p.shelf.at(i / pageSize)[i%pageSize] }

// find is nil where there are no slots any more.
func (p *pages) find(i uint32) *slot {
	if page := p.shelf.at(i / pageSize); page != nil {
		return &page[i%pageSize]
	}
	return nil
}

func (p *pages) take() uint32 {
	i := p.taken.take()
	if p.shelf.at(i/pageSize) == nil {
		p.shelf.put(i/pageSize, new(page))
	}
	p.end.Store(p.taken.end())
	return i
}

// free takes back a slot that nobody looks at any more, and its page if it was the last there.
func (p *pages) free(i uint32) {
	at := p.at(i)
	at.born.Store(0)
	at.died.Store(0)
	at.room, at.key, at.rare = "", "", nil
	p.taken.free(i)
	p.end.Store(p.taken.end())
	if from := i / pageSize * pageSize; p.taken.none(from, from+pageSize) {
		p.shelf.clear(i/pageSize, p.end.Load()/pageSize+1)
	}
}
