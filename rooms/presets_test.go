package rooms_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	. "github.com/tickstock/tickcast/rooms"
)

var _ = Describe("Preset", func() {
	DescribeTable("makes a subscription",
		func(name string, want Filter) {
			topic, f, ok := Preset(name)
			Expect(ok).To(BeTrue())
			Expect(topic).To(Equal(TierPatterns))
			Expect(f).To(Equal(want))
		},
		Entry("to daily patterns", "daily", Filter{Tiers: []string{"daily"}, ConfidenceMin: 0.7}),
		Entry("to what is nearly certain", "high_confidence",
			Filter{Tiers: []string{"daily", "intraday", "combo"}, ConfidenceMin: 0.8, PriorityMin: High}),
		Entry("to a pattern yet to be named", "specific_pattern", Filter{ConfidenceMin: 0.6}),
		Entry("for scalping", "intraday_scalping", Filter{
			Patterns: []string{"ScalpingBO", "MomentumSurge", "QuickReversal"}, Tiers: []string{"intraday"},
			ConfidenceMin: 0.75, PriorityMin: High, MaxPerHour: 200, MarketHours: true,
		}),
		Entry("for swing trading", "swing", Filter{
			Patterns: []string{"TrendReversal", "BreakoutBO", "SupportBreak", "SurgePattern"}, Tiers: []string{"daily", "combo"},
			ConfidenceMin: 0.7, MaxPerHour: 25,
		}),
		Entry("to risks", "risk", Filter{
			Patterns: []string{"SurgeDetection", "VolatilitySpike", "LiquidityDrop"}, ConfidenceMin: 0.6, PriorityMin: High, MaxPerHour: 100,
		}),
	)

	It("is valid by every name there is", func() {
		Expect(PresetNames()).To(Equal([]string{"daily", "high_confidence", "intraday_scalping", "risk", "specific_pattern", "swing"}))
		for _, name := range PresetNames() {
			topic, f, _ := Preset(name)
			Expect(Subscription{Room: "user_7", Topic: topic, Filter: f}.Validate()).To(Succeed())
		}
		Expect(Preferences().Validate()).To(Succeed())
	})

	It("is one's own to change", func() {
		_, f, _ := Preset("daily")
		f.Tiers[0] = "combo"
		_, f, _ = Preset("daily")
		Expect(f.Tiers).To(Equal([]string{"daily"}))
	})

	It("is none by another name", func() {
		_, _, ok := Preset("Daily")
		Expect(ok).To(BeFalse())
	})
})

var _ = Describe("Preferences", func() {
	It("are moderate until the user says otherwise", func() {
		Expect(Preferences()).To(Equal(Filter{ConfidenceMin: 0.6, PriorityMin: Medium, MaxPerHour: 50}))
	})
})
