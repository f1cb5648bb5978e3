package server

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

const (
	replayPatience = 2 * time.Second // of a browser that connects
	replayTurns    = 4               // replays at one time: each may read the whole backlog
)

// catchUp is what a user missed, for one of the user's sockets, before that gets live events. The zero
// catchUp, and nil, is nothing.
type catchUp struct {
	user   string
	cursor string // where the user was
	from   string // what came after it is to be handed over; "" = nothing
	owed   bool   // something after the cursor was not to be had: it stays the user's
	handed bool   // something was handed over
	replay *replay
	queued int // the most that are handed over: the newest
	bytes  int
}

// missedByUser finds out what the user behind a socket missed: all of the subscriptions, and of the user's room, that
// came after what the user's browsers have proved to have seen. Whether the user has other sockets does not
// matter: one that is half open proves nothing. It may take a while, and comes before the socket is in any room.
func (s *Sockets) missedByUser(user string, saved *saved) *catchUp {
	if user == "" || saved == nil || s.sources.Backlog == nil {
		return nil
	}
	c := &catchUp{user: user, owed: saved.err != nil, queued: s.queued, bytes: s.most}
	c.cursor = newest(saved.cursor, s.cursors.at(user))
	if c.owed || c.cursor == "" || c.queued == 0 {
		return c
	}
	room := rooms.UserRoom(user)
	wanted := saved.kept
	if wanted == nil {
		wanted = universalOf(s.router.Subscriptions(room))
	}
	c.replay, _ = newReplay(s.sources.Limits.Market, "/", []rooms.Room{room}, nil) // without subscriptions none is refused
	for _, held := range wanted {
		_ = c.replay.router.Subscribe(held) // one too many has no live events either
	}
	c.from = s.replayTo(c)
	return c
}

// replayTo asks the backlog and says how far it got; without an answer all is owed.
func (s *Sockets) replayTo(c *catchUp) (to string) {
	ctx, cancel := context.WithTimeout(context.Background(), replayPatience)
	defer cancel()
	done, ok := s.replayTurn(ctx, c.user)
	if !ok {
		c.owed, c.replay = true, nil
		return ""
	}
	defer done()
	to, whole, err := s.sources.Backlog.Replay(ctx, c.cursor, c.each)
	switch {
	case err != nil:
		s.log.Warn().Err(err).Str("user", c.user).Msg("what a user missed cannot be had now: the next connect tries again")
		c.owed, c.replay = true, nil
		return ""
	case !whole:
		s.log.Info().Str("user", c.user).Msg("a user was away for longer than the backlog reaches")
	}
	return cmp.Or(to, c.cursor)
}

// replayTurn waits until few others replay, and none of the same user: who connects again and again with an old
// cursor must not take everybody's turns.
func (s *Sockets) replayTurn(ctx context.Context, user string) (done func(), ok bool) {
	own := make(chan struct{})
	for {
		other, busy := s.replaying.LoadOrStore(user, own)
		if !busy {
			break
		}
		select {
		case <-other.(chan struct{}):
		case <-ctx.Done():
			return nil, false
		}
	}
	leave := func() {
		s.replaying.Delete(user)
		close(own)
	}
	select {
	case s.replays <- struct{}{}:
		return func() { <-s.replays; leave() }, true
	case <-ctx.Done():
		leave()
		return nil, false
	}
}

// each takes the next event that was missed. What everybody gets is news for those who are here, and not kept.
func (c *catchUp) each(e rooms.Event) {
	if c.replay == nil || e.Audience.Rooms == nil && !e.Audience.Topic.Universal() {
		return
	}
	c.replay.add(e)
	c.replay.trim(c.queued)
}

// after hands over what was missed, the oldest first. The live events come behind.
func (c *catchUp) after(emit func(event string, payload []byte)) {
	if c == nil || c.replay == nil {
		return
	}
	var queue [][]byte
	size := 0
	for _, missed := range slices.Backward(c.replay.last(c.queued)) {
		payload, err := queuedMessage(missed)
		if size += len(payload); err != nil || size > c.bytes {
			break
		}
		queue = append(queue, payload)
	}
	c.handed = len(queue) > 0
	for _, payload := range slices.Backward(queue) {
		emit("queued_message", payload)
	}
}

// done moves the cursor to where the live events began. Whole says that nothing up to there is missing.
func (s *Sockets) done(socket *sio.Socket, c *catchUp, at string, whole bool) {
	switch {
	case c == nil:
	case c.owed:
		s.visitorOf(socket).owed.Store(true)
	case c.from != "" && !whole:
		s.visitorOf(socket).owed.Store(true)
		s.cursors.move(c.user, c.from)
	default:
		s.cursors.move(c.user, at)
		if c.handed {
			s.visitorOf(socket).lent = lent{is: at, was: c.cursor}
		}
	}
}

// lent is a move of the cursor by what was handed over to a socket that has proved nothing yet.
type lent struct{ is, was string }

// saidGoodbye is the end of a socket whose page has left it.
const saidGoodbye = "client namespace disconnect"

// goBack has the user get again what was handed over to a socket that ended without having proved that it came.
func (s *Sockets) goBack(socket *sio.Socket, reason string) {
	visitor := s.visitorOf(socket)
	if visitor.lent.is != "" && reason != saidGoodbye && s.prove(socket) == "" {
		s.cursors.goBack(visitor.user.ID, visitor.lent.is, visitor.lent.was)
	}
}

// queuedMessage is an event of the past as pages know it: the payload, and when it came. Their readers look at its
// type, which is the event's name but for the alerts of a user: those are pattern alerts to them.
func queuedMessage(missed sending) ([]byte, error) {
	members := map[string]json.RawMessage{}
	if json.Unmarshal(missed.payload, &members) != nil || members == nil {
		members = map[string]json.RawMessage{"data": bytes.Clone(missed.payload)}
	}
	added := map[string]any{"queued": true, "queued_at": epoch(missed.received), "queued_event": missed.event}
	switch {
	case strings.HasPrefix(missed.event, "tier_pattern_alert"):
		added["type"] = "pattern_alert"
		added["pattern"] = members["pattern_type"]
		added["event_data"] = alertData(members, missed.received)
		added["event"] = added["event_data"]
	case members["type"] == nil:
		added["type"] = missed.event
	}
	for name, value := range added {
		text, err := encode(value)
		if err != nil {
			return nil, err
		}
		members[name] = text
	}
	return encode(members)
}

// alertData is what readers of pattern alerts look into.
func alertData(members map[string]json.RawMessage, received time.Time) map[string]any {
	return map[string]any{
		"event_type": "pattern_detected",
		"source":     "TickStockPL",
		"timestamp":  epoch(received),
		"data": map[string]any{
			"pattern":    members["pattern_type"],
			"symbol":     members["symbol"],
			"confidence": members["confidence"],
			"tier":       members["tier"],
			"timestamp":  members["timestamp"],
		},
	}
}
