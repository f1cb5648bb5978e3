package redisbridge

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

const bars = "tickstock.market.ohlcv"

// hear translates a message, for what is kept of it.
func hear(memory *memory, channel, text string) {
	GinkgoHelper()
	m := message{memory: memory}
	for _, row := range Channels() {
		if row.Name == channel {
			for _, reason := range m.translate(row, text, arrival) {
				Expect(reason).To(Equal(Accepted), text)
			}
		}
	}
}

func barAt(timestamp int, close string) string {
	return fmt.Sprintf(`{"symbol":"AAPL","timeframe":"1min","open":1,"high":2,"low":0.5,"close":%s,"volume":10,"timestamp":%d}`, close, timestamp)
}

var _ = Describe("Charts", func() {
	var kept *memory
	BeforeEach(func() { kept = newMemory() })
	closes := func(symbol, timeframe string) (closes []string) {
		GinkgoHelper()
		all := kept.charts.Bars(symbol, timeframe)
		if all == nil {
			return nil
		}
		var read []struct{ Close json.Number }
		Expect(json.Unmarshal(all, &read)).To(Succeed(), "%s", all)
		for _, b := range read {
			closes = append(closes, b.Close.String())
		}
		return closes
	}

	It("have the bars that were published, to the letter", func() {
		hear(kept, bars, barAt(1758902400, "1.50"))
		Expect(string(kept.charts.Bars("AAPL", "1min"))).To(Equal(
			`[{"open":1,"high":2,"low":0.5,"close":1.50,"volume":10,"timestamp":1758902400}]`))
	})

	It("have a time that is written with commas", func() {
		hear(kept, bars, `{"symbol":"AAPL","ohlcv":{"open":1,"high":2,"low":0.5,"close":1.5},"timestamp":"Sep 26, 2025, 16:00"}`)
		Expect(string(kept.charts.Bars("AAPL", "1min"))).To(HaveSuffix(`"volume":0,"timestamp":"Sep 26, 2025, 16:00"}]`))
	})

	It("have nothing of what was never published", func() {
		hear(kept, bars, barAt(1758902400, "1"))
		Expect(closes("MSFT", "1min")).To(BeNil())
		Expect(closes("AAPL", "1d")).To(BeNil())
	})

	It("have them oldest first, whatever the order of publishing", func() {
		for _, at := range []int{1758902460, 1758902400, 1758902520} {
			hear(kept, bars, barAt(at, strconv.Itoa(at%1000)))
		}
		Expect(closes("AAPL", "1min")).To(Equal([]string{"400", "460", "520"}))
	})

	It("replace a bar by a later one of the same time", func() {
		hear(kept, bars, barAt(1758902400, "1"))
		hear(kept, bars, barAt(1758902460, "2"))
		hear(kept, bars, barAt(1758902460, "3"))
		Expect(closes("AAPL", "1min")).To(Equal([]string{"1", "3"}))
	})

	It("forget the oldest bar of too many", func() {
		for n := range maxBars + 20 {
			hear(kept, bars, barAt(1758902400+60*n, strconv.Itoa(n)))
		}
		Expect(closes("AAPL", "1min")).To(And(HaveLen(maxBars), HaveEach(Not(Equal("19"))), ContainElement("20")))
	})

	It("forget the series that was longest unused of too many", func() {
		for n := range maxSeries {
			kept.charts.keep(strconv.Itoa(n), "1d", 0, "1,1,1,1,1,1")
		}
		Expect(closes("0", "1d")).NotTo(BeNil())
		kept.charts.keep("1", "1d", 1, "1,1,1,1,1,1")
		kept.charts.keep("one more", "1d", 0, "1,1,1,1,1,1")
		Expect(closes("2", "1d")).To(BeNil())
		Expect(closes("0", "1d")).NotTo(BeNil())
		Expect(closes("1", "1d")).To(HaveLen(2))
		Expect(kept.charts.series).To(HaveLen(maxSeries))
	})

	It("keep nothing that is out of all proportion", func() {
		kept.charts.keep("AAPL", "1d", 0, strings.Repeat("1", maxBarLength+1))
		kept.charts.keep(strings.Repeat("A", maxNames), "1d", 0, "1,1,1,1,1,1")
		Expect(kept.charts.series).To(BeEmpty())
	})

	It("can be read while they are kept", func() {
		var reading sync.WaitGroup
		reading.Go(func() {
			for range 500 {
				kept.charts.Bars("AAPL", "1min")
			}
		})
		for n := range 500 {
			kept.charts.keep("AAPL", "1min", int64(n), "1,1,1,1,1,1")
		}
		reading.Wait()
		Expect(closes("AAPL", "1min")).To(HaveLen(500))
	})

	DescribeTable("know a timeframe by its synonyms",
		func(published string, asked ...string) {
			hear(kept, bars, `{"symbol":"AAPL","timeframe":"`+published+`","open":1,"high":1,"low":1,"close":1}`)
			for _, name := range asked {
				Expect(closes("AAPL", name)).To(HaveLen(1), name)
			}
			Expect(closes("AAPL", "1mo")).To(BeNil())
		},
		Entry("a minute", "1min", "1m", "1Min", "minute", "1 minute"),
		Entry("five", "5m", "5min", "5Min"),
		Entry("an hour", "60min", "1h", "1H", "hourly", "60m"),
		Entry("a day", "daily", "1d", "1D", "day", "24h"),
		Entry("a week", "1w", "weekly", "1W"),
		Entry("one of its own", "Tick", "tick"),
	)

	It("are cut to fewer bars for all when they would take too much memory", func() {
		long := strings.Repeat("1", 200)
		for symbol := range 1000 {
			for at := range 300 {
				kept.charts.keep(fmt.Sprint("S", symbol), "1min", int64(at), long)
			}
		}
		Expect(kept.charts.size).To(BeNumerically("<=", maxChartSize))
		Expect(kept.charts.most).To(BeNumerically("<", 300))
		total := 0
		for element := kept.charts.used.Front(); element != nil; element = element.Next() {
			for _, b := range element.Value.(*series).bars {
				total += len(b.values) + barOverhead
			}
		}
		Expect(kept.charts.size).To(Equal(total))
		first := kept.charts.copied(seriesName{"S0", canonical("1min")})
		Expect(first[len(first)-1].at).To(BeEquivalentTo(299), "the latest stay")
	})

	It("tell a month from a minute", func() {
		hear(kept, bars, `{"symbol":"AAPL","timeframe":"1M","open":1,"high":1,"low":1,"close":1}`)
		Expect(closes("AAPL", "monthly")).To(HaveLen(1))
		Expect(closes("AAPL", "1m")).To(BeNil())
	})

	It("take a bar without a timeframe for a minute's", func() {
		hear(kept, bars, `{"symbol":"AAPL","open":1,"high":1,"low":1,"close":1}`)
		Expect(closes("AAPL", "1min")).To(HaveLen(1))
	})
})

var _ = Describe("Market movers", func() {
	It("are what was published last", func() {
		kept := newMemory()
		Expect(kept.movers.MarketMovers()).To(BeNil())
		hear(kept, "tickstock.market.summary", `{"market_movers":[1]}`)
		hear(kept, "tickstock.dashboard.summary", `{"statistics":{},"data":{"market_movers":{"up":[1.50]}}}`)
		hear(kept, "tickstock.market.summary", `{"total_symbols":1}`)
		Expect(string(kept.movers.MarketMovers())).To(Equal(`{"up":[1.50]}`))
	})
})
