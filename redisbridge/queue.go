package redisbridge

import (
	"sync"
	"time"
)

// raw is a message as it came off the subscription.
type raw struct {
	row      int // in the table
	text     string
	received time.Time
}

// rawOverhead is about what a waiting message takes besides its text.
const rawOverhead = 96

func (r raw) size() int { return len(r.text) + rawOverhead }

// queue holds messages between the reader and the router loop, bounded in
// bytes. Pushing never waits. When it is full the oldest give way: a page is
// better served by what is happening now, and a job's result comes last.
type queue struct {
	// Set once, then read only.
	limit int
	// Guarded by mu.
	mu     sync.Mutex
	filled sync.Cond
	items  []raw
	head   int // items before it are gone
	bytes  int
	woken  bool
	closed bool
	until  time.Time // when closed: what is still here then stays
}

func newQueue(limit int) *queue {
	q := &queue{limit: limit}
	q.filled.L = &q.mu
	return q
}

// push adds a message and returns those that had to go for it.
func (q *queue) push(r raw) (displaced []raw) {
	q.mu.Lock()
	q.items = append(q.items, r)
	q.bytes += r.size()
	for q.bytes > q.limit && q.head < len(q.items)-1 {
		displaced = append(displaced, q.take())
	}
	q.mu.Unlock()
	q.filled.Signal()
	return displaced
}

// wokenUp is the row of no message at all: somebody has called wake.
const wokenUp = -1

// wake makes pop return soon, before what is waiting.
func (q *queue) wake() {
	q.mu.Lock()
	q.woken = true
	q.mu.Unlock()
	q.filled.Signal()
}

// pop waits for a message; false means that the queue is closed, and empty or out of time.
func (q *queue) pop() (raw, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.head == len(q.items) && !q.closed && !q.woken {
		q.filled.Wait()
	}
	if q.woken {
		q.woken = false
		return raw{row: wokenUp}, true
	}
	if q.head == len(q.items) || q.closed && time.Now().After(q.until) {
		return raw{}, false
	}
	return q.take(), true
}

// take removes the oldest message. The caller holds mu.
func (q *queue) take() raw {
	r := q.items[q.head]
	q.items[q.head] = raw{}
	q.head++
	q.bytes -= r.size()
	switch {
	case q.head == len(q.items):
		q.items, q.head = q.items[:0], 0
	case q.head > len(q.items)/2 && q.head > compactFrom:
		kept := copy(q.items, q.items[q.head:])
		clear(q.items[kept:])
		q.items, q.head = q.items[:kept], 0
	}
	return r
}

// compactFrom is how many gone messages are worth moving the others.
const compactFrom = 1024

// close lets pop hand out what is there, for this long.
func (q *queue) close(grace time.Duration) {
	q.mu.Lock()
	q.closed, q.until = true, time.Now().Add(grace)
	q.mu.Unlock()
	q.filled.Broadcast()
}

// rest takes out all that is left.
func (q *queue) rest() []raw {
	q.mu.Lock()
	defer q.mu.Unlock()
	rest := q.items[q.head:]
	q.items, q.head, q.bytes = nil, 0, 0
	return rest
}

func (q *queue) state() QueueState {
	q.mu.Lock()
	defer q.mu.Unlock()
	return QueueState{Messages: len(q.items) - q.head, Bytes: q.bytes, Limit: q.limit}
}
