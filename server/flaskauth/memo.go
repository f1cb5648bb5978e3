package flaskauth

import (
	"container/list"
	"sync"
	"time"
)

// memo keeps answers for a short time, the latest of them, and lets all who have the same question at
// the same time wait for one answer.
type memo struct {
	// Set once, then read only.
	keep  time.Duration
	limit int
	// Guarded by mu.
	mu      sync.Mutex
	places  map[Key]*list.Element
	order   *list.List // of kept, the latest first
	flights map[Key]*flight
}

type kept struct {
	key    Key
	answer Answer
	at     time.Time
}

// flight is a question that is under way.
type flight struct {
	done   chan struct{}
	answer Answer
	err    error
}

func newMemo(keep time.Duration, limit int) *memo {
	return &memo{keep: keep, limit: limit, places: map[Key]*list.Element{}, order: list.New(), flights: map[Key]*flight{}}
}

// recall finds an answer that is fresh enough.
func (m *memo) recall(key Key, now time.Time) (Answer, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	place, known := m.places[key]
	if !known {
		return Answer{}, false
	}
	found := place.Value.(kept)
	if now.Sub(found.at) >= m.keep {
		m.drop(place)
		return Answer{}, false
	}
	return found.answer, true
}

// share puts the question, or waits for the answer to the same one.
func (m *memo) share(key Key, ask func() (Answer, error)) (Answer, error) {
	m.mu.Lock()
	if under, way := m.flights[key]; way {
		m.mu.Unlock()
		<-under.done
		return under.answer, under.err
	}
	f := &flight{done: make(chan struct{}), err: Unreachable} // if ask panics
	m.flights[key] = f
	m.mu.Unlock()
	defer m.land(key, f)
	f.answer, f.err = ask()
	return f.answer, f.err
}

// land keeps the answer, unless it was forgotten while it was under way.
func (m *memo) land(key Key, f *flight) {
	m.mu.Lock()
	defer m.mu.Unlock()
	close(f.done)
	if m.flights[key] != f {
		return
	}
	delete(m.flights, key)
	if f.err == nil && m.keep > 0 {
		m.put(kept{key, f.answer, time.Now()})
	}
}

// put replaces what was known under the key. mu is held.
func (m *memo) put(k kept) {
	if place, known := m.places[k.key]; known {
		m.drop(place)
	}
	m.places[k.key] = m.order.PushFront(k)
	if m.order.Len() > m.limit {
		m.drop(m.order.Back())
	}
}

// drop forgets one answer. mu is held.
func (m *memo) drop(place *list.Element) {
	delete(m.places, m.order.Remove(place).(kept).key)
}

// forget drops all that is known of a user, and all that is under way, of which nobody knows whom it will name.
func (m *memo) forget(user string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.flights)
	for place := m.order.Front(); place != nil; {
		next := place.Next()
		if place.Value.(kept).answer.User == user {
			m.drop(place)
		}
		place = next
	}
}
