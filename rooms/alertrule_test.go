package rooms_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	. "github.com/tickstock/tickcast/rooms"
)

var _ = Describe("AlertRule", func() {
	at := func(clock string) time.Time {
		GinkgoHelper()
		t, err := time.Parse(time.TimeOnly, clock)
		Expect(err).NotTo(HaveOccurred())
		return t
	}
	doji := Traits{Pattern: "Doji", Symbol: "AAPL", Confidence: 0.7, HasConfidence: true}
	quiet := func(from, until time.Duration) AlertRule {
		return AlertRule{PerHour: 1, Quiet: QuietHours{from * time.Hour, until * time.Hour}}
	}
	wish := func(w ...AlertWish) AlertRule { return AlertRule{PerHour: 1, Wanted: append([]AlertWish{}, w...)} }

	DescribeTable("decides",
		func(rule AlertRule, clock string, accepted bool) {
			Expect(rule.Accepts(doji, at(clock))).To(Equal(accepted))
		},
		Entry("for what it does not speak of", AlertRule{PerHour: 1}, "12:00:00", true),
		Entry("against all if none is allowed", AlertRule{}, "12:00:00", false),
		Entry("for the least confidence", AlertRule{PerHour: 1, Confidence: 0.7}, "12:00:00", true),
		Entry("against less", AlertRule{PerHour: 1, Confidence: 0.71}, "12:00:00", false),
		Entry("against the beginning of the quiet hours", quiet(12, 13), "12:00:00", false),
		Entry("for their end", quiet(12, 13), "13:00:00", true),
		Entry("for a second before them", quiet(12, 13), "11:59:59", true),
		Entry("against the evening of a quiet night", quiet(22, 7), "22:00:00", false),
		Entry("against its morning", quiet(22, 7), "06:59:59", false),
		Entry("for the day after it", quiet(22, 7), "07:00:00", true),
		Entry("for all day if there is nothing between", quiet(7, 7), "07:00:00", true),
		Entry("for a wanted pattern", wish(AlertWish{Pattern: "Hammer"}, AlertWish{Pattern: "Doji"}), "12:00:00", true),
		Entry("against others", wish(AlertWish{Pattern: "doji"}, AlertWish{Pattern: "Hammer"}), "12:00:00", false),
		Entry("against all if none is wanted", wish(), "12:00:00", false),
		Entry("for a wanted symbol", wish(AlertWish{Pattern: "Doji", Symbols: []string{"TSLA", "AAPL"}}), "12:00:00", true),
		Entry("against others symbols", wish(AlertWish{Pattern: "Doji", Symbols: []string{"TSLA"}}), "12:00:00", false),
		Entry("for the least confidence of that pattern", wish(AlertWish{Pattern: "Doji", Confidence: 0.7}), "12:00:00", true),
		Entry("against less of it", wish(AlertWish{Pattern: "Doji", Confidence: 0.8}), "12:00:00", false),
	)

	It("does not test a confidence that an event does not tell", func() {
		Expect(AlertRule{PerHour: 1, Confidence: 0.9}.Accepts(Traits{Pattern: "Doji"}, at("12:00:00"))).To(BeTrue())
	})

	Context("of a user", func() {
		var (
			out    *recorder
			router *Router
			noon   = time.Date(2025, 9, 16, 16, 0, 0, 0, time.UTC) // in New York
		)
		BeforeEach(func() {
			eastern, err := NewMarket("US/Eastern")
			Expect(err).NotTo(HaveOccurred())
			out = &recorder{}
			router = New(out, Limits{Market: eastern})
		})
		// held are the rooms that the alert of that moment was kept from.
		held := func(ruled bool, at time.Time) []Room {
			router.Route(Event{Name: "pattern_alert", Received: at, Traits: doji, Audience: Audience{Namespace: "/tickstockpl", Ruled: ruled}, Payload: []byte("{}")})
			return out.sent[len(out.sent)-1].except
		}
		seven, eight := UserRoom("7"), UserRoom("8")

		It("keeps what is Ruled from that user, and nothing else", func() {
			router.SetAlertRule(seven, wish())
			router.SetAlertRule(eight, AlertRule{PerHour: 5})
			Expect(held(true, noon)).To(ConsistOf(seven))
			Expect(held(false, noon)).To(BeEmpty())
			Expect(router.Stats().RuleHeld).To(BeEquivalentTo(1))
		})

		It("tells the time by the market's clock", func() {
			router.SetAlertRule(seven, quiet(12, 13))
			Expect(held(true, noon)).To(ConsistOf(seven))
			Expect(held(true, noon.Add(time.Hour))).To(BeEmpty())
		})

		It("counts an hour, through a rule that is read again", func() {
			router.SetAlertRule(seven, AlertRule{PerHour: 2})
			Expect(held(true, noon)).To(BeEmpty())
			Expect(held(true, noon.Add(time.Minute))).To(BeEmpty())
			router.SetAlertRule(seven, AlertRule{PerHour: 2})
			Expect(held(true, noon.Add(time.Hour))).To(ConsistOf(seven))
			Expect(held(true, noon.Add(time.Hour+time.Second))).To(BeEmpty())
		})

		It("does not count what it refuses", func() {
			router.SetAlertRule(seven, AlertRule{PerHour: 1, Confidence: 0.8})
			Expect(held(true, noon)).To(ConsistOf(seven))
			router.SetAlertRule(seven, AlertRule{PerHour: 1})
			Expect(held(true, noon)).To(BeEmpty())
		})

		It("is over when it is dropped", func() {
			router.SetAlertRule(seven, wish())
			router.DropAlertRule(seven)
			Expect(held(true, noon)).To(BeEmpty())
		})
	})
})
