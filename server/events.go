package server

import "github.com/tickstock/tickcast/server/sio"

// A browserEvent is one event that pages emit: a row in browserEvents, a small file named after it,
// and a golden sample in testdata/events.
type browserEvent struct {
	Name string
	// Handle answers with the acknowledgement's arguments; they are sent only if the page asked for one.
	Handle func(*Sockets, *sio.Socket, sio.Message) sio.Message
}

// browserEvents are the events of "/".
func browserEvents() []browserEvent {
	return []browserEvent{
		{"subscribe_patterns", (*Sockets).subscribePatterns},
		{"unsubscribe_patterns", (*Sockets).unsubscribePatterns},
		{"subscribe_tier_patterns", (*Sockets).subscribeTierPatterns},
		{"unsubscribe_tier_patterns", (*Sockets).unsubscribeTierPatterns},
		{"subscribe_pattern_alerts", (*Sockets).subscribePatternAlerts},
		{"unsubscribe_pattern_alerts", (*Sockets).unsubscribePatternAlerts},
		{"subscribe", (*Sockets).subscribe},
		{"unsubscribe", (*Sockets).unsubscribe},
		{"get_subscriptions", (*Sockets).getSubscriptions},
		{"heartbeat", (*Sockets).heartbeat},
		{"test_connection", (*Sockets).testConnection},
		{"subscribe_tickstockpl_watchlist", (*Sockets).subscribeTickStockPLWatchlist},
		{"subscribe_watchlist", (*Sockets).subscribeWatchlist},
		{"unsubscribe_tickstockpl_symbol", (*Sockets).unsubscribeTickStockPLSymbol},
		{"subscribe_tickers", (*Sockets).subscribeTickers},
		{"subscribe_market_movers", (*Sockets).subscribeMarketMovers},
		{"unsubscribe_market_movers", (*Sockets).unsubscribeMarketMovers},
		{"request_tickstockpl_chart_data", (*Sockets).requestChart},
		{"submit_backtest", (*Sockets).submitBacktest},
		{"cancel_backtest", (*Sockets).cancelBacktest},
		{"get_backtests", (*Sockets).getBacktests},
	}
}

// adminEvents are the events of "/admin-ws".
func adminEvents() []browserEvent {
	return []browserEvent{
		{"request_metrics", (*Sockets).requestMetrics},
	}
}

// handlers binds the rows of a table to s.
func (s *Sockets) handlers(rows []browserEvent) map[string]sio.Handler {
	bound := make(map[string]sio.Handler, len(rows))
	for _, row := range rows {
		bound[row.Name] = s.paced(row.Name, func(socket *sio.Socket, m sio.Message) sio.Message {
			return row.Handle(s, socket, m)
		})
	}
	return bound
}
