package redisbridge

import (
	"cmp"

	"github.com/tickstock/tickcast/rooms"
)

// translatePrices reads tickstock.market.prices and tickstock.dashboard.watchlist.
func translatePrices() Translator {
	return under(parts(price, "prices", "watchlist", "symbols", "updates"), "tickstockpl_price_update", "watchlist_price_update")
}

// price is a symbol's latest: the producer's object, in which pages find their numbers.
func price(p part) (rooms.Event, Reason) {
	literal, _, ok := p.amountOf([...]int{p.levels[0], none}, "price", "current_price")
	if !ok {
		return rooms.Event{}, MissingPrice
	}
	data := p.normalise(p.levels[0], none)
	data.put("symbol", p.symbol)
	data.put("price", literal)
	data.amount("change", "change", "price_change")
	data.amount("change_percent", "change_percent")
	data.amount("volume", "volume")
	data.put("timestamp", p.published(p.levels[:]...))
	return p.event("", rooms.Prices, data.object), Accepted
}

// tick reads tickstock.all_ticks.
func tick(p part) (rooms.Event, Reason) {
	literal, _, ok := p.amountOf([...]int{p.levels[0], none}, "price")
	if !ok {
		return rooms.Event{}, MissingPrice
	}
	data := p.normalise(p.levels[0], none)
	data.put("event_type", `"tick_update"`)
	data.put("ticker", p.symbol)
	data.put("price", literal)
	data.amount("volume", "volume")
	data.put("timestamp", p.published(p.levels[:]...))
	data.put("source", cmp.Or(data.origin(p.levels[1], "source"), `"unknown"`))
	return p.event("tick_data", rooms.Tickers, data.object), Accepted
}

// surge reads tickstock.market.volume: much more of a symbol is traded than usual.
func surge(p part) (rooms.Event, Reason) {
	body := p.nested(p.levels, "volume_data")
	literal, _, ok := p.amountOf([...]int{body, p.levels[0]}, "current_volume", "volume")
	if !ok {
		return rooms.Event{}, MissingVolume
	}
	data := p.normalise(body, none)
	data.put("current_volume", literal)
	data.amount("spike_multiple", "spike_multiple", "volume_ratio", "relative_volume")
	payload := data.wrapped("volume_data", field{"symbol", p.symbol}, field{"timestamp", p.published(p.levels[:]...)})
	return p.event("tickstockpl_volume_spike", rooms.Prices, payload), Accepted
}

// metadata reads tickstock.market.symbols: what is known of a symbol.
func metadata(p part) (rooms.Event, Reason) {
	data := p.normalise(p.nested(p.levels, "metadata"), none)
	return p.event("tickstockpl_symbol_metadata", rooms.Prices, data.wrapped("metadata", field{"symbol", p.symbol})), Accepted
}
