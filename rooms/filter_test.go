package rooms_test

import (
	"errors"
	"fmt"
	"math"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	. "github.com/tickstock/tickcast/rooms"
)

var breakout = Traits{
	Pattern: "BreakoutBO", Symbol: "AAPL", Tier: "daily", Regime: "bull",
	Confidence: 0.85, HasConfidence: true, Priority: High,
}

var _ = Describe("Filter", func() {
	DescribeTable("accepts",
		func(f Filter, t Traits) { Expect(f.Match(t)).To(BeTrue()) },
		Entry("anything if it is empty", Filter{}, breakout),
		Entry("anything if its lists are empty", Filter{Patterns: []string{}, Symbols: []string{}}, breakout),
		Entry("a member of each list",
			Filter{Patterns: []string{"Doji", "BreakoutBO"}, Symbols: []string{"AAPL"}, Tiers: []string{"daily"}, Regimes: []string{"bull"}}, breakout),
		Entry("a confidence equal to its minimum", Filter{ConfidenceMin: 0.85}, breakout),
		Entry("a priority equal to its minimum", Filter{PriorityMin: High}, breakout),
		Entry("a priority above its minimum", Filter{PriorityMin: Low}, breakout),
		Entry("an event that carries none of what it asks for",
			Filter{Patterns: []string{"Doji"}, Symbols: []string{"X"}, Tiers: []string{"combo"}, Regimes: []string{"bear"}, ConfidenceMin: 1, PriorityMin: Critical}, Traits{}),
		Entry("an event of market hours", Filter{MarketHours: true}, breakout),
		Entry("an event while the market is closed if it does not mind", Filter{}, Traits{Closed: true}),
		Entry("more events than it wants in an hour: the router counts", Filter{MaxPerHour: 1}, breakout),
		Entry("a confidence that is no number, without a minimum", Filter{}, Traits{Confidence: math.NaN(), HasConfidence: true}),
	)

	DescribeTable("turns away",
		func(f Filter, t Traits) { Expect(f.Match(t)).To(BeFalse()) },
		Entry("another pattern", Filter{Patterns: []string{"Doji"}}, breakout),
		Entry("a pattern in another case", Filter{Patterns: []string{"breakoutbo"}}, breakout),
		Entry("another symbol", Filter{Symbols: []string{"TSLA", "AAP", "AAPLE"}}, breakout),
		Entry("another tier", Filter{Tiers: []string{"combo"}}, breakout),
		Entry("another regime", Filter{Regimes: []string{"bear"}}, breakout),
		Entry("a confidence just below its minimum", Filter{ConfidenceMin: 0.8500001}, breakout),
		Entry("a confidence that is no number", Filter{ConfidenceMin: 0.1}, Traits{Confidence: math.NaN(), HasConfidence: true}),
		Entry("a priority below its minimum", Filter{PriorityMin: Critical}, breakout),
		Entry("whatever comes while the market is closed", Filter{MarketHours: true}, Traits{Closed: true, Priority: Critical}),
		Entry("what fits in all but one respect",
			Filter{Patterns: []string{"BreakoutBO"}, Symbols: []string{"AAPL"}, Tiers: []string{"combo"}}, breakout),
	)

	DescribeTable("is refused for its",
		func(field string, f Filter) {
			err := f.Validate()
			Expect(err).To(MatchError(ErrBadFilter))
			Expect(err).To(MatchError(ContainSubstring(field)))
			var refused *FieldError
			Expect(errors.As(err, &refused)).To(BeTrue())
			Expect(refused.Field).To(Equal(field))
		},
		Entry("overlong pattern", "patterns[1]", Filter{Patterns: []string{"ok", strings.Repeat("x", 65)}}),
		Entry("control character", "symbols[0]", Filter{Symbols: []string{"AA\nPL"}}),
		Entry("zero byte", "tiers[0]", Filter{Tiers: []string{"\x00"}}),
		Entry("broken UTF-8", "regimes[0]", Filter{Regimes: []string{"b\xffll"}}),
		Entry("number of symbols", "symbols", Filter{Symbols: many(1001)}),
		Entry("number of values altogether", "tiers", Filter{Patterns: many(500), Symbols: many(500), Tiers: []string{"daily"}}),
		Entry("negative confidence", "confidence_min", Filter{ConfidenceMin: -0.1}),
		Entry("confidence in percent", "confidence_min", Filter{ConfidenceMin: 70}),
		Entry("confidence that is no number", "confidence_min", Filter{ConfidenceMin: math.NaN()}),
		Entry("infinite confidence", "confidence_min", Filter{ConfidenceMin: math.Inf(1)}),
		Entry("priority of no known rank", "priority_min", Filter{PriorityMin: 5}),
		Entry("negative limit", "max_events_per_hour", Filter{MaxPerHour: -1}),
		Entry("limit that is none", "max_events_per_hour", Filter{MaxPerHour: 10_001}),
	)

	It("names field and problem in its refusal, and nothing else", func() {
		var refused *FieldError
		Expect(errors.As(Filter{MaxPerHour: -1}.Validate(), &refused)).To(BeTrue())
		Expect(refused).To(MatchError("max_events_per_hour: -1 is not within 0 and 10000"))
		Expect(errors.As(Subscription{Room: "user_7", Topic: Patterns, ID: "a\x00"}.Validate(), &refused)).To(BeTrue())
		Expect(refused).To(MatchError("subscription_id: contains a control character"))
	})

	It("does not repeat a hostile value in its refusal", func() {
		err := Filter{Symbols: []string{"\x1b[31m" + strings.Repeat("A", 1<<20)}}.Validate()
		Expect(len(err.Error())).To(BeNumerically("<", 100))
		Expect(err.Error()).NotTo(ContainSubstring("\x1b"))
	})

	It("is fine at its bounds", func() {
		Expect(Filter{Symbols: many(1000), ConfidenceMin: 1, PriorityMin: Critical, MaxPerHour: 10_000}.Validate()).To(Succeed())
		Expect(Filter{Patterns: []string{strings.Repeat("ä", 64)}}.Validate()).To(Succeed())
		Expect(Filter{}.Validate()).To(Succeed())
	})
})

var _ = Describe("Subscription", func() {
	DescribeTable("is refused",
		func(s Subscription) { Expect(s.Validate()).To(MatchError(ErrBadSubscription)) },
		Entry("without a room", Subscription{Topic: Patterns}),
		Entry("without a topic", Subscription{Room: "user_7"}),
		Entry("with an overlong id", Subscription{Room: "user_7", Topic: Patterns, ID: strings.Repeat("x", 65)}),
		Entry("with a control character in its id", Subscription{Room: "user_7", Topic: Patterns, ID: "a\x1b[31m"}),
	)

	It("is refused for its filter", func() {
		Expect(Subscription{Room: "user_7", Topic: Patterns, Filter: Filter{ConfidenceMin: 2}}.Validate()).To(MatchError(ErrBadFilter))
	})
})

func many(n int) []string {
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf("V%d", i)
	}
	return values
}
