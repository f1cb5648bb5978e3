package server

import (
	"strings"
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// How often one socket may change or list subscriptions. A page does so a few times when it opens.
const (
	paceEach  = 100 * time.Millisecond // ten a second
	paceBurst = 50
)

// bucket holds paceBurst tokens. Each request takes one, which comes back in paceEach.
type bucket struct {
	full time.Time // when all will be back
}

func (b *bucket) take(now time.Time) bool {
	full := b.full
	if full.Before(now) {
		full = now
	}
	full = full.Add(paceEach)
	if full.Sub(now) > paceBurst*paceEach {
		return false
	}
	b.full = full
	return true
}

// paced bounds what one socket can ask of the index, if the event is about subscriptions.
func (s *Sockets) paced(event string, next sio.Handler) sio.Handler {
	if !strings.Contains(event, "subscri") {
		return next
	}
	return func(socket *sio.Socket, m sio.Message) sio.Message {
		if s.visitorOf(socket).pace.take(time.Now()) {
			return next(socket, m)
		}
		if event == "subscribe_patterns" { // the one event whose page waits for an answer
			s.reply(socket, "error", errorMessage{string(errSubscription)})
		}
		return s.deny(&rooms.FieldError{Field: "rate", Problem: "too many requests, try again in a second"})
	}
}
