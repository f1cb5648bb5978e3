package redisbridge

import (
	"strings"

	"github.com/tickstock/tickcast/rooms"
)

// keptMax bounds a value of the producer that is kept from one message to the next.
const keptMax = 16 << 10

// translateProcessing reads the channels of the daily processing. Whatever
// comes on them shows how the run is, as long as there is one; its end is shown once.
func translateProcessing(m *message) (rooms.Event, Reason) {
	run := &m.memory.processing
	was := run.running
	run.hear(m)
	if !was && !run.running {
		return rooms.Event{}, Idle
	}
	return rooms.Event{
		Name:     "processing_status_update",
		Channel:  m.channel,
		Received: m.received,
		Audience: everyone(),
		Compose:  func(int) []byte { return run.payload(m.received) },
	}, Accepted
}

// hear takes in what a message tells. Outside of a run nobody sees it, and a start forgets it.
func (p *processing) hear(m *message) {
	said := report{m, m.member(root, "payload")}
	switch m.words(m.first([2]int{root, none}, "event", "event_type")) {
	case "daily_processing_started":
		p.start(said)
	case "daily_processing_progress":
		p.advance(said)
	case "daily_processing_completed":
		p.complete(said)
	case "data_import_started":
		p.phase, p.imports = "data_import", nil
		p.imports.hear(said, importStart())
	case "data_import_completed":
		p.imports.finish(said, importEnd())
	case "indicator_processing_started":
		p.phase, p.indicators = "indicator_processing", nil
		p.indicators.hear(said, indicatorStart())
	case "indicator_progress":
		p.indicators.hear(said, indicatorProgress())
	case "indicator_processing_completed":
		p.indicators.finish(said, indicatorEnd())
	case "processing_error":
		p.fail(said)
	case "job_progress_update":
		if concerns(m.words(m.member(root, "source"))) {
			p.follow(said)
		}
	}
}

// concerns says whether a job is part of the processing.
func concerns(source string) bool {
	for _, part := range [...]string{"processing", "import", "indicator"} {
		if strings.Contains(source, part) {
			return true
		}
	}
	return false
}

// start replaces any earlier run. One that cannot be named is none.
func (p *processing) start(said report) {
	if said.blank(said.member(said.body, "run_id")) || said.given("run_id") == "" {
		return
	}
	*p = processing{running: true, runID: said.given("run_id"), phase: "scheduled", total: said.given("total_symbols")}
}

func (p *processing) advance(said report) {
	said.update(&p.progress, "progress")
	said.update(&p.symbol, "current_symbol")
	said.update(&p.completed, "symbols_completed")
	said.update(&p.estimate, "estimated_completion")
}

func (p *processing) follow(said report) {
	said.update(&p.progress, "percentage")
	said.update(&p.symbol, "current_symbol")
	said.update(&p.completed, "completed")
	said.update(&p.failed, "failed")
	said.update(&p.estimate, "estimated_completion")
}

func (p *processing) complete(said report) {
	p.running, p.phase, p.progress = false, "completed", "100"
	said.update(&p.completed, "symbols_processed")
	p.failed = said.given("symbols_failed")
}

func (p *processing) fail(said report) {
	p.running, p.phase, p.problem = false, "error", `"Unknown error"`
	said.update(&p.problem, "error_message")
}

// report is what a message tells, under "payload". Without one it tells nothing.
type report struct {
	*message
	body int
}

// given is a member as it was published, cut loose from its message; empty if
// there is none, or one too large to be kept.
func (r report) given(name string) string {
	m := r.member(r.body, name)
	if m == none || len(r.raw(m)) > keptMax {
		return ""
	}
	return strings.Clone(r.raw(m))
}

func (r report) update(kept *string, name string) {
	if value := r.given(name); value != "" {
		*kept = value
	}
}
