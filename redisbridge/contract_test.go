package redisbridge

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"

	"github.com/tickstock/tickcast/rooms"
)

// contractCase is one case of testdata/contract-cases.json: what is published, and what pages must get.
// Cases stand there in the order in which they must come: those of a sequence share what they cause.
type contractCase struct {
	ID      string
	Channel string
	Payload json.RawMessage
	Raw     *string
	Before  []contractMessage // published at once before it
	Expect  []contractExpectation
}

type contractMessage struct {
	Channel string
	Payload json.RawMessage
}

type contractExpectation struct {
	Namespace string
	Event     string
	Room      *string // nil = everyone whom it concerns
	Optional  bool
	Count     int // of events of this name; 0 = one for each expectation
	Subset    any `json:"payload_subset"`
}

func contractCases() []contractCase {
	text, err := os.ReadFile("testdata/contract-cases.json")
	if err != nil {
		panic(err)
	}
	var cases []contractCase
	if err := json.Unmarshal(text, &cases); err != nil {
		panic(err)
	}
	return cases
}

// publish sends the case's messages with as little as possible between them, and then an alert behind them.
func (c contractCase) publish(producer *redis.Client) {
	GinkgoHelper()
	ctx := context.Background()
	_, err := producer.Pipelined(ctx, func(all redis.Pipeliner) error {
		for _, before := range c.Before {
			all.Publish(ctx, before.Channel, string(before.Payload))
		}
		text := string(c.Payload)
		if c.Raw != nil {
			text = *c.Raw
		}
		all.Publish(ctx, c.Channel, text)
		all.Publish(ctx, patterns, alert(c.end()))
		return nil
	})
	Expect(err).NotTo(HaveOccurred())
}

const theEnd = "THE END OF "

func (c contractCase) end() string { return theEnd + c.ID }

// judge compares what came with what was expected: all that is not optional must have come, and nothing else.
func (c contractCase) judge(events []rooms.Event) {
	GinkgoHelper()
	for _, expected := range c.Expect {
		named, others := expected.split(events)
		if len(named) == 0 && expected.Optional {
			continue
		}
		fitting := slices.IndexFunc(named, func(e rooms.Event) bool { return holds(decoded(e.Payload), expected.Subset) })
		Expect(fitting).To(BeNumerically(">=", 0), "no %s on %s that holds %v:\n%s", expected.Event, expected.Namespace, expected.Subset, payloads(named))
		switch {
		case expected.Count > 0:
			Expect(named).To(HaveLen(expected.Count), expected.Event)
			events = others
		default:
			events = append(others, slices.Delete(named, fitting, fitting+1)...)
		}
	}
	events = slices.DeleteFunc(events, func(e rooms.Event) bool { return e.Audience.Topic != "" && e.Audience.Topic != rooms.Patterns })
	Expect(events).To(BeEmpty(), "not expected")
}

// split finds the events that the expectation speaks of.
func (e contractExpectation) split(events []rooms.Event) (named, others []rooms.Event) {
	for _, event := range events {
		toAll := event.Audience.Rooms == nil
		if event.Audience.Namespace == e.Namespace && event.Name == e.Event && (e.Room != nil || toAll) {
			named = append(named, event)
			continue
		}
		others = append(others, event)
	}
	return named, others
}

func payloads(events []rooms.Event) string {
	var all strings.Builder
	for _, event := range events {
		all.Write(append(event.Payload, '\n'))
	}
	return all.String()
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

var _ = Describe("The contract", func() {
	var (
		sink     *recorder
		producer *redis.Client
		b        *Bridge
	)
	BeforeEach(func() {
		server := startRedis()
		sink, producer = &recorder{}, server.publisher()
		b = bridge(settings(server.addr), sink)
		Eventually(hearing(b)).Should(BeTrue())
	}, OncePerOrdered)
	waiting := func() (waiting int) {
		for _, w := range b.State().Buffer.Windows {
			waiting += w.Waiting
		}
		return waiting
	}

	Context("case by case", Ordered, ContinueOnFailure, func() {
		for _, c := range contractCases() {
			It("holds for "+c.ID, func() {
				before := len(sink.all())
				c.publish(producer)
				Eventually(sink.symbols).Should(ContainElement(c.end()))
				Eventually(waiting).Should(BeZero())
				c.judge(slices.DeleteFunc(sink.all()[before:], func(e rooms.Event) bool {
					subscribed := e.Audience.Topic != "" && e.Audience.Topic != rooms.Patterns
					return subscribed || strings.HasPrefix(e.Traits.Symbol, theEnd)
				}))
			})
		}
	})
})
