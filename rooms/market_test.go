package rooms_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	. "github.com/tickstock/tickcast/rooms"
)

func newYork() *Market {
	GinkgoHelper()
	market, err := NewMarket("US/Eastern")
	Expect(err).NotTo(HaveOccurred())
	return market
}

// at reads a moment with its offset from UTC, so that nothing depends on the zone under test.
func at(text string) time.Time {
	GinkgoHelper()
	moment, err := time.Parse(time.RFC3339Nano, text)
	Expect(err).NotTo(HaveOccurred())
	return moment
}

var _ = Describe("Market", func() {
	DescribeTable("names the session",
		func(moment, session string) {
			Expect(newYork().Session(at(moment))).To(Equal(session))
			Expect(newYork().Open(at(moment))).To(Equal(session == "REGULAR_HOURS"))
		},
		Entry("before four", "2026-01-06T03:59:59.999-05:00", "CLOSED"),
		Entry("from four", "2026-01-06T04:00:00-05:00", "PRE_MARKET"),
		Entry("before half past nine", "2026-01-06T09:29:59.999999999-05:00", "PRE_MARKET"),
		Entry("from half past nine", "2026-01-06T09:30:00-05:00", "REGULAR_HOURS"),
		Entry("before four in the afternoon", "2026-01-06T15:59:59.999999999-05:00", "REGULAR_HOURS"),
		Entry("from four in the afternoon", "2026-01-06T16:00:00-05:00", "AFTER_HOURS"),
		Entry("before eight in the evening", "2026-01-06T19:59:59-05:00", "AFTER_HOURS"),
		Entry("from eight in the evening", "2026-01-06T20:00:00-05:00", "CLOSED"),
		Entry("at midnight", "2026-01-06T00:00:00-05:00", "CLOSED"),
		Entry("of a moment written in another zone", "2026-01-06T14:30:00Z", "REGULAR_HOURS"),
		Entry("in summer, when the clock is an hour ahead", "2026-07-07T13:30:00Z", "REGULAR_HOURS"),
		Entry("in summer, an hour later by that clock", "2026-07-07T20:00:00Z", "AFTER_HOURS"),
		Entry("on Friday", "2026-01-09T12:00:00-05:00", "REGULAR_HOURS"),
		Entry("on Saturday", "2026-01-10T12:00:00-05:00", "CLOSED"),
		Entry("on Sunday", "2026-01-11T05:00:00-05:00", "CLOSED"),
		Entry("on Monday where it is still Sunday", "2026-01-11T23:00:00-05:00", "CLOSED"),
	)

	It("never closes if there is none", func() {
		var none *Market
		Expect(none.Open(at("2026-01-10T12:00:00-05:00"))).To(BeTrue())
	})

	It("must be in a zone that exists", func() {
		_, err := NewMarket("US/Nowhere")
		Expect(err).To(MatchError(ContainSubstring("US/Nowhere")))
	})
})
