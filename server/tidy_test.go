package server_test

import (
	"runtime"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A crowd that has come", func() {
	It("leaves nothing behind in memory but itself", func() {
		collected := func() uint32 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return m.NumForcedGC
		}
		s := startSite(nil, nil)
		before := collected()
		for range 200 {
			enterBrowser(s.url)
		}
		Eventually(collected, "10s").Should(Equal(before + 1))
	})
})
