package bench

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/tickstock/tickcast/rooms"
)

// The many users of Match follow one to five symbols each, popular ones more often, and so do the events: some are
// for nobody, some for thousands. One user in a thousand takes any symbol.

const (
	ofUsers, ofEvents = 1, 2 // kinds of chance
	shapes            = 24
	skew              = 1.2 // of popularity, after Zipf
	anySymbol         = 1000
)

func popular(chance *rand.Rand) string {
	return symbol(int(rand.NewZipf(chance, skew, 8, tickers-1).Uint64()))
}

func form(i int) string { return fmt.Sprintf("Pattern%d", i) }

func manyWish(i int) wish {
	chance := drawn(i, ofUsers)
	w := wish{Confidence: float64(chance.IntN(10)) / 10, Priority: pick(chance.IntN(4), "", "low", "medium", "high")}
	if i%anySymbol > 0 {
		for range 1 + chance.IntN(5) {
			w.Symbols = append(w.Symbols, popular(chance))
		}
	}
	for range chance.IntN(4) {
		w.Patterns = append(w.Patterns, form(chance.IntN(shapes)))
	}
	if chance.IntN(2) > 0 {
		w.Tiers = only(tier(chance.IntN(2)))
	}
	return w
}

func manyPattern(i int) pattern {
	chance := drawn(i, ofEvents)
	return pattern{
		Symbol: popular(chance), Pattern: form(chance.IntN(shapes)), Tier: tier(chance.IntN(2)),
		Confidence: 0.5 + chance.Float64()/2, Priority: importance(chance.IntN(3)),
	}
}

func userRoom(i int) rooms.Room { return rooms.UserRoom(strconv.Itoa(i)) }

func subscription(i int) rooms.Subscription {
	w := manyWish(i)
	return rooms.Subscription{Room: userRoom(i), Topic: rooms.TierPatterns, ID: "tier_patterns", Filter: rooms.Filter{
		Patterns: w.Patterns, Symbols: w.Symbols, Tiers: w.Tiers, ConfidenceMin: w.Confidence, PriorityMin: rank(w.Priority),
	}}
}

func event(i int) rooms.Event {
	p := manyPattern(i)
	return rooms.Event{
		Name: "tier_pattern", Audience: rooms.Audience{Namespace: "/", Topic: rooms.TierPatterns}, Payload: []byte("{}"),
		Traits: rooms.Traits{
			Pattern: p.Pattern, Symbol: p.Symbol, Tier: p.Tier,
			Confidence: p.Confidence, HasConfidence: true, Priority: rank(p.Priority),
		},
	}
}

func rank(priority string) rooms.Priority {
	switch priority {
	case "low":
		return rooms.Low
	case "medium":
		return rooms.Medium
	case "high":
		return rooms.High
	case "critical":
		return rooms.Critical
	}
	return 0
}

// expected are the rooms of event i, found by asking every wish.
func expected(users, i int) (due []rooms.Room) {
	p := manyPattern(i)
	for user := range users {
		if manyWish(user).accepts(p) {
			due = append(due, userRoom(user))
		}
	}
	return due
}

// audience is an emitter that only notes the rooms.
type audience struct{ rooms []rooms.Room }

// Emit implements rooms.Emitter.
func (a *audience) Emit(_ string, to []rooms.Room, _ string, _ []byte, _ string, _ ...rooms.Room) int {
	a.rooms = append(a.rooms, to...)
	return len(to)
}

// Broadcast implements rooms.Emitter.
func (a *audience) Broadcast(string, string, []byte, string, ...rooms.Room) int { return 0 }

// Present implements rooms.Emitter.
func (a *audience) Present(string) int { return 1 }

// In implements rooms.Emitter.
func (a *audience) In(string, rooms.Room) int { return 1 }
