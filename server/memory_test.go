package server_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tickstock/tickcast/rooms"
)

// memoryBacklog has everything since it was made, or since the last trim.
type memoryBacklog struct {
	mu      sync.Mutex // held while an event is routed
	router  *rooms.Router
	events  []rooms.Event
	trimmed int // events that are gone
	ring    int // how many Meet can hand over; 0 = all
	last    sync.Map
}

// publish gives the event its position and routes it.
func (b *memoryBacklog) publish(e rooms.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e.Position = fmt.Sprintf("%d-1", len(b.events)+1)
	b.events = append(b.events, e)
	b.router.Route(e)
	b.last.Store("settled", e.Position)
}

func (b *memoryBacklog) trim() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trimmed = len(b.events)
}

func (b *memoryBacklog) Settled() string {
	if position, ok := b.last.Load("settled"); ok {
		return position.(string)
	}
	return "0-1"
}

func number(position string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSuffix(position, "-1"))
	if err != nil {
		return 0, errors.New("malformed position")
	}
	return n, nil
}

func (b *memoryBacklog) Replay(_ context.Context, from string, each func(rooms.Event)) (to string, complete bool, err error) {
	n, err := number(from)
	if err != nil {
		return "", false, err
	}
	b.mu.Lock()
	events, trimmed := slices.Clone(b.events), b.trimmed
	b.mu.Unlock()
	if n > len(events) {
		return "", false, nil
	}
	for _, e := range events[max(n, trimmed):] {
		each(e)
	}
	return fmt.Sprintf("%d-1", len(events)), n >= trimmed, nil
}

func (b *memoryBacklog) Meet(from string, each func(rooms.Event), join func(at string)) (whole bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	whole = true
	if n, err := number(from); err == nil {
		whole = b.ring == 0 || len(b.events)-n <= b.ring
		for _, e := range b.events[n:] {
			each(e)
		}
	}
	join(fmt.Sprintf("%d-1", len(b.events)))
	return whole
}

// memoryRecoveries are a Redis that can be away.
type memoryRecoveries struct {
	mu     sync.Mutex
	states map[string]string
	away   bool
}

var errAway = errors.New("redis is away")

func (m *memoryRecoveries) Keep(_ context.Context, pid string, state []byte, _ time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return errAway
	}
	if m.states == nil {
		m.states = map[string]string{}
	}
	m.states[pid] = string(state)
	return nil
}

func (m *memoryRecoveries) Find(_ context.Context, pid string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return nil, errAway
	}
	if state, ok := m.states[pid]; ok {
		return []byte(state), nil
	}
	return nil, nil
}

func (m *memoryRecoveries) Touch(_ context.Context, pids []string, _ time.Duration) (missing []string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, pid := range pids {
		if _, ok := m.states[pid]; !ok {
			missing = append(missing, pid)
		}
	}
	return missing, nil
}

func (m *memoryRecoveries) Forget(_ context.Context, pid string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.states, pid)
	return nil
}

// of is the state that is kept, "" for none.
func (m *memoryRecoveries) of(pid string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.states[pid]
}

func (m *memoryRecoveries) lose() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.states)
}

func (m *memoryRecoveries) goAway(away bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.away = away
}
