package bench

import (
	"bytes"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A limit", func() {
	DescribeTable("is held or missed, by so much",
		func(sense string, measured, bound float64, holds bool, margin float64) {
			l, f := limit{"delivery p95 ms", sense, bound}, figures{"delivery p95 ms": measured}
			Expect(l.holds(f)).To(Equal(holds))
			Expect(l.margin(f)).To(Equal(margin))
		},
		Entry("below it", "<", 25.0, 100.0, true, 4.0),
		Entry("no longer below it", "<", 100.0, 100.0, false, 1.0),
		Entry("above it", "<", 200.0, 100.0, false, 0.5),
		Entry("below it by no factor", "<", -3.0, 50.0, true, 0.0),
		Entry("enough", "≥", 495.0, 495.0, true, 1.0),
		Entry("not enough", "≥", 494.0, 494.5, false, 494/494.5),
		Entry("more", ">", 5.0, 0.5, true, 10.0),
		Entry("as much is not more", ">", 0.5, 0.5, false, 1.0),
		Entry("exactly", "=", 100.0, 100.0, true, 0.0),
		Entry("not exactly", "=", 101.0, 100.0, false, 0.0),
		Entry("only shown", "", 5.0, 0.0, true, 0.0),
	)

	DescribeTable("is missed by what was not measured",
		func(sense string, bound float64) {
			Expect(limit{"growth MB", sense, bound}.holds(figures{})).To(BeFalse())
		},
		Entry(nil, "<", 1.0), Entry(nil, "≥", 0.0), Entry(nil, ">", -1.0), Entry(nil, "=", 0.0), Entry("nor is it right", "", 0.0),
	)

	DescribeTable("writes figures as exactly as they are worth",
		func(v float64, want string) { Expect(amount(v)).To(Equal(want)) },
		Entry(nil, 495.0, "495"), Entry(nil, 0.0, "0"), Entry(nil, 0.02371, "0.0237"), Entry(nil, 1.234, "1.23"),
		Entry(nil, 123.456, "123.5"), Entry(nil, -2.345, "-2.35"),
	)
})

var _ = Describe("An outcome", func() {
	s := Scenario{Name: "delivery", Load: "200 users", Limits: []limit{{"delivery p95 ms", "<", 100}, {Figure: "delivery max ms"}}}
	good, lost := verdict{Expected: 5, Got: 5}, verdict{Expected: 5, Got: 4, Lost: 1}
	printed := func(o Outcome) string {
		var out bytes.Buffer
		o.print(&out)
		return out.String()
	}

	It("shows each figure beside its limit", func() {
		o := s.judge(figures{"delivery p95 ms": 2, "delivery max ms": 7}, good)
		Expect(printed(o)).To(And(
			HavePrefix("delivery: 200 users\n"), MatchRegexp(`delivery p95 +2 ms +< 100 ms +50 × +ok\n`),
			MatchRegexp(`delivery max +7 ms +\n`), ContainSubstring("5 of 5 deliveries: lost 0"), Not(ContainSubstring("MISSED")),
		))
		Expect(Missed([]Outcome{o})).To(Succeed())
	})

	It("fails for a limit", func() {
		o := s.judge(figures{"delivery p95 ms": 250, "delivery max ms": 251}, good)
		Expect(printed(o)).To(MatchRegexp(`250 ms +< 100 ms +0.40 × +MISSED\n`))
		Expect(Missed([]Outcome{o})).To(MatchError("delivery: delivery p95 is 250 ms, not < 100 ms"))
	})

	DescribeTable("fails for events, whatever the limits",
		func(v verdict, message string) {
			o := s.judge(figures{"delivery p95 ms": 2, "delivery max ms": 7}, v)
			Expect(printed(o)).To(HaveSuffix("  MISSED\n"))
			Expect(Missed([]Outcome{o})).To(MatchError(ContainSubstring(message)))
		},
		Entry("lost", lost, "lost 1"),
		Entry("doubled", verdict{Expected: 5, Got: 6, Doubled: 1}, "doubled 1"),
		Entry("out of order", verdict{Expected: 5, Got: 5, Reordered: 1}, "reordered 1"),
		Entry("of somebody else", verdict{Expected: 5, Got: 5, Misrouted: 1}, "misrouted 1"),
		Entry("not even sent", verdict{}, "0 of 0"),
	)

	It("fails for a machine that did not keep the pace", func() {
		paced := Scenario{Name: "sustained", Rate: 10}
		Expect(paced.judge(figures{"published/s": 9}, good).Limits).To(BeEmpty())
		Expect(Missed([]Outcome{paced.judge(figures{"published/s": 8}, good)})).To(MatchError("sustained: published/s is 8, not ≥ 9"))
	})

	It("names all that was missed", func() {
		o := s.judge(figures{"delivery p95 ms": 250, "delivery max ms": 251}, lost)
		Expect(Missed([]Outcome{o, o})).To(MatchError(MatchRegexp(`(?s)p95.*lost.*p95.*lost`)))
	})
})
