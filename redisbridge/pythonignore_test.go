package redisbridge

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/config"
)

var _ = Describe("The events that are not taken from Python's queue", func() {
	It("are all those that tickcast makes of what it hears in Redis", func() {
		ignored := newIgnoredEvents("")
		for _, channel := range Channels() {
			for _, sample := range samples(channel.Name) {
				for _, event := range sample.Events {
					Expect(ignored.has(event.Name)).To(BeTrue(), "%s of %s", event.Name, channel.Name)
				}
			}
		}
		for _, batch := range batches() {
			Expect(ignored.has(batch.element)).To(BeTrue(), batch.element)
			Expect(ignored.has(batch.event)).To(BeTrue(), batch.event)
		}
	})

	It("are besides only what Flask makes of the same messages", func() {
		theirs := []string{"event_batch", "metrics_update", "dashboard_price_update", "dashboard_ohlcv_update", "dashboard_market_summary", "dashboard_market_event"}
		for _, name := range ownEvents() {
			own := newIgnoredEvents(name)
			made := slices.ContainsFunc(Channels(), func(channel Channel) bool {
				return slices.ContainsFunc(samples(channel.Name), func(s sample) bool {
					return slices.ContainsFunc(s.Events, func(e sampleEvent) bool { return own.has(e.Name) })
				})
			})
			batched := slices.ContainsFunc(batches(), func(b batch) bool { return own.has(b.event) })
			Expect(made || batched || slices.Contains(theirs, name)).To(BeTrue(), name)
		}
	})

	DescribeTable("are those of the setting", func(setting, event string, reason Reason) {
		q, _ := pythonQueue(func(c *config.Redis) { c.PythonIgnore = setting })
		Expect(q.hear(`{"method":"emit","event":"` + event + `"}`)).To(Equal(reason))
	},
		Entry("unset: our own", "", "pattern_alert", Ignored),
		Entry("unset: our own, whatever the tier", "", "tier_pattern_alert_daily", Ignored),
		Entry("unset: no others", "", "status_update", Accepted),
		Entry("unset: no others with a longer name", "", "pattern_alerts", Accepted),
		Entry("a list, and no others", "noise, chatter_*", "noise", Ignored),
		Entry("a list with a beginning", "noise,chatter_*", "chatter_of_birds", Ignored),
		Entry("a list, no longer our own", "noise", "pattern_alert", Accepted),
		Entry("none", "none", "pattern_alert", Accepted),
	)
})
