package redisbridge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tickstock/tickcast/rooms"
)

// Bounds of a request, so that no page can make messages and records large.
const (
	maxJobRequest  = 64 << 10 // bytes
	maxJobSymbols  = 50
	maxJobPatterns = 100
	maxJobText     = 64 // characters of a symbol or a pattern
	maxJobNumber   = 32 // characters of a number
	maxJobDays     = 1825
)

// jobRequest is what a page asks for, checked, as JSON. Numbers stay as they were sent.
type jobRequest struct {
	symbols, start, end, patterns string
	parameters                    []field
}

// jobParameter is a number that a page may send, among the other fields or in "parameters".
type jobParameter struct {
	name, fallback string
	most           float64
	positive       bool // zero is refused
}

// jobParameters are in the order of the message.
func jobParameters() []jobParameter {
	return []jobParameter{
		{"initial_capital", "100000.0", 1e15, true},
		{"commission_rate", "0.001", 0.01, false},
		{"slippage_rate", "0.0005", 0.01, false},
		{"max_position_size", "0.1", 1, true},
		{"stop_loss_pct", "0.05", 1, false},
		{"take_profit_pct", "0.1", 1, false},
	}
}

func refused(name, problem string, args ...any) error {
	return &rooms.FieldError{Field: name, Problem: fmt.Sprintf(problem, args...)}
}

// readJobRequest checks a request. What pages add to everything they send is
// passed over; any other field that we do not know is refused, because a
// misspelt stop loss must not become the default one.
func readJobRequest(text json.RawMessage) (r jobRequest, err error) {
	if len(text) > maxJobRequest {
		return r, refused("request", "larger than %d bytes", maxJobRequest)
	}
	var m message
	if reason := m.read(string(text)); reason != Accepted {
		return r, refused("request", "must be a sound JSON object (%s)", reason)
	}
	if r.symbols, err = m.texts("symbols", maxJobSymbols); err != nil {
		return r, err
	}
	if r.start, r.end, err = m.days(); err != nil {
		return r, err
	}
	if r.patterns, err = m.texts("patterns", maxJobPatterns); err != nil {
		return r, err
	}
	if nested := m.member(root, "parameters"); nested != none && !m.is(nested, object) && !m.is(nested, null) {
		return r, refused("parameters", "must be an object")
	}
	for _, p := range jobParameters() {
		literal, err := m.parameter(p)
		if err != nil {
			return r, err
		}
		r.parameters = append(r.parameters, field{p.name, literal})
	}
	return r, m.knownOnly()
}

// texts is a list of at least one text.
func (m *message) texts(name string, most int) (string, error) {
	list := m.member(root, name)
	count := m.count(list)
	switch {
	case list == none || m.is(list, null):
		return "", refused(name, "missing")
	case !m.is(list, array):
		return "", refused(name, "must be a list of texts")
	case count == 0:
		return "", refused(name, "must name at least one")
	case count > most:
		return "", refused(name, "names %d, at most %d are allowed", count, most)
	}
	texts := make([]string, 0, count)
	for n := range m.children(list) {
		if problem := m.textProblem(n); problem != "" {
			return "", refused(fmt.Sprintf("%s[%d]", name, len(texts)), "%s", problem)
		}
		texts = append(texts, quoted(m.words(n)))
	}
	return "[" + strings.Join(texts, ",") + "]", nil
}

func (m *message) textProblem(n int) string {
	if !m.is(n, text) {
		return "must be a text"
	}
	switch words := m.words(n); {
	case strings.TrimSpace(words) == "":
		return "empty"
	case utf8.RuneCountInString(words) > maxJobText:
		return fmt.Sprintf("longer than %d characters", maxJobText)
	case strings.ContainsFunc(words, unicode.IsControl):
		return "contains a control character"
	}
	return ""
}

// days are the first and the last day of the period.
func (m *message) days() (start, end string, err error) {
	first, err := m.day("start_date")
	if err != nil {
		return "", "", err
	}
	last, err := m.day("end_date")
	if err != nil {
		return "", "", err
	}
	switch period := last.Sub(first); {
	case period <= 0:
		return "", "", refused("end_date", "must be after start_date")
	case period > maxJobDays*24*time.Hour:
		return "", "", refused("end_date", "more than %d days after start_date", maxJobDays)
	}
	return quoted(first.Format(time.DateOnly)), quoted(last.Format(time.DateOnly)), nil
}

func (m *message) day(name string) (time.Time, error) {
	n := m.member(root, name)
	if n == none || m.is(n, null) {
		return time.Time{}, refused(name, "missing")
	}
	day, err := time.Parse(time.DateOnly, m.words(n))
	if err != nil || day.Year() == 0 {
		return time.Time{}, refused(name, "must be a day as YYYY-MM-DD")
	}
	return day, nil
}

// parameter is the number as sent; the error names it where it was sent.
func (m *message) parameter(p jobParameter) (literal string, err error) {
	n, name := m.member(root, p.name), p.name
	if nested := m.at(root, "parameters."+p.name); nested != none {
		if n != none {
			return "", refused(p.name, "given twice, here and in parameters")
		}
		n, name = nested, "parameters."+p.name
	}
	if n == none || m.is(n, null) {
		return p.fallback, nil
	}
	if !m.is(n, number) {
		return "", refused(name, "must be a number")
	}
	literal, amount, finite := m.figure(n)
	switch {
	case !finite:
		return "", refused(name, "must be a finite number")
	case len(literal) > maxJobNumber:
		return "", refused(name, "longer than %d characters", maxJobNumber)
	case p.positive && amount <= 0:
		return "", refused(name, "must be greater than 0")
	case amount < 0 || amount > p.most:
		return "", refused(name, "must be within 0 and %g", p.most)
	}
	return literal, nil
}

// knownOnly refuses a field by its name.
func (m *message) knownOnly() error {
	known := []string{"symbols", "start_date", "end_date", "patterns", "parameters", "user_id", "timestamp", "source"}
	var parameters []string
	for _, p := range jobParameters() {
		parameters = append(parameters, p.name)
	}
	for n := range m.children(root) {
		if key := m.key(n); !slices.Contains(known, key) && !slices.Contains(parameters, key) {
			return refused(shown(key), "is no field of a backtest")
		}
	}
	for n := range m.children(m.member(root, "parameters")) {
		if key := m.key(n); !slices.Contains(parameters, key) {
			return refused("parameters."+shown(key), "is no parameter of a backtest")
		}
	}
	return nil
}

// shown is as much of a page's own word as is repeated to it.
func shown(name string) string {
	if runes := []rune(name); len(runes) > maxJobText {
		return string(runes[:maxJobText]) + "…"
	}
	return name
}
