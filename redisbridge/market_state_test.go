package redisbridge

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/rooms"
)

var _ = Describe("The state of the market", func() {
	channel := Channel{Name: "tickstock.events.market_state", Translate: one(translateMarketState)}
	translate := func(text string) rooms.Event {
		GinkgoHelper()
		m := message{memory: newMemory()}
		for event, reason := range m.translate(channel, text, arrival) {
			Expect(reason).To(Equal(Accepted))
			return event
		}
		return rooms.Event{}
	}

	DescribeTable("has the regime in lower case, for filters and pages",
		func(told, expected string) {
			event := translate(`{"regime":"` + told + `"}`)
			Expect(event.Traits.Regime).To(Equal(expected))
			Expect(string(event.Compose(1))).To(ContainSubstring(`"regime":"` + expected + `"`))
		},
		Entry(nil, "bull", "bull"),
		Entry(nil, "BEAR", "bear"),
		Entry(nil, "Neutral", "neutral"),
		Entry(nil, `\u0063ONSOLIDATION`, "consolidation"),
	)

	DescribeTable("has a confidence for filters",
		func(told string, expected float64, has bool) {
			traits := translate(`{"regime":"bull","regime_confidence":` + told + `}`).Traits
			Expect(traits.Confidence).To(Equal(expected))
			Expect(traits.HasConfidence).To(Equal(has))
		},
		Entry("as a fraction", "0.87", 0.87, true),
		Entry("as a percentage", "87", 0.87, true),
		Entry("as a text", `"0.87"`, 0.87, true),
		Entry("unless it says nothing", "null", 0.0, false),
		Entry("unless it is no number", `"high"`, 0.0, false),
	)

	It("tells how many users were found", func() {
		var payload struct {
			Metadata struct {
				Users int `json:"user_count"`
			} `json:"delivery_metadata"`
		}
		Expect(json.Unmarshal(translate(`{"regime":"bull"}`).Compose(42), &payload)).To(Succeed())
		Expect(payload.Metadata.Users).To(Equal(42))
	})

	It("is the same however often it is built", func() {
		event := translate(`{"data":{"regime":"Bull"}}`)
		Expect(event.Compose(1)).To(Equal(event.Compose(1)))
	})

	It("holds every member of any state, unchanged", func() {
		rng := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 2))
		for range 300 {
			content := randomObject(rng, 3)
			content["regime"], content["type"], content["server_id"], content["data"] = "bear", "x", 1, randomObject(rng, 2)
			text, err := json.Marshal(content)
			Expect(err).NotTo(HaveOccurred())
			payload := translate(string(text)).Compose(1)
			Expect(read(string(payload))).To(Equal(Accepted), "no name twice: %s", payload)

			var after, before map[string]any
			var inner struct{ Data map[string]any }
			Expect(decode(string(text), &before)).To(Succeed())
			Expect(decode(string(payload), &after)).To(Succeed())
			Expect(decode(string(payload), &inner)).To(Succeed())
			Expect(after["type"]).To(Equal("market_state_update"))
			for key, value := range before {
				Expect(reflect.DeepEqual(inner.Data[key], value)).To(BeTrue(), "%s of %s", key, payload)
				ours := slices.Contains([]string{"type", "server_id", "data"}, key)
				Expect(ours || reflect.DeepEqual(after[key], value)).To(BeTrue(), "%s of %s", key, payload)
			}
		}
	})
})
