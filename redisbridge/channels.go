package redisbridge

import (
	"iter"

	"github.com/tickstock/tickcast/rooms"
)

// Channel is one Redis channel that is listened to. Its name is exact: dots and colons differ.
type Channel struct {
	Name      string
	Translate Translator
	// Replay says that who was away gets its messages later: alerts and results. Prices, ticks, streaming, progress of
	// processing and health are not kept: the next value says all.
	Replay bool
}

// Translator turns a message into events. Mostly there is one event, or the
// reason why there is none; a batch has one or the other for each of its parts.
type Translator func(*message) iter.Seq2[rooms.Event, Reason]

// Channels is the table of all channels. A new one needs its row here, a
// translator in its own file, and a sample in testdata/samples.
func Channels() []Channel {
	return []Channel{
		{Name: "tickstock.events.patterns", Translate: translatePatterns, Replay: true},
		{Name: "tickstock.events.backtesting.progress", Translate: one(translateProgress), Replay: true},
		{Name: "tickstock.events.backtesting.results", Translate: one(translateResult), Replay: true},
		{Name: "tickstock.health.status", Translate: one(translateHealth)},
		{Name: "tickstock.market.prices", Translate: translatePrices()},
		{Name: "tickstock.market.ohlcv", Translate: translateBars()},
		{Name: "tickstock.market.volume", Translate: parts(surge, "volumes", "symbols")},
		{Name: "tickstock.market.summary", Translate: translateSummary},
		{Name: "tickstock.market.symbols", Translate: parts(metadata, "symbols")},
		{Name: "tickstock.dashboard.watchlist", Translate: translatePrices()},
		{Name: "tickstock.dashboard.alerts", Translate: one(translateMarketAlert), Replay: true},
		{Name: "tickstock.dashboard.summary", Translate: translateStatistics},
		{Name: "tickstock.all_ticks", Translate: parts(tick, "ticks")},
		{Name: "tickstock.events.market_state", Translate: one(translateMarketState), Replay: true},
		{Name: "tickstock:market:ticks", Translate: one(translateTick)},
		{Name: "tickstock:processing:status", Translate: one(translateProcessing)},
		{Name: "tickstock:processing:schedule", Translate: one(translateProcessing)},
		{Name: "tickstock:import:started", Translate: one(translateProcessing)},
		{Name: "tickstock:import:progress", Translate: one(translateProcessing)},
		{Name: "tickstock:import:completed", Translate: one(translateProcessing)},
		{Name: "tickstock:cache:started", Translate: one(translateProcessing)},
		{Name: "tickstock:cache:progress", Translate: one(translateProcessing)},
		{Name: "tickstock:cache:completed", Translate: one(translateProcessing)},
		{Name: "tickstock:indicators:started", Translate: one(translateProcessing)},
		{Name: "tickstock:indicators:progress", Translate: one(translateProcessing)},
		{Name: "tickstock:indicators:completed", Translate: one(translateProcessing)},
		{Name: "tickstock:indicators:calculated", Translate: one(translateProcessing)},
		{Name: "tickstock:patterns:started", Translate: one(translateProcessing)},
		{Name: "tickstock:patterns:progress", Translate: one(translateProcessing)},
		{Name: "tickstock:patterns:completed", Translate: one(translateProcessing)},
		{Name: "tickstock:monitoring", Translate: one(translateProcessing)},
		{Name: "tickstock:errors", Translate: one(translateProcessing)},
		{Name: "tickstock:streaming:session_started", Translate: one(translateSessionStarted)},
		{Name: "tickstock:streaming:session_stopped", Translate: one(translateSessionStopped)},
		{Name: "tickstock:streaming:health", Translate: one(translateStreamingHealth)},
		{Name: "tickstock:patterns:streaming", Translate: translateStreamingPatterns},
		{Name: "tickstock:patterns:detected", Translate: both(translateStreamingPatterns, one(translateProcessing))},
		{Name: "tickstock:indicators:streaming", Translate: translateStreamingIndicators},
		{Name: "tickstock:alerts:indicators", Translate: one(translateIndicatorAlert), Replay: true},
		{Name: "tickstock:alerts:critical", Translate: one(translateCriticalAlert), Replay: true},
	}
}

// one is the translator of messages that make a single event.
func one(translate func(*message) (rooms.Event, Reason)) Translator {
	return func(m *message) iter.Seq2[rooms.Event, Reason] {
		return func(yield func(rooms.Event, Reason) bool) { yield(translate(m)) }
	}
}

// both lets two translators read the messages of one channel. Who finds nothing in a message has no say in
// it if the other does; if neither does, the first one's reasons count.
func both(first, second Translator) Translator {
	return func(m *message) iter.Seq2[rooms.Event, Reason] {
		return func(yield func(rooms.Event, Reason) bool) {
			var made [2]bool
			var refused [2][]Reason
			for i, translate := range [...]Translator{first, second} {
				for event, reason := range translate(m) {
					if reason != Accepted {
						refused[i] = append(refused[i], reason)
						continue
					}
					made[i] = true
					if !yield(event, Accepted) {
						return
					}
				}
			}
			switch {
			case made[0] && made[1]:
				refused[0] = append(refused[0], refused[1]...)
			case made[1], !made[0] && len(refused[0]) == 0:
				refused[0] = refused[1]
			}
			for _, reason := range refused[0] {
				if !yield(rooms.Event{}, reason) {
					return
				}
			}
		}
	}
}

// everyone is the audience of what concerns all pages.
func everyone() rooms.Audience { return rooms.Audience{Namespace: "/"} }
