package redisbridge

import (
	"encoding/json"
	"os"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/rooms"
)

// contractCase is one case of testdata/contract-cases.json: what is published, and what pages must get.
type contractCase struct {
	ID      string
	Channel string
	Payload json.RawMessage
	Raw     *string
	Expect  []contractExpectation
}

type contractExpectation struct {
	Namespace string
	Event     string
	Optional  bool
	Subset    any `json:"payload_subset"`
}

func (c contractCase) text() string {
	if c.Raw != nil {
		return *c.Raw
	}
	return string(c.Payload)
}

func contractCases() []any {
	text, err := os.ReadFile("testdata/contract-cases.json")
	if err != nil {
		panic(err)
	}
	var cases []contractCase
	if err := json.Unmarshal(text, &cases); err != nil {
		panic(err)
	}
	entries := []any{func(c contractCase) {
		server := startRedis()
		sink := &recorder{}
		b := bridge(settings(server.addr), sink)
		Eventually(hearing(b)).Should(BeTrue())
		producer := server.publisher()

		publish(producer, c.Channel, c.text())
		publish(producer, patterns, alert("THE END"))

		Eventually(sink.symbols).Should(ContainElement("THE END"))
		c.judge(slices.DeleteFunc(sink.all(), func(e rooms.Event) bool { return e.Traits.Symbol == "THE END" }))
	}}
	for _, c := range cases {
		entries = append(entries, Entry(c.ID, c))
	}
	return entries
}

// judge compares what came with what was expected: all that is not optional must have come, and nothing else to
// a page that has asked for nothing. Without a wish a page gets what has no topic, and all patterns.
func (c contractCase) judge(events []rooms.Event) {
	GinkgoHelper()
	for _, expected := range c.Expect {
		matched := false
		for i, event := range events {
			if event.Audience.Namespace == expected.Namespace && event.Name == expected.Event {
				Expect(holds(decoded(event.Payload), expected.Subset)).To(BeTrue(), "%s\nlacks %v", event.Payload, expected.Subset)
				events = append(events[:i:i], events[i+1:]...)
				matched = true
				break
			}
		}
		Expect(matched || expected.Optional).To(BeTrue(), "no %s on %s", expected.Event, expected.Namespace)
	}
	events = slices.DeleteFunc(events, func(e rooms.Event) bool { return e.Audience.Topic != "" && e.Audience.Topic != rooms.Patterns })
	Expect(events).To(BeEmpty(), "not expected")
}

func decoded(text []byte) any {
	GinkgoHelper()
	var v any
	Expect(json.Unmarshal(text, &v)).To(Succeed(), "%s", text)
	return v
}

// holds is the subset rule: objects recursively, arrays element by element, scalars by value, and three wildcards.
func holds(actual, subset any) bool {
	switch want := subset.(type) {
	case map[string]any:
		got, ok := actual.(map[string]any)
		for key, value := range want {
			inner, present := got[key]
			ok = ok && present && holds(inner, value)
		}
		return ok
	case []any:
		got, ok := actual.([]any)
		ok = ok && len(got) == len(want)
		for i := range want {
			ok = ok && holds(got[i], want[i])
		}
		return ok
	case string:
		switch want {
		case "$any":
			return true
		case "$number":
			_, ok := actual.(float64)
			return ok
		case "$string":
			_, ok := actual.(string)
			return ok
		}
	}
	return actual == subset
}

var _ = DescribeTable("The contract's cases", contractCases()...)
