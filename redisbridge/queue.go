package redisbridge

import (
	"slices"
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
	var told []raw
	for q.bytes > q.limit && q.head < len(q.items)-1 {
		if r := q.take(); r.told() {
			told = append(told, r)
		} else {
			displaced = append(displaced, r)
		}
	}
	q.putBack(told)
	q.mu.Unlock()
	q.filled.Signal()
	return displaced
}

// putBack keeps what no message may displace where it was: in front. The caller holds mu.
func (q *queue) putBack(told []raw) {
	q.items = slices.Insert(q.items, q.head, told...)
	for _, r := range told {
		q.bytes += r.size()
	}
}

// The rows of no message at all.
const (
	wokenUp = -1 - iota // somebody has called wake
	opened              // what comes now was heard on a new line
	judged              // it is known whether anything was missed before it
	pulsed              // the backlog has got so far
	asked               // another instance wants to know whether we have heard all until now
)

// told says that it is the Bridge's own word to its router.
func (r raw) told() bool { return r.row < 0 }

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

const (
	batchMessages = 128 // taken at once
	batchBytes    = 1 << 20
)

// popAll waits like pop, and takes what waits, within reason. What is told comes alone.
func (q *queue) popAll(batch []raw) ([]raw, bool) {
	first, ok := q.pop()
	batch = append(batch[:0], first)
	if !ok || first.told() {
		return batch, ok
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	bytes := first.size()
	for q.head < len(q.items) && !q.woken && len(batch) < batchMessages {
		if bytes += q.items[q.head].size(); bytes > batchBytes || q.items[q.head].told() {
			break
		}
		batch = append(batch, q.take())
	}
	return batch, true
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
