package server

import (
	"errors"
	"time"
)

// What came of a request to the application, for the metric: the class of the answer's status, or one of these.
const (
	resultUnreachable = "unreachable" // no answer, or none that makes sense
	resultCanceled    = "canceled"    // the browser went, or broke its upload off
)

func newResults() *tally {
	return newTally("1xx", "2xx", "3xx", "4xx", "5xx", resultUnreachable, resultCanceled)
}

// contact is how the application was found by the requests since then.
type contact struct {
	since  time.Time
	reason string // why it cannot be reached; empty = it can
}

// note tells a change once. Nobody asks the application but for a browser.
func (u *upstream) note(reason string) {
	before := u.contact.Load()
	if before != nil && (before.reason == "") == (reason == "") {
		return
	}
	if !u.contact.CompareAndSwap(before, &contact{time.Now(), reason}) {
		return // another request has just told
	}
	if reason != "" {
		u.log.Warn().Stringer("upstream", u.base).Str("reason", reason).Msg("the application cannot be reached; sockets go on")
		return
	}
	u.log.Info().Stringer("upstream", u.base).Msg("the application answers")
}

// outage says why the application cannot be reached; empty if it can, or there is none.
func (u *upstream) outage() string {
	if u == nil {
		return ""
	}
	if found := u.contact.Load(); found != nil && found.reason != "" {
		return because("the application cannot be reached", found.reason)
	}
	return ""
}

// rootOf is what went wrong, without the addresses around it: health is for everybody to read.
func rootOf(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

// upstreamReport tells of the application behind us.
type upstreamReport struct {
	Reachable *bool             `json:"reachable"` // null = nobody has asked yet
	Since     *float64          `json:"since"`
	Reason    string            `json:"reason,omitempty"`
	Requests  map[string]uint64 `json:"requests"` // by what came of them
}

func (u *upstream) report() *upstreamReport {
	if u == nil {
		return nil
	}
	r := &upstreamReport{Requests: u.results.counted()}
	if found := u.contact.Load(); found != nil {
		reachable := found.reason == ""
		r.Reachable, r.Since, r.Reason = &reachable, epochOrNull(found.since), found.reason
	}
	return r
}
