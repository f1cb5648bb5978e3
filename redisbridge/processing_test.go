package redisbridge

import (
	"encoding/json"
	"os"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/rooms"
)

// processingStep is one message of testdata/processing.json, and what the status must then hold; nil = nothing is sent.
type processingStep struct {
	Says    string
	Channel string
	Message string
	Status  map[string]any
}

func processingSteps() []processingStep {
	GinkgoHelper()
	text, err := os.ReadFile("testdata/processing.json")
	Expect(err).NotTo(HaveOccurred())
	var steps []processingStep
	Expect(json.Unmarshal(text, &steps)).To(Succeed())
	return steps
}

// processingRun hears messages of the processing one after the other.
type processingRun struct{ message }

func newRun() *processingRun { return &processingRun{message{memory: newMemory()}} }

// hear is the status that goes out after a message of the name; nil if none does.
func (r *processingRun) hear(event, payload string) map[string]json.RawMessage {
	GinkgoHelper()
	channel := Channel{Name: "tickstock:processing:status", Translate: one(translateProcessing)}
	var status map[string]json.RawMessage
	for event, reason := range r.translate(channel, `{"event":"`+event+`","payload":`+payload+`}`, arrival) {
		if reason == Accepted {
			status = statusOf(event)
		}
	}
	return status
}

func statusOf(event rooms.Event) map[string]json.RawMessage {
	GinkgoHelper()
	var payload struct{ Status map[string]json.RawMessage }
	Expect(json.Unmarshal(built(event).Payload, &payload)).To(Succeed())
	return payload.Status
}

const begin = "daily_processing_started"

var _ = Describe("The daily processing", func() {
	It("is told step by step, its end once", func() {
		server := startRedis()
		sink := &recorder{}
		b := bridge(settings(server.addr), sink)
		Eventually(hearing(b)).Should(BeTrue())
		producer := server.publisher()

		var shown []processingStep
		for _, step := range processingSteps() {
			publish(producer, step.Channel, step.Message)
			if step.Status != nil {
				shown = append(shown, step)
			}
		}
		publish(producer, patterns, alert("THE END"))

		Eventually(sink.symbols).Should(ContainElement("THE END"))
		events := slices.DeleteFunc(sink.all(), func(e rooms.Event) bool { return e.Traits.Symbol == "THE END" })
		Expect(events).To(HaveLen(len(shown)))
		for i, step := range shown {
			Expect(events[i].Name).To(Equal("processing_status_update"), step.Says)
			Expect(events[i].Audience).To(Equal(rooms.Audience{Namespace: "/"}), step.Says)
			status := statusOf(events[i])
			Expect(status).To(HaveLen(13), step.Says)
			for key, value := range step.Status {
				expected, err := json.Marshal(value)
				Expect(err).NotTo(HaveOccurred())
				Expect(status[key]).To(MatchJSON(expected), "%s of: %s", key, step.Says)
			}
		}
	})

	It("is nothing to warn of while nothing runs", func() {
		server := startRedis()
		b := bridge(settings(server.addr), &recorder{})
		Eventually(hearing(b)).Should(BeTrue())
		publish(server.publisher(), "tickstock:errors", `{"error_id":"e-1","severity":"error","message":"x"}`)
		channel := func() ChannelState {
			all := b.State().Channels
			return all[b.rows["tickstock:errors"]]
		}
		Eventually(channel).Should(HaveField("Rejected", Equal(map[Reason]uint64{Idle: 1})))
		Expect(Idle.harmless()).To(BeTrue())
		Expect(MissingSymbol.harmless()).To(BeFalse())
	})

	It("keeps numbers to the letter", func() {
		run := newRun()
		run.hear(begin, `{"run_id":"r","total_symbols":5e2}`)
		status := run.hear("daily_processing_progress", `{"progress":40.10}`)
		Expect(string(status["progress"])).To(Equal("40.10"))
		Expect(string(status["symbols_total"])).To(Equal("5e2"))
	})

	It("leaves as it was what a message does not tell", func() {
		run := newRun()
		run.hear(begin, `{"run_id":"r"}`)
		run.hear("daily_processing_progress", `{"progress":40,"current_symbol":"AAPL","symbols_completed":3}`)
		status := run.hear("daily_processing_progress", `{"progress":41}`)
		Expect(status).To(And(
			HaveKeyWithValue("progress", json.RawMessage("41")),
			HaveKeyWithValue("current_symbol", json.RawMessage(`"AAPL"`)),
			HaveKeyWithValue("symbols_completed", json.RawMessage("3")),
		))
	})

	It("forgets what is too large to be kept", func() {
		large := `"` + strings.Repeat("x", keptMax) + `"`
		run := newRun()
		Expect(run.hear(begin, `{"run_id":`+large+`}`)).To(BeNil())
		run.hear(begin, `{"run_id":"r","total_symbols":`+large+`}`)
		status := run.hear("data_import_started", `{"universe_names":["`+strings.Repeat("x", keptMax-4)+`"],"timeframes":[`+large+`]}`)
		Expect(string(status["symbols_total"])).To(Equal("0"))
		var imports map[string]json.RawMessage
		Expect(json.Unmarshal(status["import_status"], &imports)).To(Succeed())
		Expect(imports["universes"]).To(HaveLen(keptMax))
		Expect(string(imports["timeframes"])).To(Equal("null"))
	})

	It("lets go of the messages it kept values of", func() {
		run := newRun()
		text := `{"event":"` + begin + `","payload":{"run_id":"r"}}`
		for range run.translate(Channel{Name: "c", Translate: one(translateProcessing)}, text, arrival) {
			kept := run.memory.processing.runID
			Expect(kept).To(Equal(`"r"`))
			Expect(inside(text, kept)).To(BeFalse())
		}
	})

	DescribeTable("does not start for a run_id that is",
		func(id string) { Expect(newRun().hear(begin, `{"run_id":`+id+`}`)).To(BeNil()) },
		Entry(nil, "null"), Entry(nil, `""`), Entry(nil, "false"),
	)
})
