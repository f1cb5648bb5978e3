package main

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("bench scenarios", func() {
	BeforeEach(forgetSettings)

	It("refuses a scenario that there is not with code 2, and names those that there are", func() {
		s := start("bench", "scenarios", "--only", "deliveries")
		Expect(s.exit()).To(Equal(exitUsage))
		Expect(s.err()).To(MatchRegexp(`^tickcast: --only "deliveries": there is no such scenario, but .*delivery, .*\n$`))
	})
})
