package server

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// subscribeTierPatterns fills one column of a page. After a reconnect a page names only the tier.
func (s *Sockets) subscribeTierPatterns(socket *sio.Socket, m sio.Message) sio.Message {
	wish, err := readAsked(m, "tier", "filters", "subscription_id", "maxPatterns")
	if err != nil {
		return s.deny(err)
	}
	if wish.has("maxPatterns") { // only the tier dashboard bounds its columns
		socket.Join(rooms.Dashboards)
	}
	subscription, err := tierColumn(wish)
	if err == nil {
		subscription.Room = ownRoom(socket)
		err = s.router.Subscribe(subscription)
	}
	if err != nil {
		return s.deny(err)
	}
	s.tellStatus(socket, subscription.Room)
	return s.grant(rooms.TierPatterns, subscription)
}

// tierColumn is the subscription that a page asks for, but for its room.
func tierColumn(wish asked) (rooms.Subscription, error) {
	tier, err := wish.tier()
	if err != nil {
		return rooms.Subscription{}, err
	}
	if tier == "" {
		return rooms.Subscription{}, &rooms.FieldError{Field: "tier", Problem: "is missing"}
	}
	id, err := wish.text("subscription_id")
	if err != nil {
		return rooms.Subscription{}, err
	}
	filter, err := tierFilters().read(wish["filters"], rooms.Filter{})
	if err != nil {
		return rooms.Subscription{}, err
	}
	filter.Tiers = []string{tier}
	return rooms.Subscription{Topic: rooms.TierColumns, ID: cmp.Or(id, tier), Filter: filter}, nil
}

// tier is the tier that is asked for, in lower case; empty for none.
func (a asked) tier() (string, error) {
	tier, err := a.text("tier")
	if err != nil {
		return "", err
	}
	tier = strings.ToLower(tier)
	if tier != "" && !slices.Contains([]string{"daily", "intraday", "combo", "indicators"}, tier) {
		return "", &rooms.FieldError{Field: "tier", Problem: "must be daily, intraday, combo or indicators"}
	}
	return tier, nil
}
