package config

import (
	"fmt"
	"io"
	"strings"
)

const mask = "***"

// Secret is a string that never prints itself; Reveal is the only way to its text.
type Secret string

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String hides the secret, but not whether there is one.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return mask
}

// Format hides the secret from every verb of fmt, %#v and mistaken ones such as %d too.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText hides the secret from JSON, YAML and structured logs.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func hideAll(string) string { return mask }

// redactURL leaves scheme, hosts and path of a URL. Everything up to its last @ is hidden, since a
// password may hold any character unescaped, and so is its query, which may hold a second one.
func redactURL(raw string) string {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return mask
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		rest = mask + rest[at:]
	}
	if place, _, ok := strings.Cut(rest, "?"); ok {
		rest = place + "?" + mask
	}
	return scheme + "://" + rest
}
