package redisbridge

import (
	"iter"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/rooms"
)

var _ = Describe("The ledger", func() {
	// handled is a bridge without a Redis that has heard this of patterns.
	handled := func(prepare func(*Bridge), text string) ChannelState {
		GinkgoHelper()
		cfg := settings("127.0.0.1:1")
		client, err := Open(cfg)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		b := New(cfg, streaming(), client, &stumbler{}, prometheus.NewRegistry(), zerolog.New(GinkgoWriter))
		prepare(b)
		b.take(patterns, text)
		if b.queue.state().Messages > 0 {
			r, _ := b.queue.pop()
			b.handle(r)
		}
		return b.State().Channels[0]
	}

	DescribeTable("counts messages of which nothing was usable",
		func(text string, dropped int) {
			Expect(handled(func(*Bridge) {}, text)).To(And(
				HaveField("Received", BeEquivalentTo(1)), HaveField("Dropped", BeEquivalentTo(dropped))))
		},
		Entry("such as one that is no JSON", "}{", 1),
		Entry("such as one that is no object", "[]", 1),
		Entry("such as one that is too large", alert(strings.Repeat("x", 2<<20)), 1),
		Entry("such as one whose data are no object", `{"data":7}`, 1),
		Entry("once, however many parts it has", `{"patterns":[1,2,3]}`, 1),
		Entry("such as one that broke us", alert("STUMBLE"), 1),
		Entry("but not one that is fine", alert("AAPL"), 0),
		Entry("but not one with a part that is", `{"patterns":[1,`+alert("AAPL")+`,{}]}`, 0),
		Entry("but not one that broke us with a part of it", `{"patterns":[`+alert("STUMBLE")+`,`+alert("AAPL")+`]}`, 0),
		Entry("but not one that lacks something", `{"symbol":"AAPL"}`, 0),
		Entry("but not one whose parts all lack something", `{"patterns":[{"symbol":"AAPL"},{"pattern":"Doji"}]}`, 0),
		Entry("but not one that is empty", `{"patterns":[]}`, 0),
		Entry("but not a probe", `{"test":"health_check"}`, 0),
	)

	It("counts a message that its translator breaks at", func() {
		broken := func(*message) iter.Seq2[rooms.Event, Reason] { panic("no translation") }
		Expect(handled(func(b *Bridge) { b.channels[0].Translate = broken }, "{}")).To(HaveField("Dropped", BeEquivalentTo(1)))
	})

	It("counts what comes from other channels as dropped", func() {
		b := &Bridge{ledgers: make([]ledger, 1), log: zerolog.Nop(), seldom: zerolog.Nop()}
		b.take("elsewhere", "{}")
		Expect(b.ledgers[0].state("other").Dropped).To(BeEquivalentTo(1))
	})

	It("takes being idle for no loss", func() {
		Expect([]bool{Idle.understood(), Probe.understood(), BadRegime.understood(), MissingPattern.understood()}).To(HaveEach(true))
		Expect([]bool{BadData.understood(), NotJSON.understood(), UnknownChannel.understood(), Panicked.understood()}).To(HaveEach(false))
	})
})
