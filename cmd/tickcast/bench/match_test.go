package bench

import (
	"bytes"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/rooms"
)

var _ = Describe("Matching", func() {
	It("finds everybody who should be found among many, and tells what it took", func(ctx SpecContext) {
		matched, err := Match{Subscriptions: 2_000, Events: 200, Changes: 100, Checked: 50}.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(matched.Flawless()).To(Succeed())
		Expect(matched.Compared).To(BeNumerically(">", 100))
		for _, took := range []spread{matched.Match, matched.Subscribe, matched.Unsubscribe} {
			Expect(took.P50).To(And(BeNumerically(">", 0), BeNumerically("<=", took.P99)))
			Expect(took.P99).To(BeNumerically("<=", took.Max))
		}
		var out bytes.Buffer
		matched.Print(&out)
		Expect(out.String()).To(MatchRegexp(`(?s)2000 subscriptions, \S+ B each; \d+ rooms compared: 0 missed, 0 misrouted.*\nunsubscribe .*\n1 or more `))
	})

	DescribeTable("fails when the rooms found are",
		func(found []rooms.Room, missed, misrouted int) {
			var r Matched
			r.compare([]rooms.Room{"user_2", "user_1", "user_3"}, found)
			Expect(r).To(Equal(Matched{Compared: 3, Missed: missed, Misrouted: misrouted}))
			if missed+misrouted > 0 {
				Expect(r.Flawless()).To(MatchError(ContainSubstring("of 3")))
			}
		},
		Entry("too few", []rooms.Room{"user_3", "user_1"}, 1, 0),
		Entry("too many", []rooms.Room{"user_3", "user_1", "user_2", "user_4"}, 0, 1),
		Entry("others", []rooms.Room{"user_4", "user_1", "user_2"}, 1, 1),
		Entry("named twice", []rooms.Room{"user_1", "user_2", "user_3", "user_3"}, 0, 1),
		Entry("not those, but they are", []rooms.Room{"user_1", "user_2", "user_3"}, 0, 0),
	)

	It("fails when nothing was compared", func() {
		Expect(Matched{}.Flawless()).To(MatchError(ContainSubstring("interested anybody")))
	})

	It("is told by orders of magnitude of the recipients", func() {
		Expect(byRecipients([]found{{0, time.Microsecond}, {9, 2 * time.Microsecond}, {10, 1000}, {250, 5000}, {750, 7000}})).To(Equal([]reaching{
			{Least: 0, Events: 1, Mean: 1},
			{Least: 1, Events: 1, Recipients: 9, Mean: 2},
			{Least: 10, Events: 1, Recipients: 10, Mean: 1},
			{Least: 100, Events: 2, Recipients: 500, Mean: 6},
		}))
	})

	It("draws the same users and events in every run", func() {
		Expect(manyWish(7)).To(Equal(manyWish(7)))
		Expect(manyWish(7)).NotTo(Equal(manyWish(8)))
		Expect(manyPattern(7)).To(Equal(manyPattern(7)))
	})
})
