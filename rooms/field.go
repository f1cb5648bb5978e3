package rooms

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// FieldError says which field of a browser's request is refused, and why. It never repeats a value in full.
type FieldError struct {
	Field   string // "symbols[3]", "confidence_min"
	Problem string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// textProblem says why text from a browser is refused; empty if it is not.
func textProblem(text string) string {
	switch {
	case !utf8.ValidString(text):
		return "not valid UTF-8"
	case utf8.RuneCountInString(text) > MaxValueLength:
		return fmt.Sprintf("longer than %d characters", MaxValueLength)
	}
	for _, r := range text {
		if unicode.IsControl(r) {
			return "contains a control character"
		}
	}
	return ""
}
