package redisbridge

import (
	"strings"

	"github.com/tickstock/tickcast/rooms"
)

// usual is the timeframe of a bar that names none.
const usual = `"1min"`

// barMembers are what every bar has, in the order of Charts.
var barMembers = [...]string{"open", "high", "low", "close", "volume", "timestamp"}

// translateBars reads tickstock.market.ohlcv.
func translateBars() Translator {
	return under(parts(bar, "bars"), "tickstockpl_ohlcv_update", "chart_data_update")
}

// bar is one bar of a symbol, flat or in "ohlcv" or "bar". It is kept for charts.
func bar(p part) (rooms.Event, Reason) {
	body := p.nested(p.levels, "ohlcv", "bar")
	values, ok := p.bar(body)
	if !ok {
		return rooms.Event{}, MissingBar
	}
	data := p.normalise(body, none)
	for i, name := range barMembers {
		data.put(name, values[i])
	}
	frame := usual
	if n := p.first(p.levels, "timeframe", "interval"); n != none {
		frame = p.raw(n)
	}
	at, ok := p.when(p.dated(body, p.levels[0], p.levels[1]))
	if !ok {
		at = p.received
	}
	p.memory.charts.keep(p.name, bare(frame), at.UnixMilli(), strings.Join(values[:], ","))
	payload := data.wrapped("ohlcv", field{"symbol", p.symbol}, field{"timeframe", frame},
		field{"timestamp", p.published(p.levels[0], p.levels[1], body)})
	return p.event("", rooms.Bars, payload), Accepted
}

// bar reads the values of barMembers; without one of its prices it is none.
func (p part) bar(body int) (values [len(barMembers)]string, ok bool) {
	for i, name := range barMembers {
		switch name {
		case "volume":
			values[i], _, _ = p.amountOf([...]int{body, p.levels[0]}, name)
		case "timestamp":
			values[i] = p.published(body, p.levels[0], p.levels[1])
		default:
			if values[i], _, ok = p.figure(p.member(body, name)); !ok {
				return values, false
			}
		}
	}
	return values, true
}
