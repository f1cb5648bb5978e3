package redisbridge

import "github.com/tickstock/tickcast/rooms"

// translateProgress reads tickstock.events.backtesting.progress.
func translateProgress(m *message) (rooms.Event, Reason) {
	data, job := m.backtest()
	if job == none {
		return rooms.Event{}, MissingJob
	}
	progress, _, ok := m.figure(data.find("progress"))
	if !ok {
		progress = "0"
	}
	return data.event(envelope{name: "backtest_progress", kind: "backtest_progress", heading: []field{
		{"job_id", m.raw(job)},
		{"progress", progress},
		{"current_symbol", data.orNull("current_symbol")},
		{"status", data.orNull("status")},
	}}, none), Accepted
}

// translateResult reads tickstock.events.backtesting.results. A result goes to
// everyone, as long as nothing verifies who asked for it: a user_id that it
// names must not decide alone who may see it.
func translateResult(m *message) (rooms.Event, Reason) {
	data, job := m.backtest()
	if job == none {
		return rooms.Event{}, MissingJob
	}
	status := data.find("status")
	if status == none {
		data.set("status", completed)
	}
	heading := []field{{"job_id", m.raw(job)}, {"status", completed}, {"results", data.orNull("results")}}
	if !m.blank(status) {
		heading[1].value = m.raw(status)
	}
	return data.event(envelope{name: "backtest_result", kind: "backtest_result", heading: heading}, none), Accepted
}

// completed is the status of a result that names none: the page shows anything else as a failure.
const completed = `"completed"`

// backtest finds the job, flat or in "data"; none if there is none.
func (m *message) backtest() (data *normalised, job int) {
	data = m.normalise(root, none)
	if job = m.job(root); job != none {
		return data, job
	}
	data.inner = m.member(root, "data")
	if job = m.job(data.inner); job != none {
		data.word("job_id", job)
	}
	return data, job
}

// job is the job's id in an object: a text, or a number.
func (m *message) job(parent int) int {
	id := m.member(parent, "job_id")
	if m.words(id) != "" || m.is(id, number) {
		return id
	}
	return none
}
