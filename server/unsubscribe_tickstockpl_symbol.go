package server

import "github.com/tickstock/tickcast/server/sio"

const errUnwatch refusal = "TickStockPL unsubscription failed"

type symbolUnsubscribed struct {
	Symbol string `json:"symbol"`
}

// unsubscribeTickStockPLSymbol takes a symbol off the socket's watchlist; one that is not on it is confirmed as well.
func (s *Sockets) unsubscribeTickStockPLSymbol(socket *sio.Socket, m sio.Message) sio.Message {
	if len(m.Args) == 0 {
		return s.silence()
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
