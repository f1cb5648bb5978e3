package server_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"
)

func TestServer(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "server")
}

// watched is true in a spec that looks for leaks already: a second look would begin in the middle of the first site's start.
var watched bool

// noLeaks is called first in a spec, so that it looks last: after everything that the spec cleans up.
func noLeaks() {
	if watched {
		return
	}
	watched = true
	before := gleak.Goroutines()
	DeferCleanup(func() {
		watched = false
		Eventually(gleak.Goroutines).ShouldNot(gleak.HaveLeaked(before))
	})
}
