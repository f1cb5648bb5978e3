package server_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
)

var _ = Describe("The channels of the pattern-flow page", func() {
	var s *site
	var b *browser

	BeforeEach(func() {
		s = startSite(nil, byCookie)
		b = enterBrowser(s.url, "Cookie", "user=7")
	})

	// reached is for b alone, which has then seen it.
	reached := func(tier string) int {
		GinkgoHelper()
		n := s.send(rooms.Flow, rooms.Traits{Tier: tier})
		for range n {
			b.next("flow")
		}
		return n
	}

	It("bring the tiers that they name, to that socket alone", func() {
		other := enterBrowser(s.url, "Cookie", "user=7")
		b.ask("subscribe", keys{"channels": []any{"patterns.daily", "indicators"}})
		Expect([]int{reached("daily"), reached("indicators"), reached("weekly"), reached("combo")}).To(Equal([]int{1, 1, 0, 0}))
		other.expectNothing()
	})

	It("replace the former ones", func() {
		b.ask("subscribe", keys{"channels": []any{"patterns.daily"}})
		b.ask("subscribe", keys{"channels": []any{"patterns.weekly"}})
		Expect([]int{reached("daily"), reached("weekly")}).To(Equal([]int{0, 1}))
	})

	DescribeTable("are none, not all, if none is named",
		func(channels ...any) {
			b.ask("subscribe", keys{"channels": []any{"patterns.daily"}})
			b.ask("subscribe", keys{"channels": channels})
			Expect(reached("daily")).To(BeZero())
		},
		Entry("because the list is empty"),
		Entry("because nobody knows them", "patterns.yearly", "Patterns.Daily", 7, nil, keys{}),
	)

	It("stay as they are if the list is none", func() {
		b.ask("subscribe", keys{"channels": []any{"patterns.daily"}})
		field, _ := refusal(b.ask("subscribe", keys{"channels": "patterns.weekly"}))
		Expect(field).To(Equal("channels"))
		Expect(reached("daily")).To(Equal(1))
	})

	It("can be taken away one by one", func() {
		b.ask("subscribe", keys{"channels": []any{"patterns.daily", "patterns.weekly"}})
		Expect(b.ask("unsubscribe", keys{"channels": []any{"patterns.daily"}})).To(ContainSubstring(`"channels":["weekly"]`))
		Expect([]int{reached("daily"), reached("weekly")}).To(Equal([]int{0, 1}))
		Expect(b.ask("unsubscribe", keys{"channels": []any{"patterns.weekly"}})).To(ContainSubstring(`"channels":[]`))
		Expect(reached("weekly")).To(BeZero())
	})
})
