package rooms

import "sync/atomic"

// readers knows who is reading the index. Whoever changes it neither waits for them nor lets
// them wait: what they may still be looking at is put aside until they have gone.
type readers struct {
	phase  atomic.Uint64
	inside [2]atomic.Int64 // by the parity of the phase in which they came
}

func (r *readers) enter() (phase uint64) {
	for {
		phase = r.phase.Load()
		r.inside[phase%2].Add(1)
		if r.phase.Load() == phase {
			return phase
		}
		r.inside[phase%2].Add(-1) // the phase has ended meanwhile: nobody may be waiting for this one
	}
}

func (r *readers) leave(phase uint64) { r.inside[phase%2].Add(-1) }

// advance begins the next phase once everybody has left who came before this one, so that there
// are readers of two phases at most. What was put aside in a phase is nobody's two phases later.
func (r *readers) advance() bool {
	phase := r.phase.Load()
	if r.inside[(phase+1)%2].Load() != 0 {
		return false
	}
	r.phase.Store(phase + 1)
	return true
}

// aside is what left the index while somebody may have been looking at it.
type aside struct {
	readers readers
	// Guarded by the index's mu.
	older []departed // before this phase
	newer []departed // in it
}

// departed is a slot whose subscription has been removed.
type departed struct {
	topic    *topicIndex
	slot     uint32
	last     bool // its room holds nothing else under the topic: the room's number is free, too
	unmarked bool // it is in no set any more, but who read one before may still come to it
}

func (a *aside) put(d departed) { a.newer = append(a.newer, d) }

// tidy makes free what nobody looks at any more. A slot passes twice: it is taken out of
// the sets, and when nobody has come by it there, it can hold another subscription.
func (a *aside) tidy() {
	for len(a.older)+len(a.newer) > 0 && a.readers.advance() {
		due := a.older
		a.older, a.newer = a.newer, due[:0] // no more is put there than has been read
		for _, d := range due {
			if d.unmarked {
				d.topic.vacate(d)
				continue
			}
			d.topic.unmark(d.slot)
			d.unmarked = true
			a.put(d)
		}
		clear(due[len(a.newer):])
		a.newer = shrink(a.newer)
	}
}
