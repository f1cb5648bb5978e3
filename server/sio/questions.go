package sio

import (
	"slices"
	"sync"
	"time"
)

const (
	maxQuestions = 10_000           // sockets whose acknowledgement is awaited, in one namespace
	questionLife = 60 * time.Second // for an acknowledgement
)

// questions are the events of one namespace whose acknowledgement somebody awaits. Only those who were asked
// may answer: ids are easily guessed.
type questions struct {
	// Guarded by mu.
	mu    sync.Mutex
	open  map[uint64]*question
	order []*question // the oldest first; answered ones are taken out later
	asked int         // sockets of the open ones
}

type question struct {
	id     uint64
	until  time.Time
	of     []*Socket
	answer func(Message)
}

func newQuestions() *questions { return &questions{open: make(map[uint64]*question)} }

// ask opens a question. It is false if too many are open: then the event goes out like any other.
func (q *questions) ask(id uint64, of []*Socket, answer func(Message), now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.expire(now)
	if len(q.order) == maxQuestions { // not all of them open, or there is no room anyway
		q.order = slices.DeleteFunc(q.order, func(asked *question) bool { return q.open[asked.id] != asked })
	}
	if q.asked+len(of) > maxQuestions {
		return false
	}
	asked := &question{id, now.Add(questionLife), slices.Clone(of), answer}
	q.open[id] = asked
	q.order = append(q.order, asked)
	q.asked += len(of)
	return true
}

// settle closes a question that this socket was asked, and returns whom the answer is for; nil if there is none.
func (q *questions) settle(id uint64, by *Socket, now time.Time) func(Message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.expire(now)
	asked := q.open[id]
	if asked == nil || !slices.Contains(asked.of, by) {
		return nil
	}
	q.close(asked)
	return asked.answer
}

// expire closes what nobody has answered in time. The caller holds mu.
func (q *questions) expire(now time.Time) {
	for len(q.order) > 0 && !now.Before(q.order[0].until) {
		q.close(q.order[0])
		q.order[0] = nil
		q.order = q.order[1:]
	}
}

// close forgets a question, once. The caller holds mu.
func (q *questions) close(asked *question) {
	if q.open[asked.id] == asked {
		delete(q.open, asked.id)
		q.asked -= len(asked.of)
		asked.of = nil
	}
}
