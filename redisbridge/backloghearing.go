package redisbridge

import (
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// backlogChannel is ours: who has (again) begun to hear asks the others there whether one of them heard all the time.
// That they have heard the question proves that they did until now.
const backlogChannel = "tickcast:backlog"

const (
	verdictWait = time.Second // for the others' answers
	maxSaid     = 256         // characters of what is said there
)

// attendance is what a line has to do with the backlog.
type attendance struct {
	said   chan string  // on backlogChannel
	pulse  atomic.Int64 // the last time, by Redis' clock, that is not proved yet; 0 = none
	judged atomic.Bool  // whether nothing was missed before the line is known
}

func newAttendance() attendance { return attendance{said: make(chan string, 64)} }

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

// inquiry is the question of one line, and what came of it.
type inquiry struct {
	nonce   string
	since   int64 // the others must have heard from then on
	others  int   // who may answer
	answers int
	covered bool
}

// attend finds out, once a line hears, whether anything was missed before, and answers the others until the line ends.
func (k *Backlog) attend(ctx context.Context, l *line) {
	select {
	case <-l.confirmed:
	case <-ctx.Done():
		k.giveUp()
		return
	}
	began, _, err := k.pulse(ctx)
	question := inquiry{nonce: rand.Text(), since: k.heard.Load()}
	first := question.since == 0
	if first {
		question.since = began
	}
	if err == nil {
		question.others = k.inquire(ctx, question.nonce)
	}
	limit := time.NewTimer(verdictWait)
	defer limit.Stop()
	open, hearing := true, int64(0)
	for over := false; ; {
		if ended := over || question.covered || question.answers >= question.others; open && ended && ctx.Err() == nil {
			open, hearing = false, began
			k.conclude(l, began, question.covered, first)
		}
		select {
		case said := <-l.attendance.said:
			k.listen(ctx, said, &question, hearing)
		case <-limit.C:
			over = true
		case <-ctx.Done():
			k.giveUp()
			return
		}
	}
}

// inquire asks, and returns how many can answer.
func (k *Backlog) inquire(ctx context.Context, nonce string) (others int) {
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Wait)
	defer cancel()
	heard, err := k.client.Publish(ctx, backlogChannel, "ask "+k.name+" "+nonce).Result()
	if _, several := k.client.(*redis.ClusterClient); several && err == nil {
		return maxSaid // PUBLISH counts the listeners of one node only
	}
	if err != nil {
		return 0
	}
	return int(heard) - 1 // we are one of them
}

// listen hears a question or an answer. hearing is since when we have heard; 0 = we do not know whether we missed anything.
func (k *Backlog) listen(ctx context.Context, said string, question *inquiry, hearing int64) {
	words := strings.Fields(said)
	switch {
	case len(words) != 3:
	case words[0] == "ask" && words[1] != k.name:
		ctx, cancel := context.WithTimeout(ctx, k.cfg.Wait)
		defer cancel()
		// Who gets no answer takes it for no.
		_ = k.client.Publish(ctx, backlogChannel, "heard "+words[2]+" "+strconv.FormatInt(hearing, 10)).Err()
	case words[0] == "heard" && words[1] == question.nonce:
		question.answers++
		since, err := strconv.ParseInt(words[2], 10, 64)
		question.covered = question.covered || err == nil && since > 0 && since <= question.since
	}
}

// conclude tells the router whether anything may be missing. A start on one's own is no gap that anybody need know of.
func (k *Backlog) conclude(l *line, began int64, covered, first bool) {
	if began > 0 {
		k.heard.Store(began)
		l.attendance.pulse.Store(began)
		l.attendance.judged.Store(true)
	}
	verdict := "gap"
	switch {
	case covered:
		verdict = "covered"
	case first:
		verdict = "start"
	}
	k.bridge.push(raw{row: judged, text: verdict})
}

// prove notes that the line has heard all until the last pulse, and takes the next one.
func (k *Backlog) prove(ctx context.Context, l *line, until int64) {
	if until > 0 && l.attendance.judged.Load() {
		k.heard.Store(until)
	}
	at, newest, err := k.pulse(ctx)
	if ctx.Err() != nil {
		return
	}
	if k.tell(err); err == nil {
		l.attendance.pulse.Store(at)
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
		return
	}
	if k.catchUp(base); len(k.owed) == 0 {
		k.cursors.reset(base)
	}
}

// judge is for the router: it is known now whether anything was missed.
func (k *Backlog) judge(verdict string) {
	switch verdict {
	case "gap":
		k.miss("redis was not heard, by no instance")
	case "start":
		k.gap()
	}
	k.live.Lock()
	k.doubtful = false
	k.live.Unlock()
	k.giveUp()
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
