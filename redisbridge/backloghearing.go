package redisbridge

import (
	"context"
	"sync/atomic"
)

// attendance is what a line has to do with the backlog.
type attendance struct {
	said   chan string  // on backlogChannel
	pulse  atomic.Int64 // the last time, by Redis' clock, that is not proved yet; 0 = none
	since  atomic.Int64 // from when on the line has heard all, by the same clock; 0 = Redis has not said yet
	judged atomic.Bool  // whether nothing was missed before the line is known
	// concluded is closed when that is known, or will not be.
	concluded chan struct{}
}

func newAttendance() attendance {
	return attendance{said: make(chan string, 64), concluded: make(chan struct{})}
}

func (a *attendance) hear(said string) {
	if len(said) > maxSaid {
		return
	}
	select {
	case a.said <- said:
	default: // who gets no answer takes it for no
	}
}

// approach tells the router what the newest entry is before a new line begins to hear: what it hears comes behind it.
func (k *Backlog) approach(ctx context.Context) {
	_, newest, err := k.pulse(ctx)
	if ctx.Err() != nil {
		return
	}
	if k.silent.Store(err != nil); err != nil {
		k.bridge.push(raw{row: opened})
		return
	}
	k.bridge.push(raw{row: opened, text: newest.String()})
}

// conclude tells the router whether anything may be missing. A start on one's own is no gap that anybody need know of.
func (k *Backlog) conclude(l *line, began int64, covered, first bool) {
	if began > 0 {
		k.silent.Store(false)
		k.heard.Store(began)
		l.attendance.pulse.Store(began)
		l.attendance.since.Store(began)
	}
	l.attendance.judged.Store(true)
	verdict := "gap"
	switch {
	case covered:
		verdict = "covered"
	case first:
		verdict = "start"
	}
	k.bridge.push(raw{row: judged, text: verdict})
	k.bridge.standing.hear() // what comes now goes out, behind what was missed
	close(l.attendance.concluded)
}

// prove notes that the line has heard all until the last pulse, and takes the next one.
func (k *Backlog) prove(ctx context.Context, l *line, until int64) {
	judged := l.attendance.judged.Load()
	if until > 0 && judged {
		k.heard.Store(until)
	}
	at, newest, err := k.pulse(ctx)
	if ctx.Err() != nil {
		return
	}
	if k.tell(err); err == nil {
		l.attendance.pulse.Store(at)
		if judged {
			l.attendance.since.CompareAndSwap(0, at) // Redis did not answer when the line was new
		}
		k.bridge.push(raw{row: pulsed, text: newest.String()})
	}
}

// listenTo is for the router: the word of those who watch the line.
func (k *Backlog) listenTo(r raw) {
	switch r.row {
	case opened:
		k.hearAnew(r.text)
	case judged:
		k.judge(r.text)
	case asked:
		select {
		case k.replies <- reply{r.text, k.sure()}:
		default: // who gets no answer takes it for no
		}
	case pulsed:
		if newest, ok := parseEntryID(r.text); ok {
			k.catchUp(newest)
		}
	}
}

// hearAnew is for the router: what comes now was heard on a new line, and all of it has an entry after newest.
func (k *Backlog) hearAnew(newest string) {
	k.live.Lock()
	k.doubtful = true
	if k.verdict == nil {
		k.verdict = make(chan struct{})
	}
	k.live.Unlock()
	base, ok := parseEntryID(newest)
	if !ok {
		k.release() // Redis does not answer: there is nothing to wait for
		return
	}
	if k.catchUp(base); len(k.owed) == 0 && len(k.held) == 0 {
		k.cursors.reset(base)
	}
}

// judge is for the router: it is known now whether anything was missed, or the line was lost before it was.
func (k *Backlog) judge(verdict string) {
	switch verdict {
	case "lost":
		k.giveUp() // what is held waits for the next verdict, so that it does not come before what was missed
		return
	case "covered":
		k.readUp()
	case "gap":
		k.miss("redis was not heard, by no instance")
	case "start":
		k.gap()
	}
	k.live.Lock()
	k.doubtful = false
	k.live.Unlock()
	k.giveUp()
	k.release()
}

// readUp reads what the others have heard.
func (k *Backlog) readUp() {
	if _, newest, err := k.pulse(context.Background()); err == nil {
		k.catchUp(newest)
	}
}

// giveUp lets go those who wait for a verdict.
func (k *Backlog) giveUp() {
	k.live.Lock()
	defer k.live.Unlock()
	if k.verdict != nil {
		close(k.verdict)
		k.verdict = nil
	}
}
