package bench

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// Outcome is what one scenario has shown.
type Outcome struct {
	Scenario string   `json:"scenario"`
	Load     string   `json:"load"`
	Limits   []judged `json:"limits"`
	Figures  figures  `json:"figures"` // all of them
	verdict
}

// judged is a limit beside what was measured.
type judged struct {
	limit
	Measured float64 `json:"measured"`
	Margin   float64 `json:"margin,omitempty"` // 2 = twice as good as it must be
	Holds    bool    `json:"holds"`
}

// judge adds the pace to the limits if the machine did not keep it: then the load was not the one that is told.
func (s Scenario) judge(f figures, v verdict) Outcome {
	o := Outcome{Scenario: s.Name, Load: s.Load, Figures: f, verdict: v}
	limits := slices.Clone(s.Limits)
	if pace := (limit{"published/s", "≥", 0.9 * float64(s.Rate)}); s.Rate > 0 && !pace.holds(f) {
		limits = append(limits, pace)
	}
	for _, l := range limits {
		o.Limits = append(o.Limits, judged{l, f[l.Figure], l.margin(f), l.holds(f)})
	}
	return o
}

// right is false for nothing at all, too: then the scenario has not been played.
func (o Outcome) right() bool { return o.ok() && o.Expected > 0 }

// Missed joins what was missed: limits, and events that did not come as they should.
func Missed(outcomes []Outcome) error {
	var missed []error
	for _, o := range outcomes {
		for _, l := range o.Limits {
			if !l.Holds {
				missed = append(missed, fmt.Errorf("%s: %s is %s%s, not %s", o.Scenario, l.name(), amount(l.Measured), l.unit(), l.limit))
			}
		}
		if !o.right() {
			missed = append(missed, fmt.Errorf("%s: %s", o.Scenario, o.deliveries()))
		}
	}
	return errors.Join(missed...)
}

const rowFormat = "  %-24s %14s %14s %9s  %s\n"

func heading(out io.Writer) {
	fmt.Fprintf(out, rowFormat, "", "measured", "limit", "margin", "verdict")
}

func (o Outcome) print(out io.Writer) {
	fmt.Fprintf(out, "%s: %s\n", o.Scenario, o.Load)
	for _, l := range o.Limits {
		margin := ""
		if l.Margin > 0 {
			margin = amount(l.Margin) + " ×"
		}
		verdict := word(l.Holds)
		if l.Sense == "" && l.Holds {
			verdict = "" // it is only shown
		}
		fmt.Fprintf(out, rowFormat, l.name(), amount(l.Measured)+l.unit(), l.limit, margin, verdict)
	}
	fmt.Fprintf(out, "  %-64s  %s\n", o.deliveries(), word(o.right()))
}

func word(good bool) string {
	if good {
		return "ok"
	}
	return "MISSED"
}

func (v verdict) deliveries() string {
	return fmt.Sprintf("%d of %d deliveries: lost %d, doubled %d, reordered %d, misrouted %d",
		v.Got, v.Expected, v.Lost, v.Doubled, v.Reordered, v.Misrouted)
}
