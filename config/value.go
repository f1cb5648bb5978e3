package config

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

var (
	errNumber   = errors.New("not a whole number")
	errDuration = errors.New("not a duration; write 10s, 1m30s, or seconds as a number")
	errMillis   = errors.New("not a duration; write 250ms, 1s, or milliseconds as a number")
	errChoice   = errors.New("neither true nor false")
	errSize     = errors.New("not a size; write 5MiB, 64KiB, or bytes as a number")
	errText     = errors.New("not a text; put it in quotes")
	errList     = errors.New("not a single value")

	// A service called redis makes Kubernetes set REDIS_PORT=tcp://10.0.0.1:6379 in every pod.
	errServiceLink = errors.New("not a whole number, but a Kubernetes service link; enableServiceLinks: false stops them")
)

// millisFrom is the smallest bare number that is read as milliseconds where a setting allows it:
// nobody pings every quarter of an hour, many wrote 25000.
const millisFrom = 1000

// plain is the text of what a source gave; only a config file gives anything but text.
func (s setting) plain(raw any) (string, error) {
	switch value := raw.(type) {
	case string:
		return value, nil
	case map[string]any, []any:
		return "", errList
	case float64: // JSON has no other numbers
		raw = strconv.FormatFloat(value, 'f', -1, 64)
	}
	if s.unit == text {
		return "", errText // a password 0123 has already lost its zero
	}
	return fmt.Sprint(raw), nil
}

// assign parses the text into the setting's field. A warning is for the operator: it was not read as written.
func (s setting) assign(c *Config, given string) (warning string, err error) {
	switch field := s.field(c).(type) {
	case *Secret:
		*field = Secret(strings.Trim(given, "\r\n")) // a mounted secret often ends with a line break
	case *string:
		*field, warning = s.word(strings.TrimSpace(given))
	case *bool:
		*field, err = parseChoice(strings.TrimSpace(given))
	case *int:
		var n int64
		if n, err = s.parse(strings.TrimSpace(given)); err == nil {
			*field = int(n)
		}
	case *time.Duration:
		var n int64
		if n, err = s.parse(strings.TrimSpace(given)); err == nil {
			*field = time.Duration(n)
		}
		if s.millis && isDigits(given) && n >= millisFrom*int64(time.Second) {
			*field /= 1000
			warning = fmt.Sprintf("%s: %s is read as milliseconds; write %s", s.key, given, *field)
		}
		if limit := min(max(n, s.min), s.max); s.clamp && err == nil && limit != n {
			*field = time.Duration(limit)
			warning = fmt.Sprintf("%s: %s is not between %s and %s; taken as %s", s.key, given, s.write(s.min), s.write(s.max), *field)
		}
	}
	return warning, err
}

// word takes what a Python application has under the same name.
func (s setting) word(text string) (value, warning string) {
	switch {
	case s.key == "log.level":
		return levelNamed(text), ""
	case s.key == "log.format" && strings.Contains(text, "%("):
		return "", s.key + ": a Python format string has no meaning here; taken as unset"
	}
	return text, ""
}

// levelNamed takes Python's names of levels too.
func levelNamed(text string) string {
	switch level := strings.ToLower(text); level {
	case "warning":
		return "warn"
	case "critical", "fatal":
		return "error"
	default:
		return level
	}
}

func (s setting) parse(text string) (int64, error) {
	switch s.unit {
	case duration:
		return s.parseDuration(text)
	case size:
		return parseSize(text)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil && strings.HasPrefix(text, "tcp://"):
		return 0, errServiceLink
	case err != nil:
		return 0, errNumber
	}
	return n, nil
}

func (s setting) parseDuration(text string) (int64, error) {
	if strings.Trim(text, "-0123456789.") == "" {
		text += cmp.Or(s.bare, "s")
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil && s.bare == "ms":
		return 0, errMillis
	case err != nil:
		return 0, errDuration
	}
	return int64(d), nil
}

// parseChoice takes the application's words for yes, and their opposites. Anything else is no choice:
// the application would read it as no.
func parseChoice(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true", "yes", "y", "1", "on":
		return true, nil
	case "false", "no", "n", "0", "off":
		return false, nil
	}
	return false, errChoice
}

func parseSize(text string) (int64, error) {
	digits := strings.TrimRight(text, "BbKkMmGgIi ")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, errSize
	}
	var factor int64
	switch strings.ToLower(strings.TrimSpace(text[len(digits):])) {
	case "", "b":
		factor = 1
	case "kib":
		factor = 1 << 10
	case "mib":
		factor = 1 << 20
	case "gib":
		factor = 1 << 30
	case "kb":
		factor = 1e3
	case "mb":
		factor = 1e6
	case "gb":
		factor = 1e9
	default:
		return 0, errSize
	}
	if n > math.MaxInt64/factor || n < math.MinInt64/factor {
		return 0, errSize
	}
	return n * factor, nil
}

// show writes the field's value as an operator would; what is secret stays hidden.
func (s setting) show(c *Config) string {
	if n, ok := s.amount(c); ok {
		return s.write(n)
	}
	value := s.wording(c)
	if s.hide != nil && value != "" {
		return s.hide(value)
	}
	return value
}

// amount is the field's value where it is a number, a duration or a size.
func (s setting) amount(c *Config) (n int64, ok bool) {
	switch field := s.field(c).(type) {
	case *int:
		return int64(*field), true
	case *time.Duration:
		return int64(*field), true
	}
	return 0, false
}

// wording is the field's value where it is a text or a choice.
func (s setting) wording(c *Config) string {
	switch field := s.field(c).(type) {
	case *string:
		return *field
	case *Secret:
		return field.Reveal()
	case *bool:
		return strconv.FormatBool(*field)
	}
	return ""
}

// write is the inverse of parse.
func (s setting) write(n int64) string {
	switch {
	case s.unit == duration:
		return time.Duration(n).String()
	case s.unit == size && n != 0 && n%(1<<20) == 0:
		return strconv.FormatInt(n>>20, 10) + "MiB"
	case s.unit == size && n != 0 && n%(1<<10) == 0:
		return strconv.FormatInt(n>>10, 10) + "KiB"
	}
	return strconv.FormatInt(n, 10)
}

func isDigits(text string) bool {
	return strings.Trim(strings.TrimSpace(text), "0123456789.") == ""
}
