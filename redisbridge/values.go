package redisbridge

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// blank says whether a value is missing or says nothing: null, false or an empty text.
func (d *document) blank(n int) bool {
	return n == none || d.is(n, null) || d.is(n, no) || d.is(n, text) && d.raw(n) == `""`
}

// words is what a text says; empty if it is none.
func (d *document) words(n int) string {
	if !d.is(n, text) {
		return ""
	}
	raw := d.raw(n)
	if d.nodes[n].escaped {
		return unquoted(raw)
	}
	return raw[1 : len(raw)-1]
}

// bare is the inside of a JSON text, and of a number all of it.
func bare(literal string) string {
	if literal[0] == '"' {
		return literal[1 : len(literal)-1]
	}
	return literal
}

// figure is a finite number as JSON, as published if it is a number, read out of it if it is a text.
func (d *document) figure(n int) (literal string, amount float64, ok bool) {
	switch {
	case d.is(n, number):
		literal = d.raw(n)
	case d.is(n, text):
		literal = strings.TrimSpace(d.words(n))
		inner := scanner{document: &document{text: literal}}
		if inner.number() != Accepted || inner.at < len(literal) {
			return "", 0, false
		}
	default:
		return "", 0, false
	}
	amount, err := strconv.ParseFloat(literal, 64)
	return literal, amount, !errors.Is(err, strconv.ErrRange)
}

// unquoted reads a string that the scanner has found sound.
func unquoted(quoted string) string {
	var s string
	if err := json.Unmarshal([]byte(quoted), &s); err != nil {
		return ""
	}
	return s
}
