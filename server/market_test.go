package server_test

import (
	"encoding/json"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
)

// latest is what the producer published last; empty = nothing yet.
type latest string

func (l latest) MarketMovers() json.RawMessage {
	if l == "" {
		return nil
	}
	return json.RawMessage(l)
}

// Bars are those of AAPL.
func (l latest) Bars(symbol, timeframe string) json.RawMessage {
	if symbol != "AAPL" || l == "" {
		return nil
	}
	return json.RawMessage(strings.ReplaceAll(string(l), "TIMEFRAME", timeframe))
}

var _ = Describe("Market movers", func() {
	It("come at once, and then whenever they change, until the socket has enough", func() {
		s := startSiteWith(nil, server.Sources{Movers: latest(`{"gainers":[{"symbol":"AAPL","change":1e2}]}`)})
		b, other := enterBrowser(s.url), enterBrowser(s.url)
		b.emit("subscribe_market_movers", map[string]any{"user_id": nil})
		Expect(b.next("market_movers_update").payload()).To(Equal(`{"market_movers":{"gainers":[{"symbol":"AAPL","change":1e2}]}}`))
		s.sockets.Router().Route(news(rooms.Movers, "A"))
		b.next("movers")
		b.emit("unsubscribe_market_movers")
		b.expectNothing()
		Expect(s.sockets.Router().Route(news(rooms.Movers, "A"))).To(BeZero())
		other.expectNothing()
	})

	It("come later, while there are none yet", func() {
		s := startSiteWith(nil, server.Sources{Movers: latest("")})
		b := enterBrowser(s.url)
		b.emit("subscribe_market_movers")
		b.expectNothing()
		s.sockets.Router().Route(news(rooms.Movers, "A"))
		b.next("movers")
	})
})

var _ = Describe("A request for a chart", func() {
	ask := func(symbol, timeframe string) string {
		GinkgoHelper()
		b := enterBrowser(startSiteWith(nil, server.Sources{Charts: latest(`[{"close":1.50,"of":"TIMEFRAME"}]`)}).url)
		b.emit("request_tickstockpl_chart_data", map[string]any{"symbol": symbol, "timeframe": timeframe})
		return b.next("tickstockpl_chart_data_response").payload()
	}

	It("is answered with the bars as they are", func() {
		Expect(ask("AAPL", "1min")).To(Equal(`{"symbol":"AAPL","timeframe":"1min","chart_data":[{"close":1.50,"of":"1min"}]}`))
	})

	It("says so when there are none", func() {
		Expect(ask("<b>", "1d")).To(Equal(`{"symbol":"<b>","timeframe":"1d","chart_data":[],"message":"No data available"}`))
	})

	It("means days if it does not say, and is acknowledged with the same", func() {
		b := enterBrowser(startSiteWith(nil, server.Sources{Charts: latest(`["TIMEFRAME"]`)}).url)
		b.write(`427["request_tickstockpl_chart_data",{"symbol":"AAPL"}]`)
		whole := `{"symbol":"AAPL","timeframe":"1d","chart_data":["1d"]}`
		Expect(b.next("tickstockpl_chart_data_response").payload()).To(Equal(whole))
		Expect(b.next("ack").payload()).To(Equal(whole))
	})
})
