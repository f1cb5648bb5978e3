package server

import (
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// pace is how often one socket may send the events that have it. Each has a bucket of its own.
type pace uint8

const (
	unpaced         pace = iota // costs next to nothing, or makes something smaller: letting go must never fail
	ofSubscriptions             // changing or listing them, as a page does a few times when it opens
	ofCharts                    // much larger than what asks for them
	ofBacktests                 // each costs Redis several commands
	paces                       // how many there are
)

// limits are the requests that are free at first, and the time in which one of them comes back.
func (p pace) limits() (burst int, each time.Duration) {
	if p == ofBacktests {
		return 10, time.Second
	}
	return 50, 100 * time.Millisecond
}

// bucket holds burst tokens. Each request takes one, which comes back in its time.
type bucket struct {
	full time.Time // when all will be back
}

func (b *bucket) take(p pace, now time.Time) bool {
	burst, each := p.limits()
	full := b.full
	if full.Before(now) {
		full = now
	}
	full = full.Add(each)
	if full.Sub(now) > time.Duration(burst)*each {
		return false
	}
	b.full = full
	return true
}

// paced bounds what one socket can ask for, if its event has a pace.
func (s *Sockets) paced(event browserEvent, next sio.Handler) sio.Handler {
	if event.Pace == unpaced {
		return next
	}
	return func(socket *sio.Socket, m sio.Message) sio.Message {
		if s.visitorOf(socket).paces[event.Pace].take(event.Pace, time.Now()) {
			return next(socket, m)
		}
		if event.Name == "subscribe_patterns" { // the one event whose page waits for an answer
			s.reply(socket, "error", errorMessage{string(errSubscription)})
		}
		return s.deny(&rooms.FieldError{Field: "rate", Problem: "too many requests, try again in a second"})
	}
}
