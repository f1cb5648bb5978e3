package server

import (
	"strings"

	"github.com/tickstock/tickcast/server/sio"
)

// A browserEvent is one event that pages emit: a row in browserEvents, a small file named after it,
// and a golden sample in testdata/events.
type browserEvent struct {
	Name string
	// Handle answers with the acknowledgement's arguments; they are sent only if the page asked for one.
	Handle func(*Sockets, *sio.Socket, sio.Message) sio.Message
	Pace   pace // shared with the other events of that pace
}

// browserEvents are the events of "/".
func browserEvents() []browserEvent {
	return []browserEvent{
		{"subscribe_patterns", (*Sockets).subscribePatterns, ofSubscriptions},
		{"unsubscribe_patterns", (*Sockets).unsubscribePatterns, unpaced},
		{"subscribe_tier_patterns", (*Sockets).subscribeTierPatterns, ofSubscriptions},
		{"unsubscribe_tier_patterns", (*Sockets).unsubscribeTierPatterns, unpaced},
		{"subscribe_pattern_alerts", (*Sockets).subscribePatternAlerts, ofSubscriptions},
		{"unsubscribe_pattern_alerts", (*Sockets).unsubscribePatternAlerts, unpaced},
		{"subscribe", (*Sockets).subscribe, ofSubscriptions},
		{"unsubscribe", (*Sockets).unsubscribe, unpaced},
		{"get_subscriptions", (*Sockets).getSubscriptions, ofSubscriptions},
		{"heartbeat", (*Sockets).heartbeat, unpaced},
		{"test_connection", (*Sockets).testConnection, unpaced},
		{"subscribe_tickstockpl_watchlist", (*Sockets).subscribeTickStockPLWatchlist, ofSubscriptions},
		{"subscribe_watchlist", (*Sockets).subscribeWatchlist, ofSubscriptions},
		{"unsubscribe_tickstockpl_symbol", (*Sockets).unsubscribeTickStockPLSymbol, unpaced},
		{"subscribe_tickers", (*Sockets).subscribeTickers, ofSubscriptions},
		{"subscribe_market_movers", (*Sockets).subscribeMarketMovers, ofSubscriptions},
		{"unsubscribe_market_movers", (*Sockets).unsubscribeMarketMovers, unpaced},
		{"request_tickstockpl_chart_data", (*Sockets).requestChart, ofCharts},
		{"submit_backtest", (*Sockets).submitBacktest, ofBacktests},
		{"cancel_backtest", (*Sockets).cancelBacktest, ofBacktests},
		{"get_backtests", (*Sockets).getBacktests, ofBacktests},
	}
}

// adminEvents are the events of "/admin-ws".
func adminEvents() []browserEvent {
	return []browserEvent{
		{"request_metrics", (*Sockets).requestMetrics, unpaced},
	}
}

// handlers binds the rows of a table to s.
func (s *Sockets) handlers(rows []browserEvent) map[string]sio.Handler {
	bound := make(map[string]sio.Handler, len(rows))
	for _, row := range rows {
		bound[row.Name] = s.paced(row, s.keeping(row, func(socket *sio.Socket, m sio.Message) sio.Message {
			return row.Handle(s, socket, m)
		}))
	}
	return bound
}

// keeping has what a socket subscribes to kept for its return, before it hears that it has it.
func (s *Sockets) keeping(event browserEvent, next sio.Handler) sio.Handler {
	if !event.subscribes() {
		return next
	}
	return func(socket *sio.Socket, m sio.Message) (answer sio.Message) {
		socket.Gather(func() {
			answer = next(socket, m)
			s.recovery.keep(socket)
		})
		return answer
	}
}

// subscribes goes by the name: all events that change what a socket gets have such a one.
func (e browserEvent) subscribes() bool {
	return strings.HasPrefix(e.Name, "subscribe") || strings.HasPrefix(e.Name, "unsubscribe")
}
