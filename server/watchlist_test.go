package server_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
)

// news is an event about a symbol, for those who hold a subscription of the topic.
func news(topic rooms.Topic, symbol string) rooms.Event {
	return rooms.Event{
		Name:     string(topic),
		Audience: rooms.Audience{Namespace: "/", Topic: topic},
		Traits:   rooms.Traits{Symbol: symbol},
		Payload:  []byte(`"` + symbol + `"`),
	}
}

// symbols makes n of them, beginning with number first.
func symbols(first, n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("S%d", first+i))
	}
	return list
}

var _ = Describe("A watchlist", func() {
	var s *site
	var b *browser
	everyKind := []string{"price_update", "ohlcv_update", "pattern_alert"}

	BeforeEach(func() {
		s = startSite(nil, nil)
		b = enterBrowser(s.url)
	})

	watch := func(kinds []string, symbols ...string) {
		GinkgoHelper()
		b.emit("subscribe_tickstockpl_watchlist", map[string]any{"symbols": append([]string{}, symbols...), "subscription_types": kinds})
		b.next("tickstockpl_subscription_confirmed")
	}
	unwatch := func(symbol string) {
		GinkgoHelper()
		b.emit("unsubscribe_tickstockpl_symbol", map[string]any{"symbol": symbol})
		b.next("tickstockpl_unsubscription_confirmed")
	}
	reached := func(topic rooms.Topic, symbol string) int { return s.sockets.Router().Route(news(topic, symbol)) }
	topics := func() map[string]int {
		held := s.health().Subscriptions.Topics
		delete(held, "patterns")
		return held
	}

	DescribeTable("brings of its symbols the kinds that were asked for, to its socket alone",
		func(kinds []string, wanted ...rooms.Topic) {
			other := enterBrowser(s.url)
			watch(kinds, "AAPL", "TSLA")
			for _, topic := range []rooms.Topic{rooms.Prices, rooms.Bars, rooms.WatchAlerts} {
				reached(topic, "MSFT")
				reached(topic, "aapl")
				reached(topic, "TSLA")
			}
			for _, topic := range wanted {
				Expect(b.next(string(topic)).payload()).To(Equal(`"TSLA"`))
			}
			b.expectNothing()
			other.expectNothing()
		},
		Entry("prices", []string{"price_update"}, rooms.Prices),
		Entry("bars", []string{"ohlcv_update"}, rooms.Bars),
		Entry("patterns", []string{"pattern_alert"}, rooms.WatchAlerts),
		Entry("all of them", everyKind, rooms.Prices, rooms.Bars, rooms.WatchAlerts),
		Entry("prices and patterns when none is named", nil, rooms.Prices, rooms.WatchAlerts),
		Entry("none", []string{}),
	)

	It("grows with every request, under whichever name", func() {
		watch(everyKind, "AAPL")
		b.emit("subscribe_watchlist", map[string]any{"symbols": []string{"TSLA", "AAPL"}})
		b.next("tickstockpl_subscription_confirmed")
		Expect(reached(rooms.Prices, "AAPL")).To(Equal(1))
		Expect(reached(rooms.Prices, "TSLA")).To(Equal(1))
		Expect(reached(rooms.Bars, "AAPL")).To(Equal(1))
		Expect(reached(rooms.Bars, "TSLA")).To(BeZero())
		Expect(topics()).To(Equal(map[string]int{"prices": 1, "bars": 1, "watch_alerts": 1}))
	})

	It("that is empty brings nothing, and not everything", func() {
		watch(everyKind)
		Expect(reached(rooms.Prices, "AAPL")).To(BeZero())
		Expect(topics()).To(BeEmpty())
	})

	It("loses a symbol in every kind", func() {
		watch(everyKind, "AAPL", "TSLA")
		unwatch("AAPL")
		for _, topic := range []rooms.Topic{rooms.Prices, rooms.Bars, rooms.WatchAlerts} {
			Expect(reached(topic, "AAPL")).To(BeZero())
			Expect(reached(topic, "TSLA")).To(Equal(1))
		}
	})

	It("that has lost its last symbol brings nothing, and not everything", func() {
		watch(everyKind, "AAPL")
		unwatch("AAPL")
		Expect(reached(rooms.Prices, "TSLA")).To(BeZero())
		Expect(topics()).To(BeEmpty())
	})

	It("leaves the symbols alone that it does not know", func() {
		watch(everyKind, "AAPL")
		unwatch("aapl")
		Expect(reached(rooms.Prices, "AAPL")).To(Equal(1))
	})

	It("takes a thousand symbols, in several requests, and no more: then it stays as it was", func() {
		watch([]string{"ohlcv_update"}, symbols(0, 600)...)
		watch([]string{"ohlcv_update"}, symbols(400, 600)...)
		b.emit("subscribe_tickstockpl_watchlist", map[string]any{"symbols": []string{"AAPL"}, "subscription_types": everyKind})
		Expect(b.next("error").payload()).To(ContainSubstring("symbols: brings the filter to 1001 values"))
		Expect(reached(rooms.Bars, "S999")).To(Equal(1))
		Expect(topics()).To(Equal(map[string]int{"bars": 1}), "no kind is touched if one is full")
	})

	It("refuses a request of more than a thousand symbols", func() {
		b.emit("subscribe_tickstockpl_watchlist", map[string]any{"symbols": symbols(0, 1001)})
		Expect(b.next("error").payload()).To(ContainSubstring("symbols: "))
	})

	It("shows no error to the user of a page that expects none", func() {
		b.emit("subscribe_watchlist", map[string]any{"symbols": symbols(0, 1001)})
		b.expectNothing()
		Expect(s.health().Counters.EventsRefused).To(Equal(1))
	})

	It("is gone with its socket", func() {
		watch(everyKind, "AAPL")
		b.close()
		Eventually(func() int { return s.health().Subscriptions.Total }).Should(BeZero())
	})
})

var _ = Describe("The tickers of a socket", func() {
	var s *site
	var b *browser

	BeforeEach(func() {
		s = startSite(nil, nil)
		b = enterBrowser(s.url)
	})

	want := func(tickers ...string) {
		GinkgoHelper()
		b.emit("subscribe_tickers", map[string]any{"tickers": append([]string{}, tickers...)})
		b.next("subscription_updated")
	}

	It("are replaced by each request", func() {
		other := enterBrowser(s.url)
		want("AAPL", "TSLA")
		want("TSLA", "MSFT")
		for _, symbol := range []string{"AAPL", "TSLA", "MSFT"} {
			s.sockets.Router().Route(news(rooms.Tickers, symbol))
		}
		Expect(b.next("tickers").payload()).To(Equal(`"TSLA"`))
		Expect(b.next("tickers").payload()).To(Equal(`"MSFT"`))
		b.expectNothing()
		other.expectNothing()
	})

	It("that are none are no tickers, and not all", func() {
		want("AAPL")
		want()
		Expect(s.sockets.Router().Route(news(rooms.Tickers, "AAPL"))).To(BeZero())
		Expect(s.health().Subscriptions.Topics).NotTo(HaveKey("tickers"))
	})

	It("survive a refused request", func() {
		want("AAPL")
		b.emit("subscribe_tickers", map[string]any{"tickers": symbols(0, 1001)})
		Expect(b.next("error").payload()).To(ContainSubstring("tickers: "))
		Expect(s.sockets.Router().Route(news(rooms.Tickers, "AAPL"))).To(Equal(1))
	})
})
