package config

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

var errAnyOrigin = errors.New("every site could speak in its visitors' names; write the origins out")

// originList checks a list of origins with commas between them.
func originList(list string) error {
	for origin := range strings.SplitSeq(list, ",") {
		origin = strings.TrimSpace(origin)
		if origin == "*" {
			return errAnyOrigin
		}
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Scheme+"://"+u.Host != origin {
			return fmt.Errorf("%q is not an origin; write https://host or http://host:port", origin)
		}
	}
	return nil
}
