package redisbridge

import (
	"encoding/json"
	"iter"
	"math/rand/v2"
	"reflect"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/rooms"
)

var _ = DescribeTable("What is streamed stays as it was published, to the last member:",
	func(channel, wrapper, under string, needed map[string]any) {
		rng := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 2))
		for range 200 {
			content := randomObject(rng, 3)
			for key, value := range needed {
				content[key] = value
			}
			text, err := json.Marshal(content)
			Expect(err).NotTo(HaveOccurred())
			for _, message := range []string{
				string(text),
				`{"` + wrapper + `":` + string(text) + `}`,
				`{"type":"critical_alert","data":` + string(text) + `,"timestamp":1}`,
			} {
				expectWithin(channel, message, under, string(text))
			}
		}
	},
	Entry("a session that starts", "tickstock:streaming:session_started", "session", "session", map[string]any{"session_id": "s"}),
	Entry("a session that stops", "tickstock:streaming:session_stopped", "session", "", map[string]any{"session_id": "s"}),
	Entry("health", "tickstock:streaming:health", "health", "health", map[string]any{"status": "healthy"}),
	Entry("a pattern", streamingPatterns, "detection", "detection", map[string]any{"pattern": "Doji", "symbol": "AAPL"}),
	Entry("an indicator", streamingIndicators, "calculation", "calculation", map[string]any{"indicator": "RSI", "symbol": "AAPL"}),
	Entry("an indicator alert", "tickstock:alerts:indicators", "alert", "alert", map[string]any{"alert_type": "RSI_OVERSOLD", "symbol": "AAPL"}),
	Entry("a critical alert", "tickstock:alerts:critical", "alert", "alert", map[string]any{"type": "memory", "message": "high"}),
)

// expectWithin finds each member of content in the first event of a message, under this key if there is one.
func expectWithin(channel, message, under, content string) {
	GinkgoHelper()
	var translator Channel
	for _, row := range Channels() {
		if row.Name == channel {
			translator = row
		}
	}
	events, rejected := translated(translator, message)
	Expect(rejected).To(BeEmpty(), message)
	var payload, before map[string]any
	Expect(decode(string(events[0].Payload), &payload)).To(Succeed(), "%s", events[0].Payload)
	Expect(decode(content, &before)).To(Succeed())
	if under != "" {
		payload = payload[under].(map[string]any)
	}
	for key, value := range before {
		Expect(reflect.DeepEqual(payload[key], value)).To(BeTrue(), "%s of %s", key, message)
	}
}

var _ = Describe("Two translators of one channel", func() {
	says := func(made int, reasons ...Reason) Translator {
		return func(*message) iter.Seq2[rooms.Event, Reason] {
			return func(yield func(rooms.Event, Reason) bool) {
				for range made {
					if !yield(rooms.Event{}, Accepted) {
						return
					}
				}
				for _, reason := range reasons {
					if !yield(rooms.Event{}, reason) {
						return
					}
				}
			}
		}
	}
	heard := func(first, second Translator) (all []Reason) {
		for _, reason := range both(first, second)(nil) {
			all = append(all, reason)
		}
		return all
	}

	DescribeTable("say of one message",
		func(first, second Translator, all ...Reason) { Expect(heard(first, second)).To(Equal(all)) },
		Entry("what both make of it", says(1, NotObject), says(2, BadData), Accepted, Accepted, Accepted, NotObject, BadData),
		Entry("what the first makes of it", says(1, NotObject), says(0, BadData), Accepted, NotObject),
		Entry("what the second makes of it", says(0, NotObject), says(1, BadData), Accepted, BadData),
		Entry("why the first makes nothing of it", says(0, NotObject), says(0, BadData), NotObject),
		Entry("why the second makes nothing of it, if the first is silent", says(0), says(0, BadData), BadData),
	)

	It("stop when nobody listens any more", func() {
		count := 0
		for range both(says(3), says(3))(nil) {
			count++
			if count == 4 {
				break
			}
		}
		Expect(count).To(Equal(4))
	})
})
