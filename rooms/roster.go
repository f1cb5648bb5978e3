package rooms

import (
	"hash/maphash"
	"math/bits"
)

// roster finds the first slot of a room. It has a bucket for each room that is in it and grows and
// shrinks by one at a time, so that no subscription pays for a copy of everything. The rooms'
// names are in the slots; a map would keep them once more.
type roster struct {
	seed    maphash.Seed
	buckets []uint32 // the first slot in each, or none; further ones follow by slot.chain
}

// first is none if the room is not in it.
func (r *roster) first(slots *pages, room Room) uint32 {
	if len(r.buckets) == 0 {
		return none
	}
	i := r.buckets[r.bucket(room)]
	for i != none && slots.at(i).room != room {
		i = slots.at(i).chain
	}
	return i
}

// bucket doubles their number one by one: those beyond the last are still in their half's.
func (r *roster) bucket(room Room) uint64 {
	if len(r.buckets) == 1 {
		return 0
	}
	hash, half := maphash.String(r.seed, string(room)), r.half()
	if b := hash & (2*half - 1); b < uint64(len(r.buckets)) {
		return b
	}
	return hash & (half - 1)
}

// half is the largest power of two below the number of buckets.
func (r *roster) half() uint64 { return 1 << (bits.Len(uint(len(r.buckets)-1)) - 1) }

// add enters slot i, whose room is not in it.
func (r *roster) add(slots *pages, i uint32) {
	if r.buckets == nil {
		r.seed = maphash.MakeSeed()
	}
	r.buckets = append(r.buckets, none)
	r.put(slots, i)
	if len(r.buckets) > 1 {
		r.split(slots, uint64(len(r.buckets)-1)-r.half())
	}
}

func (r *roster) put(slots *pages, i uint32) {
	at := slots.at(i)
	b := r.bucket(at.room)
	at.chain, r.buckets[b] = r.buckets[b], i
}

// split puts each slot of bucket b where it belongs now.
func (r *roster) split(slots *pages, b uint64) {
	i := r.buckets[b]
	r.buckets[b] = none
	for i != none {
		next := slots.at(i).chain
		r.put(slots, i)
		i = next
	}
}

// remove takes out slot i.
func (r *roster) remove(slots *pages, i uint32) {
	at := &r.buckets[r.bucket(slots.at(i).room)]
	for *at != i {
		at = &slots.at(*at).chain
	}
	*at = slots.at(i).chain
	last := len(r.buckets) - 1
	moved := r.buckets[last]
	r.buckets = shrink(r.buckets[:last])
	for moved != none {
		next := slots.at(moved).chain
		r.put(slots, moved)
		moved = next
	}
}
