package doctor

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/redis/go-redis/v9"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/server/flaskauth"
)

// Exam says what to look at.
type Exam struct {
	Config   config.Config
	Warnings []string            // of the configuration
	Sessions *flaskauth.Verifier // nil = there is no secret to verify sessions with
	Cookie   string              // from a browser: its value, or the whole header; empty = none
	Origin   string              // of a page; empty = none
	URL      string              // where browsers reach an instance that runs; empty = none
	Upstream string              // where the Flask application is; empty = none
	Listen   time.Duration       // to the producer
	Only     []string            // names of the checks to make; nil = all
}

// Status is how bad it is.
type Status string

const (
	OK      Status = "ok"
	Warning Status = "warn" // it works, but hardly as meant
	Failure Status = "fail"
)

// Finding is what one check has found.
type Finding struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	Says   string `json:"says"`
	Mend   string `json:"mend"` // empty = nothing to mend
}

// answerTime is how long anybody may take to answer.
const answerTime = 3 * time.Second

// subject is what the checks look at, and what the earlier ones have found for the later ones.
type subject struct {
	Exam
	redis redis.UniversalClient // nil = there is none that answers
	info  map[string]string     // what that says about itself; nil = it does not tell us
}

// Valid finds what no exam could be made of.
func (e Exam) Valid() error {
	var known []string
	for _, row := range checks() {
		known = append(known, row.name)
	}
	for _, name := range e.Only {
		if !slices.Contains(known, name) {
			return fmt.Errorf("--only: no check is called %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

// Findings looks at one thing after the other, until ctx ends.
func (e Exam) Findings(ctx context.Context) iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		s := &subject{Exam: e}
		defer s.close()
		for _, row := range checks() {
			if len(e.Only) > 0 && !slices.Contains(e.Only, row.name) {
				continue
			}
			v := row.look(ctx, s)
			if ctx.Err() != nil {
				return
			}
			if v == (verdict{}) {
				continue
			}
			if !yield(Finding{row.name, v.status, printable(v.says), printable(v.mend)}) {
				return
			}
		}
	}
}

func (s *subject) close() {
	if s.redis != nil {
		_ = s.redis.Close() // nothing was written
	}
}

// verdict is a Finding without its name.
type verdict struct {
	status     Status
	says, mend string
}

func fine(says string, args ...any) verdict { return verdict{OK, fmt.Sprintf(says, args...), ""} }

func doubtful(mend, says string, args ...any) verdict {
	return verdict{Warning, fmt.Sprintf(says, args...), mend}
}

func broken(mend, says string, args ...any) verdict {
	return verdict{Failure, fmt.Sprintf(says, args...), mend}
}

// printable keeps what others have said from moving the cursor.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}
