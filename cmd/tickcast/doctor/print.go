package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
)

// Tally counts findings by their status.
type Tally map[Status]int

// Print writes each finding as soon as there is one.
func Print(out io.Writer, findings iter.Seq[Finding]) (Tally, error) {
	width := 0
	for _, row := range checks() {
		width = max(width, len(row.name))
	}
	tally := Tally{}
	for f := range findings {
		tally[f.Status]++
		if _, err := fmt.Fprintf(out, "%-4s  %-*s  %s\n", f.Status, width, f.Name, f.Says); err != nil {
			return tally, err
		}
		if f.Mend == "" {
			continue
		}
		if _, err := fmt.Fprintf(out, "%4s  %-*s  → %s\n", "", width, "", f.Mend); err != nil {
			return tally, err
		}
	}
	return tally, nil
}

// PrintJSON writes all findings as one object.
func PrintJSON(out io.Writer, findings iter.Seq[Finding]) (Tally, error) {
	report := struct {
		Checks []Finding `json:"checks"`
	}{[]Finding{}}
	tally := Tally{}
	for f := range findings {
		tally[f.Status]++
		report.Checks = append(report.Checks, f)
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return tally, encoder.Encode(report)
}
