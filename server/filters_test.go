package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
)

// patience is for what is large, on a machine that is busy.
const patience = 10 * time.Second

// ask emits and returns the acknowledgement's only argument, past a status.
func (b *browser) ask(args ...any) string {
	GinkgoHelper()
	b.write("429" + asJSON(args))
	var e event
	Eventually(b.events).WithTimeout(patience).Should(Receive(&e))
	if e.Name == "subscription_status" {
		return b.next("ack").payload()
	}
	Expect(e.Name).To(Equal("ack"), "with %s", e.Args)
	return e.payload()
}

// keys is an object.
type keys = map[string]any

func many(n int) []string {
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf("V%d", i)
	}
	return values
}

// refusal reads the acknowledgement of what was refused.
func refusal(ack string) (field, message string) {
	GinkgoHelper()
	var read struct{ Status, Field, Message string }
	Expect(json.Unmarshal([]byte(ack), &read)).To(Succeed())
	Expect(read.Status).To(Equal("error"), ack)
	return read.Field, read.Message
}

var _ = DescribeTable("A filter is refused",
	func(event, parent, key string, value any, place, message string) {
		s := startSite(nil, nil)
		b := enterBrowser(s.url)
		field, why := refusal(b.ask(event, keys{"subscription_type": "tier_patterns", "tier": "daily", parent: keys{key: value}}))
		Expect(field).To(Equal(parent + "." + key + place))
		Expect(why).To(ContainSubstring(message))
		Expect(s.health().Subscriptions.Total).To(Equal(1), "only the patterns that every socket has")
		Expect(s.health().Counters.EventsRefused).To(BeEquivalentTo(1))
	},
	Entry("for a list that is text", "subscribe", "filters", "symbols", "AAPL", "", "must be a list"),
	Entry("for a list that is an object", "subscribe", "filters", "tiers", keys{}, "", "must be a list"),
	Entry("for a member that is a number", "subscribe", "filters", "symbols", []any{"A", "B", "C", 4}, "[3]", "must be text"),
	Entry("for a member that is null", "subscribe", "filters", "pattern_types", []any{nil}, "[0]", "must be text"),
	Entry("for a member that is a list", "subscribe", "filters", "pattern_types", []any{"Doji", []any{}}, "[1]", "must be text"),
	Entry("for an overlong member", "subscribe", "filters", "pattern_types", []any{"Doji", strings.Repeat("x", 65)}, "[1]", "longer than 64"),
	Entry("for a control character", "subscribe", "filters", "tiers", []any{"\x1b[31m"}, "[0]", "control character"),
	Entry("for too many members", "subscribe", "filters", "symbols", many(rooms.MaxValues+1), "", "at most 1000"),
	Entry("for a regime that no market has", "subscribe", "filters", "market_regimes", []any{"bull", "BEARISH"}, "[1]", "consolidation"),
	Entry("for a confidence that is text", "subscribe", "filters", "confidence_min", "0.7", "", "must be a number"),
	Entry("for a confidence that is a list", "subscribe", "filters", "confidence_min", []any{0.7}, "", "must be a number"),
	Entry("for a confidence in percent", "subscribe", "filters", "confidence_min", 70, "", "not within 0 and 1"),
	Entry("for a confidence below zero", "subscribe", "filters", "confidence_min", -0.1, "", "not within 0 and 1"),
	Entry("for a confidence beyond all numbers", "subscribe", "filters", "confidence_min", json.RawMessage("1e999"), "", "must be a number"),
	Entry("for a priority that does not exist", "subscribe", "filters", "priority_min", "urgent", "", "must be low"),
	Entry("for a priority that is a rank", "subscribe", "filters", "priority_min", 3, "", "must be text"),
	Entry("for half an event an hour", "subscribe", "filters", "max_events_per_hour", 0.5, "", "whole number"),
	Entry("for less than no event an hour", "subscribe", "filters", "max_events_per_hour", -1, "", "whole number"),
	Entry("for market hours that are no boolean", "subscribe", "filters", "market_hours_only", "true", "", "true or false"),
	Entry("for a key that does not exist", "subscribe", "filters", "symbol", []any{"AAPL"}, "", "no such filter"),
	Entry("for a key of another case", "subscribe", "filters", "Symbols", []any{"AAPL"}, "", "no such filter"),
	Entry("for a page's name in the universal API", "subscribe", "filters", "confidence", 0.7, "", "no such filter"),
	Entry("of a page, for its own name", "subscribe_tier_patterns", "filters", "patterns", []any{"Doji", 1}, "[1]", "must be text"),
	Entry("of a page, for a confidence in percent", "subscribe_tier_patterns", "filters", "confidence", 70, "", "not within 0 and 1"),
	Entry("of a page, for a confidence that is no number", "subscribe_tier_patterns", "filters", "confidence", "NaN", "", "not within 0 and 1"),
	Entry("of a page, for a confidence that is a word", "subscribe_tier_patterns", "filters", "confidence_min", "high", "", "must be a number"),
	Entry("of a page, for its priority", "subscribe_tier_patterns", "filters", "priority", "ALL", "", "must be low"),
	Entry("of a user, for a threshold above a hundred", "subscribe_pattern_alerts", "preferences", "confidence_threshold", 101, "", "not within 0 and 1"),
	Entry("of a user, for a symbol", "subscribe_pattern_alerts", "preferences", "symbols", []any{7}, "[0]", "must be text"),
)

var _ = DescribeTable("A filter is understood",
	func(event string, sent any, inForce string) {
		b := enterBrowser(startSite(nil, nil).url)
		var read struct{ Filters json.RawMessage }
		Expect(json.Unmarshal([]byte(b.ask(event, keys{"subscription_type": "tier_patterns", "tier": "daily", "filters": sent, "preferences": sent})), &read)).To(Succeed())
		Expect(read.Filters).To(MatchJSON(inForce))
	},
	Entry("if it is null", "subscribe", nil, `{}`),
	Entry("if all of it is null or empty", "subscribe", keys{"symbols": nil, "tiers": []any{}, "confidence_min": nil, "priority_min": ""}, `{}`),
	Entry("if a name has markup", "subscribe", keys{"pattern_types": []any{"Cup & <b>Handle</b> ✅"}}, `{"pattern_types":["Cup & <b>Handle</b> ✅"]}`),
	Entry("if it is at its bounds", "subscribe", keys{"confidence_min": 1, "priority_min": "CRITICAL", "max_events_per_hour": 50.0}, `{"confidence_min":1,"priority_min":"critical","max_events_per_hour":50}`),
	Entry("of a page, if a field of a form is empty", "subscribe_tier_patterns", keys{"confidence": " "}, `{"tiers":["daily"]}`),
	Entry("of a page, under two names", "subscribe_tier_patterns", keys{"patterns": []any{"Doji"}, "pattern_types": []any{"Hammer"}}, `{"tiers":["daily"],"pattern_types":["Hammer"]}`),
	Entry("of a user, as a fraction", "subscribe_pattern_alerts", keys{"confidence_min": 0.65}, `{"confidence_min":0.65,"priority_min":"medium","max_events_per_hour":50}`),
	Entry("of a user, as a percentage in text", "subscribe_pattern_alerts", keys{"confidence_threshold": "65"}, `{"confidence_min":0.65,"priority_min":"medium","max_events_per_hour":50}`),
	Entry("of a user, with tiers", "subscribe_pattern_alerts", keys{"tiers": []any{"combo"}}, `{"tiers":["combo"],"confidence_min":0.6,"priority_min":"medium","max_events_per_hour":50}`),
)
