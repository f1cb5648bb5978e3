package redisbridge

import (
	"context"
	"fmt"
	"strings"
	"time"
)

const (
	answersBytes   = 16 << 20  // that may wait for Redis
	maxAnswer      = 256 << 10 // bytes; browsers can send more
	answerPatience = time.Second
)

// answerer is how an acknowledgement travels back to the server that has asked for it, in the encoding in
// which it asked; nil if it has not.
func (q *PythonQueue) answerer() func(Message) {
	m := &q.said
	callback := m.member(root, "callback")
	host := m.word("host_id")
	if !m.is(callback, array) || m.count(callback) != 3 || host == "" {
		return nil
	}
	var parts []int
	for part := range m.children(callback) {
		parts = append(parts, part)
	}
	room, namespace, id := m.words(parts[0]), m.words(parts[1]), m.raw(parts[2])
	if room == "" || namespace == "" || !m.is(parts[2], number) || max(len(room), len(namespace), len(host), len(id)) > maxName {
		return nil
	}
	head := asObject([]field{
		{"method", `"callback"`}, {"host_id", quoted(host)}, {"sid", quoted(room)}, {"namespace", quoted(namespace)}, {"id", id},
	})
	pickles := m.pickled
	return func(said Message) {
		reason := q.answer(strings.TrimSuffix(head, "}"), said, pickles)
		q.counts[q.answering()][reason].Add(1)
	}
}

// answer puts an answer into the queue for Run. It is a browser's turn, and does not wait.
func (q *PythonQueue) answer(head string, said Message, pickles bool) Reason {
	var text strings.Builder
	text.WriteString(head + `,"args":[`)
	for i, arg := range said.Args {
		if i > 0 {
			text.WriteByte(',')
		}
		text.Write(arg)
	}
	text.WriteString("]}")
	encoded, size := text.String(), text.Len()
	for _, attachment := range said.Attachments {
		size += len(attachment)
	}
	if size > maxAnswer {
		return TooLarge
	}
	var d document
	if reason := d.read(encoded); reason != Accepted {
		return reason
	}
	if !pickles && len(said.Attachments) > 0 {
		return BadData // Python's JSON has no place for bytes in an answer
	}
	if pickles {
		var ok bool
		if encoded, ok = pickled(&d, said.Attachments); !ok {
			return BadData
		}
	}
	for range q.answers.push(raw{text: encoded, received: time.Now()}) {
		q.counts[q.answering()][QueueFull].Add(1)
	}
	return Accepted
}

// Run sends the answers until ctx ends, and then those that wait. One that Redis does not take is lost: who has
// asked waits for it no longer than for a browser that never answers.
func (q *PythonQueue) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { q.answers.close(flushTime) })
	defer stop()
	for r, ok := q.answers.pop(); ok; r, ok = q.answers.pop() {
		q.tell(q.publish(ctx, r.text))
	}
	for range q.answers.rest() {
		q.counts[q.answering()][Stopped].Add(1)
	}
	return nil
}

func (q *PythonQueue) publish(ctx context.Context, text string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerPatience)
	defer cancel()
	if err := q.client.Publish(ctx, q.channel, text).Err(); err != nil {
		q.counts[q.answering()][Unpublished].Add(1)
		return fmt.Errorf("answer on %s: %w", q.channel, err)
	}
	return nil
}

// tell logs once that answers are lost, and once that they are not any more.
func (q *PythonQueue) tell(err error) {
	switch failing := err != nil; {
	case failing && !q.failing:
		q.log.Warn().Err(err).Msg("answers to python are lost until redis takes them")
	case q.failing && !failing:
		q.log.Info().Msg("answers to python are sent again")
	}
	q.failing = err != nil
}
