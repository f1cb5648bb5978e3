package bench

import (
	"fmt"
	"slices"
	"time"
)

// scenarios are the specification's, with its limits. Where it names no rate of events, we do.
func scenarios(short bool) []Scenario {
	sustained := time.Minute
	if short {
		sustained = 10 * time.Second
	}
	return slices.Concat(subscribing(), delivering(), lasting(sustained), limiting(), broadcasting())
}

func subscribing() []Scenario {
	return []Scenario{
		{
			Name: "subscribe", Load: "500 users, 10 workers × 50; then 50 events, 50/s",
			Users: 500, Wish: traderWish, Events: 50, Rate: 50, Pattern: traded,
			Limits: []limit{
				{"subscribed users", "≥", 495}, {"subscribing s", "<", 30}, {"subscribe avg ms", "<", 10}, {"subscribe p99 ms", "<", 50},
			},
		}, {
			Name: "connections", Load: "10 workers × 20 visits: connect, subscribe, get one event, unsubscribe, leave",
			Users: 200, Wish: soleWish, Events: 200, Pattern: sole, act: visits,
			Limits: []limit{{"successful visits %", "≥", 95}, {Figure: "visit avg ms"}, {Figure: "visit p99 ms"}},
		}, {
			Name: "memory", Load: "500 users subscribe; 100 events, 50/s",
			Users: 500, Wish: plainWish(50), Events: 100, Rate: 50, Pattern: plain(50),
			Limits: []limit{{"per 100 subscriptions MB", "<", 1}, {"growth MB", "<", 1}, {"growth %", "<", 10}},
		},
	}
}

func delivering() []Scenario {
	return []Scenario{
		{
			Name: "delivery", Load: "200 users, 5 symbols, 3 patterns; 50 events, 50/s",
			Users: 200, Wish: fewWish, Events: 50, Rate: 50, Pattern: few,
			Limits: []limit{
				{"delivery avg ms", "<", 100}, {"delivery p95 ms", "<", 100}, {"delivery p99 ms", "<", 200}, {"delivery max ms", "<", 500},
			},
		}, {
			Name: "filtering", Load: "1000 users, 100 symbols (3 each), 5 patterns (2 each); 100 events, 50/s",
			Users: 1000, Wish: diverseWish, Events: 100, Rate: 50, Pattern: diverse,
			Limits: []limit{
				{"filtering avg ms", "<", 5}, {"filtering p95 ms", "<", 5}, {"filtering p99 ms", "<", 10}, {"filtering max ms", "<", 50},
			},
		}, {
			Name: "extreme filters", Load: "500 narrow users (0.95) and 200 broad ones (0.1); 100 events, 50/s",
			Users: 700, Wish: extremeWish, Events: 100, Rate: 50, Pattern: extreme,
			Limits: []limit{{Figure: "delivery p95 ms"}, {Figure: "filtering p95 ms"}, {Figure: "filtering max ms"}},
		}, {
			Name: "cross-system", Load: "100 users; 20 events, 50/s",
			Users: 100, Wish: traderWish, Events: 20, Rate: 50, Pattern: traded,
			Limits: []limit{{"delivery max ms", "<", 100}, {"delivery avg ms", "<", 50}, {"filtering avg ms", "<", 5}},
		}, {
			Name: "end to end", Load: "500 users; 200 events, 50/s, every tenth critical",
			Users: 500, Wish: traderWish, Events: 200, Rate: 50, Pattern: tenthCritical,
			Limits: []limit{
				{"filtering p95 ms", "<", 5}, {"routing p95 ms", "<", 20}, {"delivery p95 ms", "<", 100}, {"delivery p99 ms", "<", 125},
				{"delivery avg ms", "<", 80}, {"critical max ms", "<", 50},
			},
		},
	}
}

func lasting(length time.Duration) []Scenario {
	return []Scenario{{
		Name: "sustained", Load: fmt.Sprintf("100 users, 20 symbols; %s × 10/s", length),
		Users: 100, Wish: plainWish(20), Events: int(length.Seconds()) * 10, Rate: 10, Pattern: plain(20),
		Limits: []limit{
			{"delivery avg ms", "<", 100}, {"delivery p95 ms", "<", 200}, {"second half slower %", "<", 50}, {"deliveries/event", ">", 0.5},
		},
	}}
}

func limiting() []Scenario {
	limited := func(name, load string, users, each int, passed, held float64) Scenario {
		return Scenario{
			Name: name, Load: load,
			Users: users, Wish: soleWish, Events: users * each, Pattern: func(i int) pattern { return sole(i % users) }, PerUser: 100,
			Limits: []limit{{"delivered events", "=", passed}, {"limited events", "=", held}},
		}
	}
	return []Scenario{
		limited("limit 150", "150 events at once for one user", 1, 150, 100, 50),
		limited("limit 120", "120 events at once for one user", 1, 120, 100, 20),
		limited("limit 5 × 80", "80 events at once for each of 5 users", 5, 80, 400, 0),
	}
}

func broadcasting() []Scenario {
	swift := func(name, load string, users, events, rate int) Scenario {
		return Scenario{
			Name: name, Load: load,
			Users: users, Wish: func(int) wish { return wish{} }, Events: events, Rate: rate, Pattern: sole,
			Limits: []limit{{"delivery avg ms", "<", 100}, {"delivery p95 ms", "<", 100}, {Figure: "delivery p99 ms"}, {Figure: "delivery max ms"}},
		}
	}
	tickers := swift("4000 tickers", "200 users want 10-50 of 4000 tickers each; 5 s × 100/s", 200, 500, 100)
	tickers.Wish, tickers.Pattern = tickerWish, ticker
	return []Scenario{
		swift("broadcast 500", "500 users, all want all; 100 events, 50/s", 500, 100, 50),
		swift("broadcast 600", "600 users, all want all; 10 s × 60/s", 600, 600, 60),
		tickers,
		swift("broadcast 800", "800 users, all want all; 20 events at once", 800, 20, 0),
	}
}
