package redisbridge

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/rooms"
)

// sample is a message and what exactly becomes of it.
type sample struct {
	Says     string
	Message  json.RawMessage
	Among    bool // shows only some of the events, in their order
	Events   []sampleEvent
	Rejected []string
}

type sampleEvent struct {
	Name      string
	Namespace string // none = "/"
	Topic     rooms.Topic
	Except    rooms.Room
	Ruled     bool
	Traits    *sampleTraits
	Payload   json.RawMessage // none = only name and audience are compared
}

type sampleTraits struct {
	Pattern    string
	Symbol     string
	Tier       string
	Regime     string
	Confidence *float64 // none = it carries none
	Priority   string
}

// arrival is when all samples were received, for a clock that shows UTC.
var arrival = time.Unix(1758902401, 500_000_000).UTC()

func samples(channel string) []sample {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join("testdata", "samples", channel+".json"))
	Expect(err).NotTo(HaveOccurred(), "each channel of the table needs its samples")
	var all []sample
	Expect(json.Unmarshal(text, &all)).To(Succeed())
	return all
}

// translated is what a fresh message of this text becomes.
func translated(channel Channel, text string) (events []rooms.Event, rejected []string) {
	m := message{memory: newMemory()}
	for event, reason := range m.translate(channel, text, arrival) {
		if reason != Accepted {
			rejected = append(rejected, reason.String())
			continue
		}
		events = append(events, built(event))
	}
	return events, rejected
}

func compact(text []byte) string {
	GinkgoHelper()
	var out bytes.Buffer
	Expect(json.Compact(&out, text)).To(Succeed(), "%s", text)
	return out.String()
}

var _ = Describe("The table of channels", func() {
	It("has each name once", func() {
		names := make(map[string]bool)
		for _, channel := range Channels() {
			Expect(names).NotTo(HaveKey(channel.Name))
			names[channel.Name] = true
		}
	})

	It("has a sample of an event for each row", func() {
		for _, channel := range Channels() {
			Expect(samples(channel.Name)).To(ContainElement(HaveField("Events", Not(BeEmpty()))), channel.Name)
		}
	})

	for _, channel := range Channels() {
		It("makes of "+channel.Name+" what its samples show, to the letter", func() {
			for _, sample := range samples(channel.Name) {
				events, rejected := translated(channel, string(sample.Message))
				Expect(append([]string{}, rejected...)).To(Equal(append([]string{}, sample.Rejected...)), sample.Says)
				if sample.Among {
					events = sample.shown(events)
				}
				Expect(events).To(HaveLen(len(sample.Events)), sample.Says)
				for i, event := range events {
					Expect(event.Channel).To(Equal(channel.Name))
					Expect(event.Received).To(Equal(arrival))
					sample.Events[i].compare(event, sample.Says)
				}
			}
		})
	}
})

// shown leaves out the events that the sample does not show.
func (s sample) shown(events []rooms.Event) (shown []rooms.Event) {
	for _, event := range events {
		if len(shown) < len(s.Events) && s.Events[len(shown)].names(event) {
			shown = append(shown, event)
		}
	}
	return shown
}

func (e sampleEvent) names(event rooms.Event) bool {
	return e.Name == event.Name && cmp.Or(e.Namespace, "/") == event.Audience.Namespace
}

func (e sampleEvent) compare(event rooms.Event, says string) {
	GinkgoHelper()
	Expect(event.Name).To(Equal(e.Name), says)
	Expect(event.Audience).To(Equal(rooms.Audience{Namespace: cmp.Or(e.Namespace, "/"), Topic: e.Topic, Except: e.Except, Ruled: e.Ruled}), says)
	if e.Payload == nil {
		return
	}
	Expect(event.Traits).To(Equal(e.traits()), says)
	Expect(compact(event.Payload)).To(Equal(compact(e.Payload)), says)
}

func (e sampleEvent) traits() rooms.Traits {
	if e.Traits == nil {
		return rooms.Traits{}
	}
	traits := rooms.Traits{
		Pattern:  e.Traits.Pattern,
		Symbol:   e.Traits.Symbol,
		Tier:     e.Traits.Tier,
		Regime:   e.Traits.Regime,
		Priority: rooms.PriorityNamed(e.Traits.Priority),
	}
	if e.Traits.Confidence != nil {
		traits.Confidence, traits.HasConfidence = *e.Traits.Confidence, true
	}
	return traits
}
