package rooms

import (
	"sync"
	"sync/atomic"
	"time"
)

// alertRules are those of the users who are here, and what each of them got in the latest hour.
type alertRules struct {
	// Set once, then read only.
	market *Market
	began  time.Time
	// Safe for anyone.
	held atomic.Uint64
	// Guarded by mu.
	mu    sync.Mutex
	ruled map[Room]*ruled
}

type ruled struct {
	AlertRule
	hour *window // nil = none at all is allowed
}

func newAlertRules(market *Market) *alertRules {
	return &alertRules{market: market, began: time.Now(), ruled: make(map[Room]*ruled)}
}

// set replaces the room's rule. What it got in this hour still counts.
func (a *alertRules) set(room Room, rule AlertRule) {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := &ruled{AlertRule: rule}
	switch before := a.ruled[room]; {
	case rule.PerHour <= 0:
	case before != nil && before.hour != nil && before.hour.most == rule.PerHour:
		next.hour = before.hour
	default:
		next.hour = newWindow(rule.PerHour, time.Hour)
	}
	a.ruled[room] = next
}

func (a *alertRules) drop(room Room) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.ruled, room)
}

// appendHeld appends the rooms whose rule keeps the event from them, and counts it for the others.
func (a *alertRules) appendHeld(dst []Room, t Traits, received time.Time) []Room {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.ruled) == 0 {
		return dst
	}
	if received.IsZero() {
		received = time.Now()
	}
	local, now := a.market.local(received), received.Sub(a.began)
	for room, rule := range a.ruled {
		if !rule.Accepts(t, local) || rule.hour.full(now) {
			a.held.Add(1)
			dst = append(dst, room)
			continue
		}
		rule.hour.add(now)
	}
	return dst
}

// SetAlertRule has the rule decide from now on which of the events that are Ruled reach the room. It replaces an earlier one.
func (r *Router) SetAlertRule(room Room, rule AlertRule) { r.rules.set(room, rule) }

// DropAlertRule lets everything reach the room again.
func (r *Router) DropAlertRule(room Room) { r.rules.drop(room) }
