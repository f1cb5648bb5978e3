package server

import (
	"slices"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// A watchKind is one kind of news about the symbols of a watchlist: a row. Each has a topic, so that a
// socket may watch the price of one symbol and the bars of another.
type watchKind struct {
	Name  string // in a page's subscription_types
	Topic rooms.Topic
}

func watchKinds() []watchKind {
	return []watchKind{
		{"price_update", rooms.Prices},
		{"ohlcv_update", rooms.Bars},
		{"pattern_alert", rooms.WatchAlerts},
	}
}

// usualKinds are meant by a page that names none.
func usualKinds() []string { return []string{"price_update", "pattern_alert"} }

// watch adds symbols to the kinds that are named. If one of them would hold too many, none is touched.
func (s *Sockets) watch(socket *sio.Socket, kinds, symbols []string) error {
	held := s.watched(socket)
	var wanted []rooms.Subscription
	for _, kind := range watchKinds() {
		if !slices.Contains(kinds, kind.Name) {
			continue
		}
		list := slices.Concat(held[kind.Topic], symbols)
		slices.Sort(list)
		list = slices.Compact(list)
		if err := bounded("symbols", list); err != nil {
			return err
		}
		wanted = append(wanted, listOf(socket, kind.Topic, list))
	}
	for _, list := range wanted {
		if err := s.wantSymbols(list); err != nil {
			return err
		}
	}
	return nil
}

// unwatch takes one symbol off every kind.
func (s *Sockets) unwatch(socket *sio.Socket, symbol string) error {
	held := s.watched(socket)
	for _, kind := range watchKinds() {
		list := held[kind.Topic]
		at := slices.Index(list, symbol)
		if at < 0 {
			continue
		}
		if err := s.wantSymbols(listOf(socket, kind.Topic, slices.Delete(list, at, at+1))); err != nil {
			return err
		}
	}
	return nil
}

// watched is what the socket watches, by topic. Handlers of one socket take turns: nobody changes it meanwhile.
func (s *Sockets) watched(socket *sio.Socket) map[rooms.Topic][]string {
	held := map[rooms.Topic][]string{}
	for _, subscription := range s.router.Subscriptions(ownRoom(socket)) {
		if subscription.ID == "" {
			held[subscription.Topic] = subscription.Filter.Symbols
		}
	}
	return held
}

// listOf is a socket's wish for the symbols of a topic.
func listOf(socket *sio.Socket, topic rooms.Topic, symbols []string) rooms.Subscription {
	return rooms.Subscription{Room: ownRoom(socket), Topic: topic, Filter: rooms.Filter{Symbols: symbols}}
}

// wantSymbols puts a list in force. An empty one is no wish: as a filter it would mean every symbol.
func (s *Sockets) wantSymbols(list rooms.Subscription) error {
	if len(list.Filter.Symbols) == 0 {
		s.router.Unsubscribe(list.Room, list.Topic, list.ID)
		return nil
	}
	return s.router.Subscribe(list)
}
