package server

import (
	"context"
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// What became of the browsers that wanted to go on where they were.
const (
	recovered          = "recovered"
	recoveryUnknown    = "unknown"    // no such pid, or not any more
	recoveryForeign    = "foreign"    // another user's, or of another namespace
	recoveryIncomplete = "incomplete" // something may be missing of what it has missed
	recoveryFailed     = "failed"     // Redis did not answer, or not well
	recoveryPostponed  = "postponed"  // it is to try again: too many at once, or overtaken by events
)

func newRecoveries() *tally {
	return newTally(recovered, recoveryUnknown, recoveryForeign, recoveryIncomplete, recoveryFailed, recoveryPostponed)
}

const (
	recoveriesAtOnce = 16
	replayOutboxes   = 2               // that missed events may fill; the bound that ends a connection is four
	comebackPatience = 4 * time.Second // for a slot and for the replay; a client waits for its CONNECT
	catchUpAfter     = 20 * time.Millisecond
	pidLength        = 26 // of those that we give
)

// comeback is a socket on its way back: what it was, and what it has missed so far.
type comeback struct {
	state  socketState
	from   string // the position up to which the browser has everything
	to     string // the one that missed has come to
	at     time.Time
	missed *replay
	bytes  int
	limit  int
}

// comeBack finds out whether a browser can go on where it was. It may wait for Redis.
func (s *Sockets) comeBack(socket *sio.Socket, past sio.Past) (id, from string) {
	limit, cancel := context.WithTimeout(context.Background(), comebackPatience)
	defer cancel()
	select {
	case s.recovery.slots <- struct{}{}:
		defer func() { <-s.recovery.slots }()
	case <-limit.Done():
		s.postpone(socket)
		return "", ""
	}
	back, result := s.lookBack(limit, socket, past)
	if result != recovered {
		s.recovery.results.add(result, 1)
		return "", ""
	}
	s.visitorOf(socket).back = back
	return back.state.ID, back.from
}

// recover is nil where nothing can be recovered: then CONNECT brings no pid.
func (sources Sources) recover(s *Sockets) func(*sio.Socket, sio.Past) (id, from string) {
	if !sources.recovers() {
		return nil
	}
	return s.comeBack
}

func (sources Sources) recovers() bool {
	return sources.Backlog != nil && sources.Recoveries != nil && sources.Recovery > 0
}

// postpone has the browser come again, knowing what it knows.
func (s *Sockets) postpone(socket *sio.Socket) {
	if s.recovery != nil {
		s.recovery.results.add(recoveryPostponed, 1)
	}
	socket.Drop()
}

func (s *Sockets) lookBack(ctx context.Context, socket *sio.Socket, past sio.Past) (*comeback, string) {
	if len(past.PID) != pidLength {
		return nil, recoveryUnknown
	}
	user := s.userOf(socket) // asked before the state is: it may take longer
	saved := s.recall(socket)
	short, cancel := context.WithTimeout(ctx, recoveryPatience)
	defer cancel()
	encoded, err := s.recovery.store.Find(short, past.PID)
	if !s.recovery.answered(err) {
		return nil, recoveryFailed
	}
	if encoded == nil {
		return nil, recoveryUnknown
	}
	state, err := readState(encoded)
	switch {
	case err != nil:
		s.log.Warn().Err(err).Msg("socket not recovered")
		return nil, recoveryFailed
	case user.Refusal != nil, state.User != user.ID, state.Namespace != socket.Namespace():
		return nil, recoveryForeign
	}
	from := past.Offset
	if _, told := parsePlace(from); from == "" || told && newer(state.At, from) { // it has proved more than it was told
		from = state.At
	}
	return s.replayFor(ctx, state, saved, from)
}

func (s *Sockets) replayFor(ctx context.Context, state socketState, saved *saved, from string) (*comeback, string) {
	held := state.Subscriptions
	if state.User != "" {
		held = append(held[:len(held):len(held)], s.heldBy(state.User, saved)...)
	}
	missed, err := newReplay(s.sources.Limits.Market, state.Namespace, state.rooms(), held)
	if err != nil {
		s.log.Warn().Err(err).Msg("socket not recovered")
		return nil, recoveryFailed
	}
	back := &comeback{state: state, from: from, to: from, missed: missed, limit: s.replayMax}
	complete, err := back.read(ctx, s.sources.Backlog)
	switch {
	case err != nil:
		s.log.Debug().Err(err).Msg("socket not recovered")
		return nil, recoveryFailed
	case !complete:
		return nil, recoveryIncomplete
	}
	return back, recovered
}

// read goes on from where it has come to. It is not complete if anything may be missing.
func (b *comeback) read(ctx context.Context, backlog Backlog) (complete bool, err error) {
	to, complete, err := backlog.Replay(ctx, b.to, b.add)
	if err != nil || !complete || b.tooMuch() {
		return false, err
	}
	b.to, b.at = to, time.Now()
	return true, nil
}

// catchUp reads once more if the way here took long: where everybody waits, little may be left to hand over.
func (b *comeback) catchUp(backlog Backlog) bool {
	if time.Since(b.at) < catchUpAfter {
		return true
	}
	limit, cancel := context.WithTimeout(context.Background(), comebackPatience/2)
	defer cancel()
	complete, err := b.read(limit, backlog)
	return complete && err == nil
}

// heldBy is what a user has subscribed to, whatever the socket: as it is kept for all instances, or as it is known here.
func (s *Sockets) heldBy(user string, saved *saved) []rooms.Subscription {
	if saved != nil && saved.err == nil && saved.kept != nil {
		return saved.kept
	}
	return s.router.Subscriptions(rooms.UserRoom(user))
}

// add takes the next event that was missed, unless that is too much by now.
func (b *comeback) add(e rooms.Event) {
	if b.tooMuch() {
		return
	}
	before := len(b.missed.sendings())
	b.missed.add(e)
	for _, sent := range b.missed.sendings()[before:] {
		b.bytes += len(sent.payload)
	}
}

// tooMuch is more than the outbox takes at once beside what comes live.
func (b *comeback) tooMuch() bool { return b.bytes > b.limit }
