package redisbridge

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/rooms"
)

// became is what a message of the patterns' channel made under this name, for those who want it.
func became(text, name string, read func(rooms.Event)) {
	GinkgoHelper()
	m := message{memory: newMemory()}
	for event, reason := range m.translate(Channels()[0], text, arrival) {
		Expect(reason).To(Equal(Accepted))
		if event.Name == name {
			read(event)
			return
		}
	}
	Fail("no " + name)
}

// composed is its payload, as built for so many rooms.
func composed(text, name string, count int) map[string]any {
	GinkgoHelper()
	var payload map[string]any
	became(text, name, func(event rooms.Event) {
		Expect(json.Unmarshal(event.Compose(count), &payload)).To(Succeed())
	})
	return payload
}

// warning is the alert that a room gets for this filter.
func warning(text string, to rooms.Room, by rooms.Filter) map[string]any {
	GinkgoHelper()
	var payload map[string]any
	became(text, "tier_pattern_alert_daily", func(event rooms.Event) {
		Expect(json.Unmarshal(event.Personal(to, by), &payload)).To(Succeed())
	})
	return payload
}

func withMember(name, value string) string {
	return `{"pattern":"Doji","symbol":"AAPL","confidence":0.5,"` + name + `":` + value + `}`
}

var _ = Describe("What becomes of a pattern", func() {
	It("is not built before somebody wants it", func() {
		m := message{memory: newMemory()}
		for event := range m.translate(Channels()[0], alert("AAPL"), arrival) {
			Expect(event.Payload).To(BeNil(), event.Name)
			Expect(event.Compose == nil).NotTo(Equal(event.Personal == nil), event.Name)
		}
		Expect(m.found.told).To(BeFalse())
	})

	It("tells how many it was meant for", func() {
		Expect(composed(alert("AAPL"), "tier_pattern", 12)["delivery_metadata"]).To(HaveKeyWithValue("user_count", 12.0))
	})

	It("is described on its own, though it came in a batch", func() {
		var described []string
		m := message{memory: newMemory()}
		for event := range m.translate(Channels()[0], `{"patterns":[`+alert("AAPL")+`,`+alert("TSLA")+`]}`, arrival) {
			if event.Name == "tier_pattern" {
				described = append(described, string(event.Compose(1)))
			}
		}
		Expect(described).To(HaveExactElements(ContainSubstring("AAPL_Doji_"), ContainSubstring("TSLA_Doji_")))
	})

	DescribeTable("shows a percentage on the page of pattern alerts",
		func(confidence, expected string) {
			m := message{memory: newMemory()}
			for event := range m.translate(Channels()[0], `{"pattern":"Doji","symbol":"AAPL","confidence":`+confidence+`}`, arrival) {
				if event.Audience.Namespace == "/tickstockpl" {
					text := string(event.Compose(0))
					Expect(strings.Count(text, `"confidence":`+expected)).To(Equal(3), text)
				}
			}
		},
		Entry("of a fraction", "0.92", "92,"),
		Entry("with decimals", "0.855", "85.5,"),
		Entry("where a product would not be whole", "0.57", "57,"),
		Entry("of all there is", "1", "100,"),
		Entry("of nothing", "0.0", "0,"),
		Entry("that was one already", "85", "85,"),
		Entry("of a fraction written as a text", `"0.29"`, "29,"),
	)

	DescribeTable("is in the flow page's list",
		func(members, expected string) {
			text := `{"pattern":"Doji","symbol":"AAPL",` + members + `}`
			Expect(composed(text, "pattern_detected", 1)).To(HaveKeyWithValue("tier", expected))
			became(text, "pattern_detected", func(event rooms.Event) { Expect(event.Traits.Tier).To(Equal(expected)) })
		},
		Entry("of its tier", `"tier":"Weekly","timeframe":"1min"`, "weekly"),
		Entry("of a combination", `"tier":"combo"`, "daily_intraday"),
		Entry("of indicators", `"tier":"indicators"`, "indicators"),
		Entry("of minutes", `"timeframe":"15min"`, "intraday"),
		Entry("of hours", `"interval":"60min"`, "hourly"),
		Entry("of days", `"timeframe":"1D"`, "daily"),
		Entry("of weeks", `"timeframe":"1w"`, "weekly"),
		Entry("of months", `"timeframe":"1M"`, "monthly"),
		Entry("of months, written out", `"tier":"x","timeframe":"1mo"`, "monthly"),
		Entry("of days if it says nothing", `"timeframe":"soon"`, "daily"),
	)

	DescribeTable("was found",
		func(timestamp string, expected float64) {
			Expect(composed(withMember("timestamp", timestamp), "tier_pattern_daily", 1)).To(HaveKeyWithValue("timestamp", expected))
		},
		Entry("at that second", "1758902400.25", 1758902400250.0),
		Entry("at that millisecond", "1758902400250", 1758902400250.0),
		Entry("at the second in quotes", `"1758902400.25"`, 1758902400250.0),
		Entry("at a date with a zone", `"2025-09-26T18:00:00.5+02:00"`, 1758902400500.0),
		Entry("at a date without a zone, which is ours", `"2025-09-26T16:00:00"`, 1758902400000.0),
		Entry("on a day", `"2025-09-26"`, 1758844800000.0),
		Entry("now, if it does not say", "null", 1758902401500.0),
		Entry("now, if nobody can read it", `"yesterday"`, 1758902401500.0),
		Entry("now, if no calendar has it", "1e300", 1758902401500.0),
	)

	DescribeTable("warns",
		func(confidence, priority, expected string) {
			text := `{"pattern":"Doji","symbol":"AAPL","confidence":` + confidence + `,"priority":"` + priority + `"}`
			Expect(warning(text, "user_7", rooms.Filter{})).To(HaveKeyWithValue("priority", expected))
			became(text, "tier_pattern_alert_daily", func(event rooms.Event) {
				Expect(strings.ToUpper(event.Traits.Priority.String())).To(Equal(expected), "what filters look at")
			})
		},
		Entry("with its own priority", "0.5", "medium", "MEDIUM"),
		Entry("with more if it is rather sure", "0.8", "low", "HIGH"),
		Entry("with most if it is sure", "0.9", "low", "CRITICAL"),
		Entry("never with less than its own", "0.85", "critical", "CRITICAL"),
	)

	It("names the user that it warns, and which of his wishes it was", func() {
		payload := warning(alert("AAPL"), rooms.UserRoom(`o"7`), rooms.Filter{Symbols: []string{"AAPL"}, Tiers: []string{"daily"}, ConfidenceMin: 0.7})
		Expect(payload).To(HaveKeyWithValue("user_id", `o"7`))
		Expect(payload).To(HaveKeyWithValue("alert_id", `alert_o"7_AAPL_Doji_1758902401`))
		Expect(payload).To(HaveKeyWithValue("matched_filters", []any{"symbols", "tiers", "confidence_min"}))
	})

	It("has one id at all instances that hear of it, if it says when it was found", func() {
		ids := make(map[any]bool)
		for _, late := range []time.Duration{0, time.Second, time.Minute} {
			m := message{memory: newMemory()}
			for event := range m.translate(Channels()[0], withMember("detection_timestamp", `"2025-09-26T16:00:00Z"`), arrival.Add(late)) {
				if event.Personal != nil {
					payload := decoded(event.Personal("user_7", rooms.Filter{})).(map[string]any)
					ids[payload["alert_id"]] = true
				}
			}
		}
		Expect(ids).To(Equal(map[any]bool{"alert_7_AAPL_Doji_1758902400": true}))
	})

	It("warns each user with what all are told, put together once for each pattern", func() {
		var told []string
		m := message{memory: newMemory()}
		for event := range m.translate(Channels()[0], `{"patterns":[`+alert("AAPL")+`,`+alert("TSLA")+`]}`, arrival) {
			if event.Personal == nil {
				continue
			}
			for _, room := range []rooms.Room{"user_7", "user_8"} {
				payload := string(event.Personal(room, rooms.Filter{}))
				told = append(told, strings.ReplaceAll(payload, event.Traits.Symbol, ""))
				Expect(payload).To(ContainSubstring(`"alert_id":"alert_` + strings.TrimPrefix(string(room), "user_") + `_` + event.Traits.Symbol + `_Doji_1758902401"`))
			}
			Expect(testing.AllocsPerRun(100, func() { event.Personal("user_7", rooms.Filter{}) })).To(BeNumerically("<=", 6))
		}
		Expect(told).To(HaveExactElements(told[0], strings.NewReplacer("_7_", "_8_", `"7"`, `"8"`).Replace(told[0]), told[0], told[1]))
	})

	It("keeps the id of a socket to itself", func() {
		payload := warning(alert("AAPL"), "secret-socket", rooms.Filter{Patterns: []string{"Doji"}, Regimes: []string{"bull"}, PriorityMin: rooms.High})
		Expect(payload).To(HaveKeyWithValue("user_id", "anonymous"))
		Expect(payload).To(HaveKeyWithValue("matched_filters", []any{"pattern_types", "market_regimes", "priority_min"}))
		Expect(json.Marshal(payload)).NotTo(ContainSubstring("secret"))
	})

	DescribeTable("is called",
		func(name, id string, expected any) {
			column := composed(withMember(name, id), "tier_pattern_daily", 1)["pattern"]
			Expect(column).To(And(HaveKeyWithValue("id", expected), HaveKeyWithValue("event_id", expected)))
			Expect(warning(withMember(name, id), "user_7", rooms.Filter{})["alert_id"]).To(HavePrefix("alert_7_"))
		},
		Entry("as the producer says", "event_id", `"e\"\\"`, `e"\`),
		Entry("by a number", "event_id", "17", 17.0),
		Entry("by its other name", "id", `"p-1"`, "p-1"),
		Entry("after what it is, otherwise", "event_id", "{}", "AAPL_Doji_1758902401"),
	)

	It("brings to tiers whatever else the producer told, unchanged", func() {
		rng := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 2))
		for range 300 {
			content := randomObject(rng, 3)
			expected, err := json.Marshal(content)
			Expect(err).NotTo(HaveOccurred())
			content["pattern"], content["symbol"], content["tier"] = "Doji", "AAPL", "intraday"
			text, err := json.Marshal(content)
			Expect(err).NotTo(HaveOccurred())
			for _, message := range []string{string(text), `{"source":"x","data":{"data":` + string(text) + `}}`} {
				became(message, "tier_pattern_intraday", func(event rooms.Event) {
					var payload struct {
						Pattern, Data struct {
							PatternData map[string]any `json:"pattern_data"`
						}
					}
					var before map[string]any
					Expect(decode(string(expected), &before)).To(Succeed())
					Expect(decode(string(event.Compose(1)), &payload)).To(Succeed())
					Expect(payload.Pattern.PatternData).To(Equal(before))
					Expect(payload.Data.PatternData).To(Equal(before))
				})
			}
		}
	})
})
