package redisbridge

import "github.com/tickstock/tickcast/rooms"

// translateTick reads tickstock:market:ticks, for those who watch the producer's
// connections to the market. Pages look each one up by its connection_id.
func translateTick(m *message) (rooms.Event, Reason) {
	symbol := m.words(m.member(root, "symbol"))
	named := m.member(root, "connection_id")
	connection := m.words(named)
	if named == none {
		connection = firstFeed
	}
	if reason := m.tick(symbol); reason != Accepted {
		m.memory.feeds.stumble(connection)
		return rooms.Event{}, reason
	}
	m.memory.feeds.tick(connection, symbol, m.received)
	return rooms.Event{
		Name:     "tick_update",
		Channel:  m.channel,
		Received: m.received,
		Audience: rooms.Audience{Namespace: "/admin-ws"},
		Compose: func(int) []byte {
			tick := m.normalise(root, none)
			if named == none {
				tick.set("connection_id", `"`+firstFeed+`"`)
			}
			return tick.appendTo(make([]byte, 0, len(m.text)+len(`,"connection_id":""`)+len(firstFeed)))
		},
	}, Accepted
}

// tick says what is missing to make the message one.
func (m *message) tick(symbol string) Reason {
	price := m.member(root, "price")
	_, _, finite := m.figure(price)
	switch {
	case symbol == "":
		return MissingSymbol
	case !finite || !m.is(price, number):
		return MissingPrice
	}
	return Accepted
}
