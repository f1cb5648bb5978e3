package bench

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The server's metrics", func() {
	const text = `# HELP tickcast_match_seconds How long finding the rooms of an event took.
# TYPE tickcast_match_seconds histogram
tickcast_match_seconds_bucket{le="0.001"} 90
tickcast_match_seconds_bucket{le="0.002"} 97
tickcast_match_seconds_bucket{le="0.004"} 99
tickcast_match_seconds_bucket{le="+Inf"} 100
tickcast_match_seconds_sum 0.25
tickcast_match_seconds_count 100
tickcast_sockets{namespace="/"} 7
tickcast_rate_limited_total 50
`
	read := func() scrape {
		GinkgoHelper()
		seen, err := readScrape(strings.NewReader(text))
		Expect(err).NotTo(HaveOccurred())
		return seen
	}

	It("are read by name and labels", func() {
		Expect(read()).To(And(HaveLen(8), HaveKeyWithValue(`tickcast_sockets{namespace="/"}`, 7.0)))
	})

	It("must be numbers", func() {
		_, err := readScrape(strings.NewReader("tickcast_users many\n"))
		Expect(err).To(MatchError(ContainSubstring("tickcast_users")))
	})

	DescribeTable("bound the slowest",
		func(k int, ms float64) {
			Expect(read().beyond("tickcast_match_seconds", k)).To(BeNumerically("~", ms, 1e-9))
		},
		Entry("one, beyond all buckets, by the sum", 1, 250.0),
		Entry("second", 2, 4.0),
		Entry("third", 3, 4.0),
		Entry("fourth", 4, 2.0),
		Entry("eleventh", 11, 1.0),
	)

	It("put all look-ups on the patterns, and take the slowest as theirs", func() {
		f := figures{}
		read().judge(20, f)
		Expect(f).To(And(
			HaveKeyWithValue("filtering avg ms", 12.5), HaveKeyWithValue("filtering p95 ms", 250.0),
			HaveKeyWithValue("limited events", 50.0),
		))
		read().judge(50, f)
		Expect(f).To(HaveKeyWithValue("filtering p95 ms", BeNumerically("~", 4, 1e-9)), "the third of 50 is the slowest that may be theirs")
	})
})
