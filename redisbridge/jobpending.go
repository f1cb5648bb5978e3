package redisbridge

import (
	"container/list"
	"sync"
	"time"
)

const (
	maxPendingJobs  = 10_000
	maxPendingBytes = 64 << 20
)

// pendingJobs are the updates that wait for Redis: one a job, the latest. It is
// bounded; the oldest progress gives way first, a result only to other results.
type pendingJobs struct {
	// Set once, then read only.
	maxJobs, maxBytes int
	// Guarded by mu.
	mu       sync.Mutex
	places   map[string]*list.Element // by job
	progress *list.List               // of *jobUpdate, the oldest first
	results  *list.List
	bytes    int
}

func newPendingJobs(maxJobs, maxBytes int) *pendingJobs {
	return &pendingJobs{
		maxJobs: maxJobs, maxBytes: maxBytes,
		places: make(map[string]*list.Element), progress: list.New(), results: list.New(),
	}
}

// put adds an update and returns those that had to go for it. What is final stays.
func (p *pendingJobs) put(u *jobUpdate) (lost []*jobUpdate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if place, waiting := p.places[u.id]; waiting {
		earlier := place.Value.(*jobUpdate)
		if earlier.final {
			return nil
		}
		u.started = earliest(earlier.started, u.started)
		p.remove(place)
	}
	p.add(u)
	for len(p.places) > p.maxJobs || p.bytes > p.maxBytes && len(p.places) > 1 {
		lost = append(lost, p.remove(p.oldest()))
	}
	return lost
}

// putBack returns an update that could not be written. What came meanwhile is newer.
func (p *pendingJobs) putBack(u *jobUpdate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if place, waiting := p.places[u.id]; waiting {
		newer := place.Value.(*jobUpdate)
		newer.started = earliest(u.started, newer.started)
		if newer.final || !u.final {
			return
		}
		p.remove(place)
	}
	p.add(u)
}

// take hands out results first; false means that nothing waits.
func (p *pendingJobs) take() (*jobUpdate, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, queue := range [...]*list.List{p.results, p.progress} {
		if place := queue.Front(); place != nil {
			return p.remove(place), true
		}
	}
	return nil, false
}

func (p *pendingJobs) len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.places)
}

// oldest is what gives way. The caller holds mu, here and below.
func (p *pendingJobs) oldest() *list.Element {
	if place := p.progress.Front(); place != nil {
		return place
	}
	return p.results.Front()
}

func (p *pendingJobs) add(u *jobUpdate) {
	queue := p.progress
	if u.final {
		queue = p.results
	}
	p.places[u.id] = queue.PushBack(u)
	p.bytes += u.size()
}

func (p *pendingJobs) remove(place *list.Element) *jobUpdate {
	u := place.Value.(*jobUpdate)
	queue := p.progress
	if u.final {
		queue = p.results
	}
	queue.Remove(place)
	delete(p.places, u.id)
	p.bytes -= u.size()
	return u
}

// earliest is the first of two times; zero is none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
