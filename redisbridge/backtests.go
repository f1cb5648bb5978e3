package redisbridge

import "github.com/tickstock/tickcast/rooms"

// translateProgress reads tickstock.events.backtesting.progress.
func translateProgress(m *message) (rooms.Event, Reason) {
	data, job := m.backtest()
	if job == none {
		return rooms.Event{}, MissingJob
	}
	progress, amount, ok := m.figure(data.find("progress"))
	if !ok {
		progress, amount = "0", 0
	}
	event := data.event(envelope{name: "backtest_progress", kind: "backtest_progress", heading: []field{
		{"job_id", m.raw(job)},
		{"progress", progress},
		{"current_symbol", data.orNull("current_symbol")},
		{"status", data.orNull("status")},
	}}, none)
	m.ofJob = m.jobID(job)
	m.memory.jobs.note(m.progressed(data, m.ofJob, progress, amount))
	return event, Accepted
}

// translateResult reads tickstock.events.backtesting.results. What is known of
// the job, not a user_id that the message names, decides who may see it.
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
	event := data.event(envelope{name: "backtest_result", kind: "backtest_result", heading: heading}, none)
	m.ofJob = m.jobID(job)
	m.memory.jobs.note(m.concluded(data, m.ofJob))
	return event, Accepted
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
