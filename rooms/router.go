package rooms

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"
)

// Emitter sends an event to sockets and returns how many. It keeps no argument
// after it returns but the payload, and never waits for a browser.
type Emitter interface {
	// Emit sends to each socket once that is in any of the rooms and in none of the excepted ones; no rooms are nobody.
	// position is the event's in the backlog; "" = it is not kept.
	Emit(namespace string, to []Room, event string, payload []byte, position string, except ...Room) int
	// Broadcast sends to everyone in the namespace who is in none of the excepted rooms.
	Broadcast(namespace, event string, payload []byte, position string, except ...Room) int
	// Present is how many sockets are in the namespace: for nobody nothing need be built.
	Present(namespace string) int
	// In is how many of them are in the room.
	In(namespace string, room Room) int
}

// Router hands each event to the emitter at most once, for those it is meant for. It is safe for concurrent use.
type Router struct {
	// Set once, then read only.
	emitter Emitter
	market  *Market
	// Safe for anyone.
	index     *Index
	limiter   *limiter
	rules     *alertRules
	interests spare[interest]
	routed    atomic.Uint64
	reached   atomic.Uint64
	matched   atomic.Uint64
	unmatched atomic.Uint64
	delivered atomic.Uint64
	failed    atomic.Uint64
	failure   atomic.Pointer[string]
	matching  histogram
	handover  histogram
}

// Stats is what the router has done so far.
type Stats struct {
	Routed        uint64 // events
	Reached       uint64 // events that some socket got
	Matched       uint64 // events of a topic that some room was interested in
	Unmatched     uint64 // events of a topic that interested nobody
	Delivered     uint64 // events times sockets
	Failed        uint64 // events whose matching broke down: nobody got them
	Failure       string // the last such breakdown
	RateLimited   uint64 // events times rooms that had enough in this second
	HourLimited   uint64 // events times rooms whose filters had enough in this hour
	RuleHeld      uint64 // events times users whose AlertRule kept them back
	Subscriptions map[Topic]int
	Index         IndexStats
	Matching      Latency // finding the rooms of an event
	Handover      Latency // from an event's arrival until it was in every outbox
}

// New returns a Router without subscriptions.
func New(emitter Emitter, limits Limits) *Router {
	return &Router{
		emitter:   emitter,
		market:    limits.Market,
		index:     NewIndex(),
		limiter:   newLimiter(limits.PerSecond),
		rules:     newAlertRules(limits.Market),
		interests: newSpare[interest](),
	}
}

// Subscribe adds s, or replaces the filter of the subscription of that name.
// An error wraps ErrBadFilter, ErrBadSubscription or ErrTooMany.
func (r *Router) Subscribe(s Subscription) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return r.index.Put(s)
}

// Unsubscribe removes the one subscription of that name and reports how many that were.
func (r *Router) Unsubscribe(room Room, topic Topic, id string) int {
	return r.index.Remove(room, topic, id)
}

// UnsubscribeAll removes what the room holds under the topic and reports how many that were.
func (r *Router) UnsubscribeAll(room Room, topic Topic) int { return r.index.RemoveTopic(room, topic) }

// Forget removes all that the room holds: its socket or user is gone.
func (r *Router) Forget(room Room) int { return r.index.RemoveRoom(room) }

// Subscriptions lists what the room holds, by topic and id.
func (r *Router) Subscriptions(room Room) []Subscription { return r.index.Subscriptions(room) }

// Route sends the event to its audience and returns how many sockets that were.
func (r *Router) Route(e Event) int {
	r.routed.Add(1)
	reached := r.send(e)
	r.delivered.Add(uint64(reached))
	if reached > 0 {
		r.reached.Add(1)
	}
	if !e.Received.IsZero() {
		r.handover.observe(time.Since(e.Received))
	}
	return reached
}

