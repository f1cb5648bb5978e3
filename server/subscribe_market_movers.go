package server

import (
	"encoding/json"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

type marketMovers struct {
	MarketMovers json.RawMessage `json:"market_movers"`
}

// subscribeMarketMovers takes any arguments. The latest movers follow at once, if there are any.
func (s *Sockets) subscribeMarketMovers(socket *sio.Socket, _ sio.Message) sio.Message {
	if err := s.router.Subscribe(rooms.Subscription{Room: ownRoom(socket), Topic: rooms.Movers}); err != nil {
		return s.decline(socket, err)
	}
	if s.sources.Movers == nil {
		return sio.Message{}
	}
	// Only now: an update in between comes twice, never not at all.
	latest := s.sources.Movers.MarketMovers()
	if latest == nil {
		return sio.Message{}
	}
	return s.answer(socket, "market_movers_update", marketMovers{latest})
}

// unsubscribeMarketMovers is silent: no page waits for an answer.
func (s *Sockets) unsubscribeMarketMovers(socket *sio.Socket, _ sio.Message) sio.Message {
	s.router.Unsubscribe(ownRoom(socket), rooms.Movers, "")
	return sio.Message{}
}
