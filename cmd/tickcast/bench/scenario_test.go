package bench

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A wish", func() {
	event := pattern{Pattern: "Doji", Symbol: "AAPL", Tier: "daily", Confidence: 0.7, Priority: "medium"}

	DescribeTable("accepts",
		func(w wish) { Expect(w.accepts(event)).To(BeTrue()) },
		Entry("everything when it names nothing", wish{}),
		Entry("members of its lists", wish{only("TSLA", "AAPL"), only("Doji"), only("daily"), 0, ""}),
		Entry("exactly its minimums", wish{Confidence: 0.7, Priority: "medium"}),
		Entry("more than its minimums", wish{Confidence: 0.1, Priority: "low"}),
	)

	DescribeTable("refuses",
		func(w wish) { Expect(w.accepts(event)).To(BeFalse()) },
		Entry("another symbol", wish{Symbols: only("aapl")}),
		Entry("another pattern", wish{Patterns: only("Hammer")}),
		Entry("another tier", wish{Tiers: only("intraday", "combo")}),
		Entry("too little confidence", wish{Confidence: 0.71}),
		Entry("too low a priority", wish{Priority: "high"}),
		Entry("one miss among hits", wish{only("AAPL"), only("Doji"), only("combo"), 0.5, "low"}),
	)
})

var _ = Describe("What users should get", func() {
	traders := []wish{
		{only("AAPL", "TSLA"), only("BreakoutBO", "TrendReversal"), only("daily"), 0.8, "medium"},
		{only("AAPL", "GOOGL", "MSFT"), only("BreakoutBO"), only("intraday", "daily"), 0.7, "medium"},
		{only("TSLA", "META"), only("TrendReversal", "SurgePattern"), only("combo"), 0.9, "medium"},
		{only("AAPL", "TSLA", "GOOGL", "MSFT", "META"), only("BreakoutBO", "TrendReversal", "SurgePattern"), only("daily", "intraday", "combo"), 0.6, "medium"},
	}
	events := []pattern{
		{Pattern: "BreakoutBO", Symbol: "AAPL", Tier: "daily", Confidence: 0.85, Priority: "high"},
		{Pattern: "TrendReversal", Symbol: "TSLA", Tier: "combo", Confidence: 0.92, Priority: "critical"},
		{Pattern: "BreakoutBO", Symbol: "GOOGL", Tier: "intraday", Confidence: 0.78, Priority: "medium"},
		{Pattern: "SurgePattern", Symbol: "META", Tier: "combo", Confidence: 0.94, Priority: "critical"},
	}
	four := Scenario{
		Users: 4, Wish: func(i int) wish { return traders[i] },
		Events: 4, Pattern: func(i int) pattern { return events[i] },
	}

	DescribeTable("of four events is what their filters accept",
		func(trader int, want ...int64) { Expect(four.tallies()[trader].want).To(Equal(want)) },
		Entry("first trader", 0, int64(0)),
		Entry("second trader", 1, int64(0), int64(2)),
		Entry("analyst", 2, int64(1), int64(3)),
		Entry("portfolio", 3, int64(0), int64(1), int64(2), int64(3)),
	)

	It("is nothing, but not everything, if they accept nothing", func() {
		none := four
		none.Wish = func(int) wish { return wish{Symbols: only("NONE")} }
		Expect(none.tallies()[0].want).To(Equal([]int64{}))
	})

	It("is the beginning of a burst that is over their limit", func() {
		limited := four
		limited.PerUser = 2
		Expect(limited.tallies()[3].want).To(Equal([]int64{0, 1}))
	})
})

var _ = Describe("The scenarios", func() {
	It("have different names, and limits on what they measure", func() {
		names := map[string]bool{}
		for _, s := range scenarios(false) {
			Expect(names).NotTo(HaveKey(s.Name))
			names[s.Name] = true
			Expect(s.Load).NotTo(BeEmpty(), s.Name)
			Expect(s.Limits).NotTo(BeEmpty(), s.Name)
		}
	})

	It("send something to somebody, and not all to all unless they say so", func() {
		for _, s := range scenarios(true) {
			total := 0
			for _, one := range s.tallies() {
				total += len(one.want)
			}
			Expect(total).To(BeNumerically(">", 0), s.Name)
			if s.Users > 1 && s.Wish(0).Symbols != nil {
				Expect(total).To(BeNumerically("<", s.Users*s.Events), s.Name)
			}
		}
	})

	It("stay below the limit of a user, but for those that are about it", func() {
		for _, s := range scenarios(false) {
			if s.PerUser == 0 {
				Expect(s.Rate <= 100 && (s.Rate > 0 || s.Events <= 100 || s.act != nil)).To(BeTrue(), s.Name)
			}
		}
	})

	It("draw the same in every run", func() {
		Expect(tickerWish(7)).To(Equal(tickerWish(7)))
		Expect(tickerWish(7)).NotTo(Equal(tickerWish(8)))
		Expect(ticker(7)).To(Equal(ticker(7)))
	})

	It("last a minute, or ten seconds in short", func() {
		Expect(lasting(60e9)[0].Events).To(Equal(600))
		Expect(scenarios(true)).To(ContainElement(And(HaveField("Name", "sustained"), HaveField("Events", 100))))
	})

	It("are chosen by name", func() {
		chosen, err := Suite{Only: []string{"memory", "delivery"}}.Chosen()
		Expect(err).NotTo(HaveOccurred())
		Expect(chosen).To(HaveExactElements(HaveField("Name", "memory"), HaveField("Name", "delivery")))
		_, err = Suite{Only: []string{"deliveries"}}.Chosen()
		Expect(err).To(MatchError(And(ContainSubstring(`"deliveries"`), ContainSubstring("delivery"))))
	})
})

var _ = Describe("What a scenario counts", func() {
	s := Scenario{
		Users: 2, Wish: func(int) wish { return wish{} }, Events: 4,
		Pattern: func(i int) pattern { return pattern{Priority: pick(i, "low", "critical")} },
	}

	It("is judged by the events' numbers: halves, and what is critical", func() {
		t := &trial{figures: figures{}}
		s.count(t, []*tally{
			{want: []int64{0, 1, 2, 3}, next: 4, got: 4, numbers: []int64{0, 1, 2, 3}, latencies: []int32{1000, 1000, 2000, 4000}},
			{want: []int64{1}, next: 1, got: 1, numbers: []int64{1}, latencies: []int32{1000}},
		})
		Expect(t.verdict).To(Equal(verdict{Expected: 5, Got: 5}))
		Expect(t.figures).To(And(
			HaveKeyWithValue("delivery avg ms", 1.8), HaveKeyWithValue("delivery max ms", 4.0),
			HaveKeyWithValue("critical avg ms", 2.0), HaveKeyWithValue("second half slower %", BeNumerically("~", 200, 1e-6)),
			HaveKeyWithValue("delivered events", 5.0), HaveKeyWithValue("deliveries/event", 1.25),
		))
	})

	It("includes what came and should not have, for an exact limit", func() {
		t := &trial{figures: figures{}}
		s.count(t, []*tally{{want: []int64{1}, next: 1, got: 1, misrouted: 2, numbers: []int64{1}, latencies: []int32{1000}}})
		Expect(t.figures).To(HaveKeyWithValue("delivered events", 3.0))
	})

	It("says nothing of latencies if nothing came", func() {
		t := &trial{figures: figures{}}
		s.count(t, []*tally{{want: []int64{1}}})
		Expect(t.verdict).To(Equal(verdict{Expected: 1, Lost: 1}))
		Expect(t.figures).NotTo(HaveKey("delivery max ms"))
	})
})