func (r *Router) send(e Event) int {
	to := e.Audience
	switch {
	case to.Topic != "":
		return r.sendToTopic(e)
	case r.emitter.Present(to.Namespace) == 0:
		return 0
	case to.Rooms == nil:
		return r.broadcast(e)
	case len(to.Rooms) == 0:
		return 0
	}
	return r.emitter.Emit(to.Namespace, to.Rooms, e.Name, e.payload(len(to.Rooms)), e.Position, to.excepted()...)
}

func (r *Router) broadcast(e Event) int {
	except := e.Audience.excepted()
	if e.Audience.Ruled {
		except = r.rules.appendHeld(except, e.Traits, e.Received)
	}
	return r.emitter.Broadcast(e.Audience.Namespace, e.Name, e.payload(0), e.Position, except...)
}

func (e Event) payload(rooms int) []byte {
	if e.Compose != nil {
		return e.Compose(rooms)
	}
	return e.Payload
}

func (r *Router) sendToTopic(e Event) int {
	to := r.interests.take()
	defer r.interests.keep(to)
	start := time.Now()
	if e.Received.IsZero() {
		e.Received = start
	}
	e.Traits.Closed = !r.market.Open(e.Received)
	err := r.interested(&e, to)
	r.matching.observe(time.Since(start))
	if err != nil { // too few is a nuisance, too many a leak
		failure := err.Error()
		r.failure.Store(&failure)
		r.failed.Add(1)
		return 0
	}
	if len(to.rooms) == 0 {
		r.unmatched.Add(1)
		return 0
	}
	r.matched.Add(1)
	r.limiter.admit(&e, to)
	switch {
	case len(to.rooms) == 0:
		return 0
	case e.Personal != nil:
		return r.sendEach(e, to)
	}
	return r.emitter.Emit(e.Audience.Namespace, to.rooms, e.Name, e.payload(len(to.rooms)), e.Position, e.Audience.excepted()...)
}

// sendEach is for the few events that name whom they are for. Subscriptions outlive their
// sockets, so most of the rooms may be empty: nothing is built for them.
func (r *Router) sendEach(e Event, to *interest) (reached int) {
	claims, except := to.claims, e.Audience.excepted()
	for i, room := range to.rooms {
		var own []claim
		own, claims = claimsOf(i, claims)
		if r.emitter.In(e.Audience.Namespace, room) == 0 {
			continue
		}
		if by, still := r.index.accepting(room, e.Audience.Topic, e.Traits, own); still {
			reached += r.emitter.Emit(e.Audience.Namespace, to.rooms[i:i+1], e.Name, e.Personal(room, by), e.Position, except...)
		}
	}
	return reached
}

// interested finds the rooms that the event is for. A panic while matching becomes an error.
func (r *Router) interested(e *Event, to *interest) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("match %s of %s: %v", e.Name, e.Audience.Topic, p)
		}
	}()
	to.reset(e.Personal != nil)
	r.index.match(e.Audience.Topic, &e.Traits, to)
	if only := e.Audience.Rooms; only != nil {
		to.keep(func(room Room, _ []claim) bool { return slices.Contains(only, room) })
	}
	return nil
}

// Stats returns the counters so far.
func (r *Router) Stats() Stats {
	s := Stats{
		Routed:        r.routed.Load(),
		Reached:       r.reached.Load(),
		Matched:       r.matched.Load(),
		Unmatched:     r.unmatched.Load(),
		Delivered:     r.delivered.Load(),
		Failed:        r.failed.Load(),
		RateLimited:   r.limiter.rateLimited.Load(),
		HourLimited:   r.limiter.hourLimited.Load(),
		RuleHeld:      r.rules.held.Load(),
		Subscriptions: r.index.Counts(),
		Index:         r.index.Stats(),
		Matching:      r.matching.read(),
		Handover:      r.handover.read(),
	}
	if failure := r.failure.Load(); failure != nil {
		s.Failure = *failure
	}
	return s
}
