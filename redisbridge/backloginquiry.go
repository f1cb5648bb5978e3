package redisbridge

import (
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// backlogChannel is ours: who has (again) begun to hear asks the others there whether one of them heard all the time.
// That they have heard the question proves that they did until now.
const backlogChannel = "tickcast:backlog"

const (
	verdictWait = 500 * time.Millisecond // for the others' answers
	maxSaid     = 256                    // characters of what is said there
	maxReplies  = 64                     // that wait
)

// inquiry is the question of one line, and what came of it.
type inquiry struct {
	nonce   string
	since   int64 // the others must have heard from then on
	heard   bool  // by ourselves: the line is still there
	others  int   // who may answer
	answers int
	covered bool
}

// attend finds out, once a line hears, whether anything was missed before, and answers the others until the line ends.
func (k *Backlog) attend(ctx context.Context, l *line) {
	select {
	case <-l.confirmed:
	case <-ctx.Done():
		k.bridge.push(raw{row: judged, text: "lost"})
		return
	}
	k.attending.Store(true)
	defer k.attending.Store(false)
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
	open := true
	for over := err != nil; ; {
		if open && (over || question.covered || question.alone()) {
			open = false
			k.conclude(l, began, question.covered, first)
		}
		select {
		case said := <-l.attendance.said:
			k.listen(said, &question)
		case reply := <-k.replies:
			k.answer(ctx, reply, l.attendance.since.Load())
		case <-limit.C:
			over = true
		case <-ctx.Done():
			if open {
				k.bridge.push(raw{row: judged, text: "lost"})
			}
			return
		}
	}
}

// alone reports whether nobody is left who could have heard what we missed.
func (q *inquiry) alone() bool { return q.heard && q.answers >= q.others }

// reply is an answer to another instance: whether all that we heard until its question is in the stream.
type reply struct {
	nonce string
	sure  bool
}

func (k *Backlog) answer(ctx context.Context, r reply, hearing int64) {
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Wait)
	defer cancel()
	if !r.sure {
		hearing = 0
	}
	// Who gets no answer takes it for no.
	_ = k.client.Publish(ctx, backlogChannel, "heard "+r.nonce+" "+strconv.FormatInt(hearing, 10)).Err()
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

// listen hears a question or an answer. A question goes through the queue: it is answered when all that was heard
// before it is in the stream.
func (k *Backlog) listen(said string, question *inquiry) {
	words := strings.Fields(said)
	switch {
	case len(words) != 3:
	case words[0] == "ask" && words[1] == k.name:
		question.heard = question.heard || words[2] == question.nonce
	case words[0] == "ask":
		k.bridge.push(raw{row: asked, text: words[2]})
	case words[0] == "heard" && words[1] == question.nonce:
		question.answers++
		since, err := strconv.ParseInt(words[2], 10, 64)
		question.covered = question.covered || err == nil && since > 0 && since <= question.since
	}
}
