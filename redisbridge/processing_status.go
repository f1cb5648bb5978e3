package redisbridge

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// processing is the producer's run, kept until the next one begins. Values are
// JSON as the producer wrote it, empty while it has told none.
type processing struct {
	running    bool
	runID      string
	phase      string // ours, no JSON
	progress   string
	symbol     string
	total      string
	completed  string
	failed     string
	estimate   string
	problem    string
	imports    stage
	indicators stage
}

// stage is the status of one part of a run.
type stage []field

// renamed is a member that a stage shows under another name than the producer's.
type renamed struct{ from, to string }

func importStart() []renamed {
	return []renamed{{"universe_names", "universes"}, {"timeframes", "timeframes"}, {"lookback_days", "lookback_days"}}
}

func importEnd() []renamed {
	return []renamed{{"success_count", "success_count"}, {"failure_count", "failure_count"}, {"duration_seconds", "duration"}}
}

func indicatorStart() []renamed {
	return same("total_symbols", "total_indicators", "timeframes")
}

func indicatorProgress() []renamed {
	return same("completed_symbols", "percent_complete", "current_symbol", "eta_seconds")
}

func indicatorEnd() []renamed {
	return same("successful_symbols", "failed_symbols", "successful_indicators", "failed_indicators", "success_rate", "duration_seconds")
}

func same(names ...string) []renamed {
	members := make([]renamed, len(names))
	for i, name := range names {
		members[i] = renamed{name, name}
	}
	return members
}

// hear sets these members to what is told of them. One that was never told is null.
func (s *stage) hear(said report, members []renamed) {
	for _, member := range members {
		value := said.given(member.from)
		switch at := slices.IndexFunc(*s, func(f field) bool { return f.key == member.to }); {
		case at < 0:
			*s = append(*s, field{member.to, cmp.Or(value, "null")})
		case value != "":
			(*s)[at].value = value
		}
	}
}

func (s *stage) finish(said report, members []renamed) {
	*s = slices.DeleteFunc(*s, func(f field) bool { return f.key == "completed" })
	*s = append(*s, field{"completed", "true"})
	s.hear(said, members)
}

// payload shows the run as it is now: always the same thirteen members.
func (p *processing) payload(now time.Time) []byte {
	out := appendObject([]byte(`{"status":`), []field{
		{"is_running", strconv.FormatBool(p.running)},
		{"run_id", cmp.Or(p.runID, "null")},
		{"phase", strconv.Quote(p.phase)},
		{"progress", cmp.Or(p.progress, "0")},
		{"current_symbol", cmp.Or(p.symbol, "null")},
		{"symbols_total", cmp.Or(p.total, "0")},
		{"symbols_completed", cmp.Or(p.completed, "0")},
		{"symbols_failed", cmp.Or(p.failed, "0")},
		{"estimated_completion", cmp.Or(p.estimate, "null")},
		{"last_updated", strconv.Quote(wallClock(now))},
		{"error_message", cmp.Or(p.problem, "null")},
		{"import_status", string(appendObject(nil, p.imports))},
		{"indicator_status", string(appendObject(nil, p.indicators))},
	})
	return append(out, '}')
}

// appendObject writes an object of these members.
func appendObject(out []byte, fields []field) []byte {
	out = append(out, '{')
	empty := true
	for _, f := range fields {
		out = appendField(separated(out, &empty), f)
	}
	return append(out, '}')
}

// wallClock is a time as Python writes it that knows of no zones.
func wallClock(t time.Time) string { return t.Format("2006-01-02T15:04:05.000000") }
