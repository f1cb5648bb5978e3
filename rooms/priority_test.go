package rooms_test

import (
	"math"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	. "github.com/tickstock/tickcast/rooms"
)

var _ = Describe("Priority", func() {
	DescribeTable("of a confidence",
		func(confidence float64, want Priority) { Expect(PriorityAt(confidence)).To(Equal(want)) },
		Entry("is low below 0.6", 0.5999, Low),
		Entry("is medium from 0.6", 0.6, Medium),
		Entry("is high from 0.8", 0.8, High),
		Entry("is high at 0.87", 0.87, High),
		Entry("is critical from 0.9", 0.9, Critical),
		Entry("is low if it is no number", math.NaN(), Low),
	)

	DescribeTable("named by a filter, in any case",
		func(name string, want Priority) {
			got, err := ParsePriority(name)
			Expect(err).NotTo(HaveOccurred())
			Expect(got).To(Equal(want))
		},
		Entry("low", "low", Low),
		Entry("as the pages write it", "MEDIUM", Medium),
		Entry("high", "High", High),
		Entry("critical", "cRITICAL", Critical),
		Entry("not at all", "", Priority(0)),
	)

	It("is refused if a filter names an unknown one", func() {
		_, err := ParsePriority("urgent")
		Expect(err).To(MatchError(ErrBadFilter))
		Expect(err).To(MatchError(ContainSubstring("priority_min")))
	})

	It("ranks lowest if an event names an unknown one", func() {
		Expect(PriorityNamed("urgent")).To(Equal(Low))
		Expect(PriorityNamed("CRITICAL")).To(Equal(Critical))
		Expect(PriorityNamed("")).To(BeZero())
	})

	It("is written in lower case", func() {
		Expect([]string{Low.String(), Medium.String(), High.String(), Critical.String(), Priority(0).String()}).
			To(Equal([]string{"low", "medium", "high", "critical", ""}))
	})
})
