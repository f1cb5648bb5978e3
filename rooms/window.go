package rooms

import "time"

// windowStart is how many events a new window has room for.
const windowStart = 4

// window counts the events of the latest span exactly. It remembers no more than
// the most that are allowed: one before those could not make it any fuller.
type window struct {
	// Set once, then read only.
	most int // > 0
	span time.Duration
	// The caller's lock guards the rest: a ring of when events came, since any fixed moment.
	times []time.Duration
	first int
	n     int
}

func newWindow(most int, span time.Duration) *window { return &window{most: most, span: span} }

// full reports whether the most that are allowed came in the span that ends now.
func (w *window) full(now time.Duration) bool {
	w.expire(now)
	return w.n == w.most
}

// add counts an event, also one beyond the most.
func (w *window) add(now time.Duration) {
	w.expire(now)
	if w.n == w.most {
		w.drop()
	}
	switch size := len(w.times); {
	case w.n == size:
		w.resize(min(max(2*size, windowStart), w.most))
	case size >= shrinkFrom && w.n*shrinkShare < size:
		w.resize(size / 2)
	}
	w.times[(w.first+w.n)%len(w.times)] = now
	w.n++
}

// expire drops what is older than the span.
func (w *window) expire(now time.Duration) {
	for w.n > 0 && now-w.times[w.first] > w.span {
		w.drop()
	}
}

func (w *window) drop() {
	w.first = (w.first + 1) % len(w.times)
	w.n--
}

func (w *window) resize(size int) {
	times := make([]time.Duration, size)
	for i := range w.n {
		times[i] = w.times[(w.first+i)%len(w.times)]
	}
	w.times, w.first = times, 0
}
