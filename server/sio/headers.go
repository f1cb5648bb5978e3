package sio

import (
	"net/http"
	"net/textproto"
	"strings"
)

// keptNames are the headers that say who is at the other end. The rest of a request is forgotten:
// an idle session must stay small.
func keptNames() []string {
	return []string{"Authorization", "Cookie", "Origin", "User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"}
}

type header struct {
	name, value string
}

func keptHeaders(r *http.Request) []header {
	kept := []header{{"Host", strings.Clone(r.Host)}}
	for _, name := range keptNames() {
		if values := r.Header[name]; len(values) > 0 {
			kept = append(kept, header{name, strings.Join(values, separator(name))})
		}
	}
	return kept
}

// separator of several headers of one name.
func separator(name string) string {
	if name == "Cookie" {
		return "; "
	}
	return ", "
}

func (s *session) header(name string) string {
	name = textproto.CanonicalMIMEHeaderKey(name)
	for _, kept := range s.headers {
		if kept.name == name {
			return kept.value
		}
	}
	return ""
}
