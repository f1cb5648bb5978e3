package config

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

var errAnyOrigin = errors.New("every site could speak in its visitors' names; write the origins out, or set sockets.origins_any to allow just that")

// anyOrigin stands for all origins, in a list of them.
const anyOrigin = "*"

// AnyOrigin reports whether the pages of every site may connect.
func (s Sockets) AnyOrigin() bool {
	return s.OriginsAny && slices.Contains(listed(s.Origins), anyOrigin)
}

func (s Sockets) problems() (problems Problems) {
	if !s.OriginsAny && slices.Contains(listed(s.Origins), anyOrigin) {
		problems = append(problems, Problem{Key: "sockets.origins", Err: errAnyOrigin})
	}
	return problems
}

func (s Sockets) warnings() (warnings []string) {
	switch {
	case s.AnyOrigin():
		warnings = append(warnings, "sockets.origins: INSECURE: a page of any site can connect, and speak in its visitors' names")
	case s.OriginsAny:
		warnings = append(warnings, "sockets.origins_any: has no effect without a * in sockets.origins")
	}
	return warnings
}

// originList checks a list of origins with commas between them.
func originList(list string) error {
	for origin := range strings.SplitSeq(list, ",") {
		origin = strings.TrimSpace(origin)
		if origin == anyOrigin {
			continue // whether it may stay is for problems to say
		}
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Scheme+"://"+u.Host != origin {
			return fmt.Errorf("%q is not an origin; write https://host or http://host:port", origin)
		}
		if strings.Contains(origin, anyOrigin) {
			return fmt.Errorf("%q: a * within a name stands for nothing; write each host out", origin)
		}
		if strings.ContainsFunc(origin, func(r rune) bool { return r > unicode.MaxASCII }) {
			return fmt.Errorf("%q: browsers send such a name as xn--…; write it so", origin)
		}
	}
	return nil
}
