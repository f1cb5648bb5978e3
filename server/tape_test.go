package server_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
)

// tape is a backlog in memory.
type tape struct {
	far    atomic.Pointer[string] // the end, for those who may not wait
	mu     sync.Mutex
	events []rooms.Event
	err    error
	behind int           // events at the end that Replay has not got yet, and Meet hands over
	broken bool          // Meet does not have them either
	gate   chan struct{} // nil = open
}

// record adds an event and returns its position.
func (t *tape) record(e rooms.Event) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	e.Position = fmt.Sprintf("%d-0-0", len(t.events)+1)
	t.events = append(t.events, e)
	t.far.Store(&e.Position)
	return e.Position
}

func (t *tape) end() string {
	if len(t.events) == 0 {
		return "0-0"
	}
	return t.events[len(t.events)-1].Position
}

func (t *tape) Settled() string {
	if far := t.far.Load(); far != nil {
		return *far
	}
	return "0-0"
}

func (t *tape) Replay(ctx context.Context, from string, each func(rooms.Event)) (to string, complete bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.gate != nil {
		select {
		case <-t.gate:
		case <-ctx.Done():
			return "", false, ctx.Err()
		}
	}
	if t.err != nil {
		return "", false, t.err
	}
	return t.play(t.events[:len(t.events)-t.behind], from, each), true, nil
}

func (t *tape) play(events []rooms.Event, from string, each func(rooms.Event)) (to string) {
	to = from
	for _, e := range events {
		if server.Newer(e.Position, from) {
			each(e)
			to = e.Position
		}
	}
	return to
}

func (t *tape) Meet(from string, each func(rooms.Event), join func(at string)) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if from != "" && !t.broken {
		t.play(t.events, from, each)
	}
	join(t.end())
	return from == "" || !t.broken
}

// fail is what Replay answers from now on.
func (t *tape) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err = err
}
