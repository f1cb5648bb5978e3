package redisbridge

import (
	"fmt"
	"strings"
	"time"
	"unsafe"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// inside says whether part is a stretch of whole's own bytes.
func inside(whole, part string) bool {
	at, from := uintptr(unsafe.Pointer(unsafe.StringData(part))), uintptr(unsafe.Pointer(unsafe.StringData(whole)))
	return at >= from && at < from+uintptr(len(whole))
}

var _ = Describe("The producer's feeds", func() {
	const channel = "tickstock:market:ticks"
	var m *message
	BeforeEach(func() { m = &message{memory: newMemory()} })
	hear := func(text string) (names []string) {
		for event, reason := range m.translate(Channel{Name: channel, Translate: one(translateTick)}, text, arrival) {
			if reason == Accepted {
				names = append(names, event.Name)
			}
		}
		return names
	}

	It("are all there before the first tick", func() {
		Expect(m.memory.feeds.list()).To(Equal([]Feed{{Name: "connection_1"}, {Name: "connection_2"}, {Name: "connection_3"}}))
	})

	It("are told apart by their ticks", func() {
		server := startRedis()
		b := bridge(settings(server.addr), &recorder{})
		Eventually(hearing(b)).Should(BeTrue())
		before := time.Now()
		producer := server.publisher()
		for _, text := range []string{
			`{"symbol":"TSLA","price":1}`, `{"symbol":"AAPL","price":1}`, `{"symbol":"AAPL","price":2}`, `{"symbol":"AAPL"}`,
			`{"symbol":"MSFT","price":3,"connection_id":"connection_3"}`, `{"connection_id":"connection_3","price":3}`,
		} {
			publish(producer, channel, text)
		}
		Eventually(func() Feed { return b.Feeds()[2] }).Should(HaveField("Errors", BeEquivalentTo(1)))
		first, third := b.Feeds()[0], b.Feeds()[2]
		Expect(first.LastTick).To(BeTemporally(">=", before))
		first.LastTick, third.LastTick = time.Time{}, time.Time{}
		Expect(first).To(Equal(Feed{Name: "connection_1", Ticks: 3, Errors: 1, Symbols: []string{"AAPL", "TSLA"}}))
		Expect(third).To(Equal(Feed{Name: "connection_3", Ticks: 1, Errors: 1, Symbols: []string{"MSFT"}}))
		Expect(b.Feeds()[1]).To(Equal(Feed{Name: "connection_2"}))
	})

	DescribeTable("leave no trace of a connection that has no card, but deliver",
		func(id string) {
			Expect(hear(`{"symbol":"AAPL","price":1,"connection_id":` + id + `}`)).To(Equal([]string{"tick_update"}))
			Expect(m.memory.feeds.list()).To(HaveEach(HaveField("Ticks", BeZero())))
		},
		Entry("a fourth", `"connection_4"`),
		Entry("no text", `1`),
		Entry("null", `null`),
	)

	It("remember no more symbols than are bearable, and none that is none", func() {
		hear(`{"symbol":"` + strings.Repeat("X", symbolLength+1) + `","price":1}`)
		Expect(m.memory.feeds.list()[0].Symbols).To(BeEmpty())
		for n := range feedSymbols + 10 {
			hear(fmt.Sprintf(`{"symbol":"S%d","price":1}`, n))
		}
		Expect(m.memory.feeds.list()[0].Symbols).To(HaveLen(feedSymbols))
		Expect(m.memory.feeds.list()[0].Ticks).To(BeEquivalentTo(feedSymbols + 11))
	})

	It("let go of the messages they have symbols of", func() {
		text := `{"symbol":"AAPL","price":1}`
		hear(text)
		Expect(inside(text, m.memory.feeds.list()[0].Symbols[0])).To(BeFalse())
	})
})
