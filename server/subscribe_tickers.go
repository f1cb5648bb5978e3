package server

import (
	"encoding/json"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// subscriptionUpdated repeats the list as it was sent.
type subscriptionUpdated struct {
	Tickers json.RawMessage `json:"tickers"`
}

// subscribeTickers replaces the tickers of which the socket gets each tick; an empty list is none.
func (s *Sockets) subscribeTickers(socket *sio.Socket, m sio.Message) sio.Message {
	if len(m.Args) == 0 {
		return s.silence()
	}
	list, tickers, err := textList(m, "tickers", errSubscription)
	if err == nil {
		err = s.wantSymbols(listOf(socket, rooms.Tickers, tickers))
	}
	if err != nil {
		s.refuse(socket, err)
		return sio.Message{}
	}
	return s.answer(socket, "subscription_updated", subscriptionUpdated{list})
}
