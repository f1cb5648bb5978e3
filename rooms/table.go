package rooms

import (
	"maps"
	"slices"
)

// A table or slice gives memory back once less than a quarter of its peak is used.
const (
	shrinkShare = 4
	shrinkFrom  = 64 // below that it is not worth the copy
)

// table is a map that shrinks; Go's own keeps the memory of its peak.
// The copy is paid for by the many deletes that led to it.
type table[K comparable, V any] struct {
	entries map[K]V
	peak    int
}

func (t *table[K, V]) len() int { return len(t.entries) }

func (t *table[K, V]) get(key K) (V, bool) {
	v, ok := t.entries[key]
	return v, ok
}

func (t *table[K, V]) set(key K, v V) {
	if t.entries == nil {
		t.entries = make(map[K]V)
	}
	t.entries[key] = v
	t.peak = max(t.peak, len(t.entries))
}

func (t *table[K, V]) delete(key K) {
	delete(t.entries, key)
	if t.peak < shrinkFrom || len(t.entries)*shrinkShare > t.peak {
		return
	}
	smaller := make(map[K]V, len(t.entries))
	maps.Copy(smaller, t.entries)
	t.entries, t.peak = smaller, len(smaller)
}

// shrink returns list in less memory if most of its capacity is unused.
func shrink[T any](list []T) []T {
	if cap(list) < shrinkFrom || len(list)*shrinkShare > cap(list) {
		return list
	}
	return slices.Clone(list)
}
