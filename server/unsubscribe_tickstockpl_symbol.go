package server

import (
	"encoding/json"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

const errUnwatch refusal = "TickStockPL unsubscription failed"

type symbolUnsubscribed struct {
	Symbol string `json:"symbol"`
}

// unsubscribeTickStockPLSymbol takes a symbol off the socket's watchlist; one that is not on it is confirmed as well.
func (s *Sockets) unsubscribeTickStockPLSymbol(socket *sio.Socket, m sio.Message) sio.Message {
	if len(m.Args) == 0 {
		return s.silence()
	}
	if sent, object := field(m, "symbol"); object && !says(sent) {
		return s.decline(socket, &rooms.FieldError{Field: "symbol", Problem: "must be a text"}) // no toast: pages expect nothing
	}
	symbol, err := textField(m, "symbol", errUnwatch)
	if err == nil {
		err = s.unwatch(socket, symbol)
	}
	if err != nil {
		s.refuse(socket, err)
		return sio.Message{}
	}
	return s.answer(socket, "tickstockpl_unsubscription_confirmed", symbolUnsubscribed{symbol})
}

// says reports whether a value was sent, and is neither null nor an empty text.
func says(sent json.RawMessage) bool { return !isNull(sent) && string(sent) != `""` }
