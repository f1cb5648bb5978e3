package redisbridge

import (
	"bytes"
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
	Events   []sampleEvent
	Rejected []string
}

type sampleEvent struct {
	Name    string
	Topic   rooms.Topic
	Traits  *sampleTraits
	Payload json.RawMessage
}

type sampleTraits struct {
	Pattern    string
	Symbol     string
	Tier       string
	Confidence *float64
	Priority   string
}

// arrival is when all samples were received.
var arrival = time.Unix(1758902401, 500_000_000)

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
				Expect(events).To(HaveLen(len(sample.Events)), sample.Says)
				for i, event := range events {
					expected := sample.Events[i]
					Expect(event.Name).To(Equal(expected.Name), sample.Says)
					Expect(event.Channel).To(Equal(channel.Name))
					Expect(event.Received).To(Equal(arrival))
					Expect(event.Audience).To(Equal(rooms.Audience{Namespace: "/", Topic: expected.Topic}), sample.Says)
					Expect(event.Traits).To(Equal(expected.traits()), sample.Says)
					Expect(compact(event.Payload)).To(Equal(compact(expected.Payload)), sample.Says)
				}
			}
		})
	}
})

func (e sampleEvent) traits() rooms.Traits {
	if e.Traits == nil {
		return rooms.Traits{}
	}
	traits := rooms.Traits{
		Pattern:  e.Traits.Pattern,
		Symbol:   e.Traits.Symbol,
		Tier:     e.Traits.Tier,
		Priority: rooms.PriorityNamed(e.Traits.Priority),
	}
	if e.Traits.Confidence != nil {
		traits.Confidence, traits.HasConfidence = *e.Traits.Confidence, true
	}
	return traits
}
