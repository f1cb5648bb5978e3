package server_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
)

var _ = Describe("A subscription to patterns", func() {
	var s *site
	var b, other *browser

	BeforeEach(func() {
		s = startSite(nil, nil)
		b, other = enterBrowser(s.url), enterBrowser(s.url)
	})

	subscribe := func(patterns ...any) {
		GinkgoHelper()
		b.emit("subscribe_patterns", map[string]any{"patterns": append([]any{}, patterns...)})
		b.next("subscription_confirmed")
	}

	It("lets through what it names, and leaves other sockets alone", func() {
		subscribe("Hammer", "Cup & <b>Handle</b> ✅")
		for _, pattern := range []string{"Doji", "Hammer", "hammer", "Cup & <b>Handle</b> ✅"} {
			s.sockets.Router().Route(alert(pattern))
		}
		Expect(b.next("pattern_alert").payload()).To(Equal(`{"pattern":"Hammer"}`))
		Expect(b.next("pattern_alert").payload()).To(Equal(`{"pattern":"Cup & <b>Handle</b> ✅"}`))
		b.expectNothing()
		for range 4 {
			other.next("pattern_alert")
		}
	})

	It("is confirmed with every character as it was sent", func() {
		b.write(`42["subscribe_patterns",{"patterns":["Cup & <b>Handle</b> ✅","\u0041",1e2]}]`)
		Expect(b.next("subscription_confirmed").payload()).To(HavePrefix(`{"patterns":["Cup & <b>Handle</b> ✅","\u0041",1e2],`))
	})

	It("replaces the one before", func() {
		subscribe("Doji")
		subscribe("Hammer")
		s.sockets.Router().Route(alert("Doji"))
		s.sockets.Router().Route(alert("Hammer"))
		Expect(b.next("pattern_alert").payload()).To(Equal(`{"pattern":"Hammer"}`))
		b.expectNothing()
	})

	It("of an empty list is one to everything", func() {
		subscribe("Doji")
		subscribe()
		s.sockets.Router().Route(alert("Hammer"))
		b.next("pattern_alert")
	})

	It("of null alone matches no pattern at all", func() {
		subscribe(nil)
		s.sockets.Router().Route(alert("Doji"))
		b.expectNothing()
	})

	It("survives a refused one", func() {
		subscribe("Doji")
		b.emit("subscribe_patterns", map[string]any{"patterns": []any{[]string{"Hammer"}}})
		b.next("error")
		s.sockets.Router().Route(alert("Hammer"))
		s.sockets.Router().Route(alert("Doji"))
		Expect(b.next("pattern_alert").payload()).To(Equal(`{"pattern":"Doji"}`))
	})

	It("ends with unsubscribe_patterns: everything again", func() {
		subscribe("Doji")
		b.emit("unsubscribe_patterns")
		b.expectNothing()
		s.sockets.Router().Route(alert("Hammer"))
		b.next("pattern_alert")
	})

	DescribeTable("is bounded, and says which field is over the bound",
		func(patterns []string, message string) {
			b.emit("subscribe_patterns", map[string]any{"patterns": patterns})
			Expect(b.next("error").payload()).To(ContainSubstring(message))
			s.sockets.Router().Route(alert("Doji"))
			b.next("pattern_alert")
		},
		Entry("in names", make([]string, rooms.MaxValues+1), `"patterns: `),
		Entry("in the length of a name", []string{"Doji", strings.Repeat("x", rooms.MaxValueLength+1)}, `"patterns[1]: `),
		Entry("in its characters", []string{"Do\x00ji"}, `"patterns[0]: `),
	)

	It("takes as many names as are allowed", func() {
		b.emit("subscribe_patterns", map[string]any{"patterns": make([]string, rooms.MaxValues)})
		Expect(b.next("subscription_confirmed").payload()).To(ContainSubstring(`"count":1000`))
	})
})
