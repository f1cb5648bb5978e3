package server

import (
	"slices"
	"time"

	"github.com/tickstock/tickcast/rooms"
)

// replay finds out what one socket would have been sent, by the router's own rules: it is a router of its
// own, with nothing but that socket's rooms and subscriptions. It is for one goroutine.
type replay struct {
	router *rooms.Router
	missed missed
}

// sending is an event as a socket gets it.
type sending struct {
	event    string
	payload  []byte
	position string
	received time.Time
}

// newReplay is about a socket of the namespace that is in these rooms. Only subscriptions of those rooms count.
func newReplay(market *rooms.Market, namespace string, in []rooms.Room, subscriptions []rooms.Subscription) (*replay, error) {
	r := &replay{missed: missed{namespace: namespace, in: in}}
	r.router = rooms.New(&r.missed, rooms.Limits{Market: market})
	for _, s := range subscriptions {
		if err := r.router.Subscribe(s); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// add takes the next event. Its time of reception counts for limits by the hour and for market hours.
func (r *replay) add(e rooms.Event) {
	r.missed.received = e.Received
	r.router.Route(e)
}

// trim forgets all but the newest, now and then.
func (r *replay) trim(most int) {
	if all := r.missed.sendings; len(all) > 2*most {
		r.missed.sendings = append(all[:0], all[len(all)-most:]...)
		clear(all[most:])
	}
}

// last are the newest of sendings.
func (r *replay) last(most int) []sending {
	return r.missed.sendings[max(0, len(r.missed.sendings)-most):]
}

// sendings are what came of the events, in their order.
func (r *replay) sendings() []sending { return r.missed.sendings }

// missed is an emitter with one socket, which writes down what it would be sent.
type missed struct {
	namespace string
	in        []rooms.Room
	sendings  []sending
	received  time.Time // of the event at hand
}

func (m *missed) Emit(namespace string, to []rooms.Room, event string, payload []byte, position string, except ...rooms.Room) int {
	if namespace != m.namespace || !m.isIn(to) || m.isIn(except) {
		return 0
	}
	m.sendings = append(m.sendings, sending{event, payload, position, m.received})
	return 1
}

func (m *missed) Broadcast(namespace, event string, payload []byte, position string, except ...rooms.Room) int {
	return m.Emit(namespace, m.in[:1], event, payload, position, except...)
}

func (m *missed) Present(namespace string) int {
	if namespace == m.namespace {
		return 1
	}
	return 0
}

func (m *missed) In(namespace string, room rooms.Room) int {
	if namespace == m.namespace && slices.Contains(m.in, room) {
		return 1
	}
	return 0
}

func (m *missed) isIn(any []rooms.Room) bool {
	return slices.ContainsFunc(any, func(room rooms.Room) bool { return slices.Contains(m.in, room) })
}
