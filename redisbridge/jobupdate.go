package redisbridge

import (
	"strings"
	"time"
)

// jobUpdate is what a record has to learn.
type jobUpdate struct {
	id       string
	heard    time.Time
	started  time.Time // when the first of its progress was heard; zero = none was
	final    bool
	fields   []field // as published
	amount   float64 // of the progress
	refusals int     // by Redis
	// A submission that failed: its record must go.
	withdrawn bool
	user      string
}

// size is about what it takes while it waits.
func (u *jobUpdate) size() int {
	size := rawOverhead + len(u.id)
	for _, f := range u.fields {
		size += len(f.key) + len(f.value)
	}
	return size
}

// maxJobWord is the longest text or number of progress that a record takes.
const maxJobWord = 256

// progressed reads what a progress message changes.
func (m *message) progressed(data *normalised, id, progress string, amount float64) jobUpdate {
	u := jobUpdate{id: id, heard: m.received, started: m.received, amount: amount}
	if len(progress) <= maxJobWord {
		u.learn("progress", progress)
	}
	for _, name := range [...]string{"current_symbol", "estimated_completion"} {
		n := data.find(name)
		if said := m.is(n, text) || m.is(n, number); said && !m.blank(n) && len(m.raw(n)) <= maxJobWord {
			u.learn(name, m.raw(n))
		}
	}
	return u
}

// concluded reads what a result changes. Whatever did not complete has failed, unless it was cancelled.
func (m *message) concluded(data *normalised, id string) jobUpdate {
	u := jobUpdate{id: id, heard: m.received, final: true}
	outcome := statusFailed
	switch status := data.find("status"); {
	case m.blank(status), m.words(status) == statusCompleted:
		outcome = statusCompleted
	case m.words(status) == statusCancelled:
		outcome = statusCancelled
	}
	u.learn("status", quoted(outcome))
	u.learn("progress", "1.0")
	for _, name := range [...]string{"results", "error_message"} {
		if n := data.find(name); !m.blank(n) {
			u.learn(name, m.raw(n))
		}
	}
	return u
}

// learn keeps a value without the message that it was cut out of.
func (u *jobUpdate) learn(key, value string) {
	u.fields = append(u.fields, field{key, strings.Clone(value)})
}

// change brings a record up to date. A job that has finished stays as it is, and
// progress never goes back: what comes late, or from an instance that is slower
// than another, changes nothing.
func (u *jobUpdate) change(r jobRecord) {
	if r.finished() {
		return
	}
	if !u.final {
		if _, reached, ok := r.figure(r.find("progress")); ok && reached > u.amount {
			return
		}
		r.put("status", quoted(statusRunning))
	}
	if !u.started.IsZero() && r.blank(r.find("started_at")) {
		r.put("started_at", epoch(u.started))
	}
	if u.final {
		r.put("completed_at", epoch(u.heard))
	}
	for _, f := range u.fields {
		r.put(f.key, f.value)
	}
}

// jobID is the id as an owner is looked up by it.
func (m *message) jobID(n int) string {
	if m.is(n, number) {
		return m.raw(n)
	}
	return m.words(n)
}

// note keeps an update until Run has written it.
func (j *Jobs) note(u jobUpdate) {
	if j == nil || !keepable(u.id) {
		return
	}
	u.id = strings.Clone(u.id)
	for _, lost := range j.pending.put(&u) {
		j.log.Warn().Str("job", lost.id).Bool("result", lost.final).Msg("the record of a backtest misses an update: too many wait for redis")
	}
	j.nudge()
}
