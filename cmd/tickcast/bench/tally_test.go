package bench

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The verdict of a run", func() {
	DescribeTable("of five messages sent to a client",
		func(got []int64, want verdict) {
			t := &tally{progress: func() {}}
			for _, seq := range got {
				t.message(fmt.Appendf(nil, `42["pattern_alert",%s]`, message(seq, 1, "")))
			}
			want.Expected, want.Got = 5, int64(len(got))
			v, latencies := sum([]*tally{t}, 5)
			Expect(v).To(Equal(want))
			Expect(latencies).To(HaveLen(len(got)))
			Expect(v.ok()).To(Equal(want.Lost+want.Doubled+want.Reordered == 0))
		},
		Entry("all, in order", []int64{0, 1, 2, 3, 4}, verdict{}),
		Entry("none", nil, verdict{Lost: 5}),
		Entry("the first missing", []int64{1, 2, 3, 4}, verdict{Lost: 1}),
		Entry("one missing in the middle", []int64{0, 1, 3, 4}, verdict{Lost: 1}),
		Entry("the last two missing", []int64{0, 1, 2}, verdict{Lost: 2}),
		Entry("one twice", []int64{0, 1, 1, 2, 3, 4}, verdict{Doubled: 1}),
		Entry("two in the wrong order", []int64{0, 2, 1, 3, 4}, verdict{Reordered: 1}),
		Entry("one twice while another is missing", []int64{0, 1, 1, 3, 4}, verdict{Lost: 1, Doubled: 1}),
		Entry("an old one again while another is missing", []int64{0, 2, 0, 3, 4}, verdict{Lost: 1, Doubled: 1}),
	)

	It("takes the number from the first of the two copies in our envelope, and passes greetings by", func() {
		t := &tally{progress: func() {}}
		t.message([]byte(`42["connection_confirmed",{"user_id":"anonymous"}]`))
		t.message([]byte(`42["pattern_alert",{"event":{"data":{"seq":0,"sent":1}},"event_data":{"data":{"seq":0,"sent":1}}}]`))
		Expect(t.got).To(BeEquivalentTo(1))
		Expect(t.next).To(BeEquivalentTo(1))
	})

	DescribeTable("of a client that wants the messages 2, 5 and 9",
		func(got []int64, want verdict) {
			t := &tally{want: []int64{2, 5, 9}, progress: func() {}}
			for _, seq := range got {
				t.message(fmt.Appendf(nil, `42["tier_pattern",{"pattern_data":%s}]`, message(seq, 1, "")))
			}
			want.Expected = 3
			v, _ := sum([]*tally{t}, 0)
			Expect(v).To(Equal(want))
			Expect(v.ok()).To(Equal(want.Lost+want.Doubled+want.Reordered+want.Misrouted == 0))
		},
		Entry("all, in order", []int64{2, 5, 9}, verdict{Got: 3}),
		Entry("one missing", []int64{2, 9}, verdict{Got: 2, Lost: 1}),
		Entry("the last one missing", []int64{2, 5}, verdict{Got: 2, Lost: 1}),
		Entry("one twice", []int64{2, 5, 5, 9}, verdict{Got: 4, Doubled: 1}),
		Entry("two in the wrong order", []int64{5, 2, 9}, verdict{Got: 3, Reordered: 1}),
		Entry("one of somebody else's among them", []int64{2, 3, 5, 9}, verdict{Got: 3, Misrouted: 1}),
		Entry("one of somebody else's instead", []int64{2, 3, 9}, verdict{Got: 2, Lost: 1, Misrouted: 1}),
	)

	It("passes by what is no tier pattern, for a client that wants some", func() {
		t := &tally{want: []int64{}, progress: func() {}}
		t.message([]byte(`42["pattern_alert",{"event":{"data":{"seq":0,"sent":1}}}]`))
		v, _ := sum([]*tally{t}, 0)
		Expect(v).To(Equal(verdict{}))
	})

	It("has means", func() {
		Expect(mean([]int32{1000, 2000, 6000})).To(Equal(3.0))
		Expect(mean(nil)).To(BeZero())
	})

	DescribeTable("quantiles",
		func(q, want float64) {
			Expect(quantile([]int32{1000, 2000, 3000, 4000}, q)).To(Equal(want))
		},
		Entry("median", 0.5, 3.0), Entry("maximum", 1.0, 4.0), Entry("minimum", 0.0, 1.0),
	)
})
