package redisbridge

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A market message", func() {
	DescribeTable("brings all its members to pages, unchanged",
		func(channel, body string, required map[string]any) {
			rng := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 3))
			for range 100 {
				content := randomObject(rng, 3)
				for key, value := range required {
					content[key] = value
				}
				text, err := json.Marshal(content)
				Expect(err).NotTo(HaveOccurred())
				expectBrought(channel, string(text), string(text), body)
				expectBrought(channel, `{"source":"x","timestamp":1,"data":`+string(text)+`}`, string(text), body)
			}
		},
		Entry("prices", "tickstock.market.prices", "", map[string]any{"symbol": "AAPL", "price": 1}),
		Entry("bars", "tickstock.market.ohlcv", "ohlcv", map[string]any{"symbol": "AAPL", "open": 1, "high": 2, "low": 0.5, "close": 1}),
		Entry("volumes", "tickstock.market.volume", "volume_data", map[string]any{"symbol": "AAPL", "current_volume": 1}),
		Entry("summaries", "tickstock.market.summary", "summary", map[string]any{"total_symbols": 1}),
		Entry("symbols", "tickstock.market.symbols", "metadata", map[string]any{"symbol": "AAPL"}),
		Entry("watchlists", "tickstock.dashboard.watchlist", "", map[string]any{"symbol": "AAPL", "price": 1}),
		Entry("alerts", "tickstock.dashboard.alerts", "alert", map[string]any{"title": "halted"}),
		Entry("ticks", "tickstock.all_ticks", "", map[string]any{"ticker": "AAPL", "price": 1}),
	)
})

// expectBrought looks for each member in the payload, or in that member of it.
func expectBrought(channel, text, content, body string) {
	GinkgoHelper()
	var before map[string]any
	Expect(decode(content, &before)).To(Succeed())
	for _, row := range Channels() {
		if row.Name != channel {
			continue
		}
		events, rejected := translated(row, text)
		Expect(rejected).To(BeEmpty(), text)
		Expect(events).NotTo(BeEmpty(), text)
		for _, event := range events {
			var payload map[string]any
			Expect(decode(string(event.Payload), &payload)).To(Succeed(), text)
			if body != "" {
				payload = payload[body].(map[string]any)
			}
			for key, value := range before {
				after, present := payload[key]
				Expect(present && reflect.DeepEqual(after, value)).To(BeTrue(), "%s of %s", key, text)
			}
		}
	}
}
