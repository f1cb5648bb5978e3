package redisbridge

import (
	"iter"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
)

// window gathers events of one name from the first until its time is up. Of each symbol and type it keeps
// the last one, in the place of the first.
type window struct {
	// Set once, then read only.
	batch
	cfg  config.Streaming
	wake func()
	// Owned by the router loop. A window without elements is closed.
	row      int // of the channel that opened it
	channel  string
	elements [][]byte
	places   map[place]int // of the elements
	bytes    int
	due      time.Time
	timer    *time.Timer
	// Safe for anyone.
	waiting  atomic.Int64
	buffered atomic.Uint64
	replaced atomic.Uint64
	flushed  atomic.Uint64
	cycles   atomic.Uint64
}

// place is what a later event of the same takes over.
type place struct{ symbol, kind string }

func (w *window) isOpen() bool { return len(w.elements) > 0 }

func (w *window) full() bool {
	return len(w.elements) >= w.cfg.MaxBuffer || w.bytes > windowBytes
}

// put adds an event, or replaces what it is news of.
func (w *window) put(row int, event rooms.Event) {
	if !w.isOpen() {
		w.open(row, event.Channel)
	}
	w.buffered.Add(1)
	w.bytes += len(event.Payload)
	at := place{event.Traits.Symbol, event.Traits.Pattern}
	if i, known := w.places[at]; known {
		w.bytes -= len(w.elements[i])
		w.elements[i] = event.Payload
		w.replaced.Add(1)
		return
	}
	w.places[at] = len(w.elements)
	w.elements = append(w.elements, event.Payload)
	w.waiting.Store(int64(len(w.elements)))
}

func (w *window) open(row int, channel string) {
	w.row, w.channel, w.places = row, channel, make(map[place]int)
	w.due = time.Now().Add(w.cfg.BufferInterval)
	w.timer = time.AfterFunc(w.cfg.BufferInterval, w.wake)
}

// close forgets what was flushed. Only now nothing waits any more.
func (w *window) close() {
	w.timer.Stop()
	w.elements, w.places, w.bytes = nil, nil, 0
	w.cycles.Add(1)
	w.waiting.Store(0)
}

// events makes events of the elements, and says how many are in each. Their time is now: that
// they waited was meant, and is no slowness.
func (w *window) events(now time.Time) iter.Seq2[rooms.Event, int] {
	return func(yield func(rooms.Event, int) bool) {
		for elements := range slices.Chunk(w.elements, batchElements) {
			event := rooms.Event{
				Name:     w.event,
				Channel:  w.channel,
				Received: now,
				Audience: everyone(),
				Payload:  w.payload(elements, now),
			}
			if !yield(event, len(elements)) {
				return
			}
		}
	}
}

func (w *window) payload(elements [][]byte, now time.Time) []byte {
	size := len(w.list) + 64 // of what stands around them
	for _, element := range elements {
		size += len(element) + 1
	}
	out := append(make([]byte, 0, size), `{"`+w.list+`":[`...)
	for i, element := range elements {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, element...)
	}
	out = append(out, `],"count":`...)
	out = strconv.AppendInt(out, int64(len(elements)), 10)
	out = append(append(out, `,"timestamp":`...), epoch(now)...)
	return append(out, '}')
}

func (w *window) state() WindowState {
	return WindowState{
		Event:        w.event,
		Waiting:      int(w.waiting.Load()),
		Buffered:     w.buffered.Load(),
		Deduplicated: w.replaced.Load(),
		Flushed:      w.flushed.Load(),
		Cycles:       w.cycles.Load(),
	}
}
