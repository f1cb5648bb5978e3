package main

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("bench", func() {
	BeforeEach(forgetSettings)

	DescribeTable("refuses with code 2, before anything is started,",
		func(words string, args ...string) {
			s := start(append([]string{"bench"}, args...)...)
			Expect(s.exit()).To(Equal(exitUsage))
			Expect(s.err()).To(Equal("tickcast: " + words + "\n"))
		},
		Entry("a peer without a name", `--peer "bin/bare": want name=program`, "fanout", "--peer", "bin/bare"),
		Entry("a peer without a program", `--centrifuge "x=": want name=program`, "all", "--centrifuge", "x="),
		Entry("two peers of one name", `--peer "tickcast=true": there is a tickcast already`, "idle", "--peer", "tickcast=true"),
		Entry("no sockets", "sockets: at least one", "storm", "--sockets", "0"),
		Entry("no runs", "runs: at least one", "all", "--runs", "0"),
		Entry("no subscriptions", "subscriptions: at least one", "match", "--subscriptions", "0"),
	)
})
