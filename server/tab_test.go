package server_test

import (
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// tab is a page that remembers what Socket.IO's own client does: its pid, and the last string that an event ended with.
type tab struct {
	*browser
	site    *site
	headers []string
	offset  string
}

func openTab(s *site, prefix string, headers ...string) *tab {
	GinkgoHelper()
	return &tab{browser: connectTo(prefix, s.url, headers...), site: s, headers: headers}
}

// hears takes the next event, of that name, and returns its payload.
func (t *tab) hears(name string) string {
	GinkgoHelper()
	e := t.next(name)
	Expect(e.Args).NotTo(BeEmpty())
	if last := e.Args[len(e.Args)-1]; last[0] == '"' {
		Expect(json.Unmarshal(last, &t.offset)).To(Succeed())
	}
	return string(e.Args[0])
}

// returns is the page after its connection was lost.
func (t *tab) returns(headers ...string) *tab {
	GinkgoHelper()
	if headers == nil {
		headers = t.headers
	}
	auth := asJSON(map[string]string{"pid": t.pid, "offset": t.offset})
	return &tab{browser: connectWith(auth, t.prefix, t.site.url, headers...), site: t.site, headers: headers, offset: t.offset}
}

// alerts are the patterns of the next n alerts.
func (t *tab) alerts(n int) (patterns []string) {
	GinkgoHelper()
	for range n {
		var alert struct{ Pattern string }
		Expect(json.Unmarshal([]byte(t.hears("pattern_alert")), &alert)).To(Succeed())
		patterns = append(patterns, alert.Pattern)
	}
	return patterns
}
