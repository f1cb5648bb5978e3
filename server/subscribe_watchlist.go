package server

import (
	"encoding/json"
	"slices"

	"github.com/tickstock/tickcast/server/sio"
)

const errWatchlist refusal = "TickStockPL subscription failed"

// watchlistConfirmed repeats the symbols as they were sent, and the kinds of news that will come.
type watchlistConfirmed struct {
	Symbols json.RawMessage `json:"symbols"`
	Types   []string        `json:"types"`
}

// subscribeTickStockPLWatchlist adds to the socket's watchlist.
func (s *Sockets) subscribeTickStockPLWatchlist(socket *sio.Socket, m sio.Message) sio.Message {
	if len(m.Args) == 0 {
		return s.silence()
	}
	confirmed, err := s.addToWatchlist(socket, m)
	if err != nil {
		s.refuse(socket, err)
		return sio.Message{}
	}
	return s.answer(socket, "tickstockpl_subscription_confirmed", confirmed)
}

// subscribeWatchlist is the same under the name of an older page, which would show an error to its user for nothing.
func (s *Sockets) subscribeWatchlist(socket *sio.Socket, m sio.Message) sio.Message {
	confirmed, err := s.addToWatchlist(socket, m)
	if err != nil {
		return s.decline(socket, err)
	}
	return s.answer(socket, "tickstockpl_subscription_confirmed", confirmed)
}

// addToWatchlist reads {symbols: [...], subscription_types: [...]}.
func (s *Sockets) addToWatchlist(socket *sio.Socket, m sio.Message) (confirmed watchlistConfirmed, err error) {
	list, symbols, err := textList(m, "symbols", errWatchlist)
	if err != nil {
		return confirmed, err
	}
	kinds, err := kindsOf(m)
	if err != nil {
		return confirmed, err
	}
	return watchlistConfirmed{list, kinds}, s.watch(socket, kinds, symbols)
}

// kindsOf keeps of the kinds that a page asks for those that there are.
func kindsOf(m sio.Message) ([]string, error) {
	if sent, _ := field(m, "subscription_types"); sent == nil || string(sent) == "null" {
		return usualKinds(), nil
	}
	_, asked, err := textList(m, "subscription_types", errWatchlist)
	if err != nil {
		return nil, err
	}
	kinds := []string{}
	for _, kind := range watchKinds() {
		if slices.Contains(asked, kind.Name) {
			kinds = append(kinds, kind.Name)
		}
	}
	return kinds, nil
}
