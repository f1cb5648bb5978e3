package redisbridge

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tickstock/tickcast/rooms"
)

// translateMarketState reads tickstock.events.market_state: the state of the
// market, flat or in "data", for those who asked for its regime.
func translateMarketState(m *message) (rooms.Event, Reason) {
	nested := none
	if m.member(root, "regime") == none {
		nested = m.member(root, "data")
	}
	state := m.normalise(root, nested)
	regime, known := regimeNamed(m.words(state.find("regime")))
	if !known {
		return rooms.Event{}, BadRegime
	}
	traits := rooms.Traits{Regime: regime}
	if _, confidence, ok := m.figure(state.find("regime_confidence")); ok {
		traits.Confidence, traits.HasConfidence = fraction(confidence), true
	}
	return rooms.Event{
		Name:     "market_state_update",
		Channel:  m.channel,
		Received: m.received,
		Audience: rooms.Audience{Namespace: "/", Topic: rooms.MarketInsights},
		Traits:   traits,
		Compose:  func(users int) []byte { return m.normalise(root, nested).marketState(traits, users) },
	}, Accepted
}

// regimeNamed is one of the four there are, in any case.
func regimeNamed(name string) (string, bool) {
	for _, regime := range [...]string{"bull", "bear", "neutral", "consolidation"} {
		if strings.EqualFold(name, regime) {
			return regime, true
		}
	}
	return "", false
}

// marketState is the payload: the state flat, with our own word on when and to
// whom it was sent, and once more under "data" with the producer's.
func (n *normalised) marketState(traits rooms.Traits, users int) []byte {
	if regime := strconv.Quote(traits.Regime); n.orNull("regime") != regime {
		n.set("regime", regime)
	}
	for _, usual := range n.usualState() {
		if n.find(usual.key) == none {
			n.set(usual.key, usual.value)
		}
	}
	n.rounded("regime_confidence", 3)
	n.rounded("risk_on_score", 2)
	if at, ok := n.when(n.find("timestamp")); ok && n.is(n.find("timestamp"), number) {
		n.set("timestamp", strconv.Quote(wallClock(at.In(n.received.Location()))))
	}
	state := n.appendTo(nil)
	n.replace("timestamp", epoch(n.received))
	n.replace("type", `"market_state_update"`)
	n.replace("server_id", `"tickstock-app-v2"`)
	n.replace("delivery_metadata", deliveredTo(traits, users))
	n.replace("data", string(state))
	return n.appendTo(nil)
}

// rounded shows a number to so many decimals, as the application does.
func (n *normalised) rounded(key string, decimals int) {
	m := n.find(key)
	if _, amount, ok := n.figure(m); ok {
		if shown, err := strconv.ParseFloat(strconv.FormatFloat(amount, 'f', decimals, 64), 64); err == nil && shown != amount {
			n.set(key, strconv.FormatFloat(shown, 'f', -1, 64))
		}
	}
}

// replace is set for a member that may have been set before.
func (n *normalised) replace(key, value string) {
	if m := n.member(n.outer, key); m != none {
		n.patches = slices.DeleteFunc(n.patches, func(p patch) bool { return p.at == n.nodes[m].value })
	}
	n.added = slices.DeleteFunc(n.added, func(f field) bool { return f.key == key })
	n.set(key, value)
}

// usualState is what a state says of what its producer leaves out.
func (n *normalised) usualState() []field {
	return []field{
		{"event_id", `"regime_` + strconv.FormatInt(n.received.Unix(), 10) + `"`},
		{"regime_confidence", "0"},
		{"etf_performance", "{}"},
		{"sector_strength", "{}"},
		{"timestamp", strconv.Quote(wallClock(n.received))},
		{"source", `"TickStockPL"`},
		{"risk_on_score", "0"},
		{"volatility_regime", `"unknown"`},
		{"market_breadth", "{}"},
	}
}

// deliveredTo tells a browser by what its user was found, and among how many.
func deliveredTo(traits rooms.Traits, users int) string {
	criteria := []field{{"subscription_type", strconv.Quote(string(rooms.MarketInsights))}, {"market_regime", strconv.Quote(traits.Regime)}}
	if traits.HasConfidence {
		criteria = append(criteria, field{"confidence", strconv.FormatFloat(traits.Confidence, 'f', -1, 64)})
	}
	return string(appendObject(nil, []field{
		{"targeting_criteria", string(appendObject(nil, criteria))},
		{"user_count", strconv.Itoa(users)},
	}))
}
