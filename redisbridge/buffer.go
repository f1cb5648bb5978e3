package redisbridge

import (
	"iter"
	"time"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
)

// batch says how events of one name go out together.
type batch struct {
	element string // the event that is gathered
	event   string // the one that brings several
	list    string // where they stand in it
}

// batches is the table of what is gathered. A new one needs its row here and a translator that makes the elements.
func batches() []batch {
	return []batch{
		{"streaming_pattern", "streaming_patterns_batch", "patterns"},
		{"streaming_indicator", "streaming_indicators_batch", "indicators"},
	}
}

const (
	batchElements = 20       // of one event: pages draw no more at once
	windowBytes   = 16 << 20 // of what waits in one window: more does not wait any longer
)

// buffer is what waits to go out in batches.
type buffer struct {
	cfg     config.Streaming
	windows []*window // in the order of the table
}

// newBuffer calls wake when the time of a window is up.
func newBuffer(cfg config.Streaming, wake func()) *buffer {
	b := &buffer{cfg: cfg}
	for _, batch := range batches() {
		b.windows = append(b.windows, &window{batch: batch, cfg: cfg, wake: wake})
	}
	return b
}

// window is where events of this name wait; nil if they do not.
func (b *buffer) window(event string) *window {
	for _, w := range b.windows {
		if b.cfg.BufferEnabled && w.element == event {
			return w
		}
	}
	return nil
}

// open are the windows with something in them.
func (b *buffer) open() iter.Seq[*window] {
	return func(yield func(*window) bool) {
		for _, w := range b.windows {
			if w.isOpen() && !yield(w) {
				return
			}
		}
	}
}

func (b *buffer) state() BufferState {
	s := BufferState{Enabled: b.cfg.BufferEnabled, Interval: b.cfg.BufferInterval}
	for _, w := range b.windows {
		s.Windows = append(s.Windows, w.state())
	}
	return s
}

// gather puts an event into the window of its name and reports false if there is none.
func (b *Bridge) gather(row int, event rooms.Event) bool {
	w := b.buffer.window(event.Name)
	if w == nil {
		return false
	}
	if w.put(row, event); w.full() {
		b.flush(w)
	}
	return true
}

// flushDue flushes the windows whose time is up.
func (b *Bridge) flushDue(now time.Time) {
	for w := range b.buffer.open() {
		if !now.Before(w.due) {
			b.flush(w)
		}
	}
}

// flush routes what a window holds, in as many events as it takes.
func (b *Bridge) flush(w *window) {
	for event, count := range w.events(time.Now()) {
		if b.send(raw{row: w.row}, event) {
			w.flushed.Add(uint64(count))
		}
	}
	w.close()
}
