package redisbridge

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tickstock/tickcast/rooms"
)

const (
	verdictPatience = 1500 * time.Millisecond // of who asks while we find out whether anything was missed
	replayTime      = 5 * time.Second         // of one replay
	catchUpTick     = 2 * time.Millisecond
	catchUpTime     = 500 * time.Millisecond
)

// Replay hands over the events after a position that are kept, oldest first, and says how far it got: to where this
// instance has come itself. An event is good until each returns. It is not complete if any that came after from may be missing.
func (k *Backlog) Replay(ctx context.Context, from string, each func(rooms.Event)) (to string, complete bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, replayTime)
	defer cancel()
	p, ok := parsePosition(from)
	if ok {
		k.awaitVerdict(ctx)
		if err := k.turn(ctx); err != nil {
			return "", false, err
		}
		defer func() { <-k.turns }()
		ok = k.comesTo(ctx, p.entry)
	}
	k.live.Lock()
	until, sure := k.handled, k.sure()
	left, all := k.ring.after(p)
	left = slices.Clone(left)
	to = k.where()
	k.live.Unlock()
	if !ok || to == "" {
		return to, false, nil
	}
	reading := newReading(ctx, k, true)
	if all {
		for _, e := range left {
			reading.give(e, p, each)
		}
		return to, sure, ctx.Err()
	}
	complete, err = k.reread(ctx, p, until, func(e entry) { reading.give(e, p, each) })
	return to, complete && sure, err
}

// where is the position of all that was handled. The caller holds live.
func (k *Backlog) where() string {
	if !k.begun {
		return ""
	}
	return k.handled.String()
}

func (k *Backlog) awaitVerdict(ctx context.Context) {
	k.live.Lock()
	verdict, begun := k.verdict, k.begun
	k.live.Unlock()
	if verdict != nil && (!begun || k.attending.Load()) {
		within(ctx, verdictPatience, verdict)
	}
}

// turn waits until few enough others read.
func (k *Backlog) turn(ctx context.Context) error {
	select {
	case k.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for other replays: %w", ctx.Err())
	}
}

// comesTo waits until this instance has come as far as another one was. It is false if there is no such entry.
func (k *Backlog) comesTo(ctx context.Context, id entryID) bool {
	if !id.after(k.position()) {
		return true
	}
	_, newest, err := k.pulse(ctx)
	if err != nil || id.after(newest) {
		return false
	}
	k.bridge.push(raw{row: pulsed, text: newest.String()})
	ctx, cancel := context.WithTimeout(ctx, catchUpTime)
	defer cancel()
	for id.after(k.position()) {
		if within(ctx, catchUpTick, nil); ctx.Err() != nil {
			return false
		}
	}
	return true
}

// reread reads the stream from a position on until an entry. It is not whole if there was more once.
func (k *Backlog) reread(ctx context.Context, p position, until entryID, give func(entry)) (whole bool, err error) {
	first := p.first()
	whole = true
	for pages := k.cfg.Max/pageEntries + 2; ; pages-- {
		if pages == 0 {
			return false, nil
		}
		page, err := k.page(ctx, first, until)
		if err != nil {
			return false, err
		}
		for _, e := range page {
			whole = whole && (!e.isBreak() || !e.id.after(p.entry))
			give(e)
		}
		if len(page) < pageEntries {
			break
		}
		first = page[len(page)-1].id.next()
	}
	// Only now: while pages were read, entries may have gone.
	oldest, found, err := k.oldest(ctx)
	return whole && found && !oldest.id.after(p.entry), err
}

// Meet stops the live events between two of them, hands over those after from, and calls join with the position of
// the last one: what each was not given comes live, and nothing comes twice. It is not whole if events after
// from are not, or no longer, at hand: who has been away for long asks for a Replay first, and meets from there. join is called in any case, and neither may call the Backlog but for Settled.
func (k *Backlog) Meet(from string, each func(rooms.Event), join func(at string)) (whole bool) {
	k.live.Lock()
	defer k.live.Unlock()
	defer func() { join(k.where()) }()
	if from == "" {
		return true
	}
	p, ok := parsePosition(from)
	if !ok || !k.begun || p.entry.after(k.handled) {
		return false
	}
	left, all := k.ring.after(p)
	for _, e := range left {
		k.meeting.give(e, p, each)
	}
	return all && k.sure()
}

// reading translates kept messages again, with a memory of its own: what is live does not learn of it.
type reading struct {
	ctx     context.Context
	backlog *Backlog
	message message
	asks    bool // Redis, for owners of jobs who are not known here
}

func newReading(ctx context.Context, backlog *Backlog, asks bool) *reading {
	return &reading{ctx: ctx, backlog: backlog, message: message{memory: newMemory()}, asks: asks}
}

// give hands over what is left of a message for somebody at p.
func (r *reading) give(e entry, p position, each func(rooms.Event)) {
	b := r.backlog.bridge
	row, known := b.rows[e.channel]
	if !known || !b.channels[row].Replay || len(e.text) > b.cfg.MessageMax {
		return
	}
	channel := b.channels[row]
	defer func() {
		if cause := recover(); cause != nil {
			b.seldom.Error().Str("channel", channel.Name).Interface("panic", cause).Msg("a message of the backlog was skipped")
		}
	}()
	positions := stamp{entry: e.id.String()}
	for event, reason := range r.message.translate(channel, e.text, e.id.time()) {
		if reason != Accepted {
			continue
		}
		event.Position = positions.next()
		if e.id == p.entry && positions.event-1 <= p.event || !r.address(&event) {
			continue
		}
		each(event)
	}
}

// address says who may see an event. It is false if that is not known: then nobody gets it.
func (r *reading) address(event *rooms.Event) bool {
	b, job := r.backlog.bridge, r.message.ofJob
	if job == "" || b.jobs == nil {
		return true
	}
	if !r.asks && b.parked.holds(job) {
		return false // it is to come live
	}
	to, known := b.jobs.audience(job)
	if !known && r.asks {
		_ = b.jobs.askSome(r.ctx, []string{job}) // then nobody gets it
		to, known = b.jobs.audience(job)
	}
	event.Audience = to
	return known
}
