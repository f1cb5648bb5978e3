package redisbridge

import (
	"fmt"
	"testing"
	"time"

	"github.com/tickstock/tickcast/rooms"
)

const doji = `{"event_type":"pattern_detected","source":"TickStockPL","timestamp":1758902400.25,"data":{"symbol":"TSLA","pattern":"Doji","confidence":0.92,"flow_id":"f-1","tier":"daily","current_price":412.3,"price_change":1.2,"volume":1200000,"timestamp":1758902400.25,"expires_at":1759161600.25,"indicators":{"relative_strength":1.1,"relative_volume":2.4},"source":"daily"}}`

// BenchmarkRoute is what a pattern costs on its way through a router, sending excluded.
func BenchmarkRoute(b *testing.B) {
	alone := []rooms.Topic{rooms.Patterns}
	all := append(alone, rooms.TierColumns, rooms.TierPatterns, rooms.PatternAlerts, rooms.Flow, rooms.WatchAlerts)
	for _, c := range []struct {
		name    string
		present int
		topics  []rooms.Topic
	}{{"nobody", 0, nil}, {"one alert", 1, alone}, {"one of each", 1, all}} {
		b.Run(c.name, func(b *testing.B) {
			router := rooms.New(silence{c.present}, rooms.Limits{})
			for _, topic := range c.topics {
				subscribe(b, router, rooms.Subscription{Room: "socket", Topic: topic})
			}
			measureRoute(b, router)
		})
	}
}

// BenchmarkRouteAlerts is a pattern of which each of so many users wants a warning of his own.
func BenchmarkRouteAlerts(b *testing.B) {
	for _, c := range []struct {
		name    string
		present int // 0 = all of them are away
		users   int
		further int // subscriptions of each, under other topics
	}{{"500", 1, 500, 0}, {"500 with 40 more", 1, 500, 40}, {"5000", 1, 5_000, 0}, {"500 away", 0, 500, 0}, {"5000 away", 0, 5_000, 0}} {
		b.Run(c.name, func(b *testing.B) {
			router := rooms.New(silence{c.present}, rooms.Limits{})
			wish := rooms.Filter{Patterns: []string{"Doji", "Hammer"}, Symbols: []string{"AAPL", "TSLA", "NVDA"}, ConfidenceMin: 0.7}
			for user := range c.users {
				room := rooms.UserRoom(fmt.Sprint(user))
				subscribe(b, router, rooms.Subscription{Room: room, Topic: rooms.PatternAlerts, Filter: wish})
				for i := range c.further {
					subscribe(b, router, rooms.Subscription{Room: room, Topic: rooms.SystemHealth, ID: fmt.Sprint(i), Filter: wish})
				}
			}
			measureRoute(b, router)
		})
	}
}

func subscribe(b *testing.B, router *rooms.Router, s rooms.Subscription) {
	b.Helper()
	if err := router.Subscribe(s); err != nil {
		b.Fatal(err)
	}
}

func measureRoute(b *testing.B, router *rooms.Router) {
	m := message{memory: newMemory()}
	channel := Channels()[0]
	b.ReportAllocs()
	reached := 0
	for b.Loop() {
		for event, reason := range m.translate(channel, doji, time.Now()) {
			if reason != Accepted {
				b.Fatal(reason)
			}
			reached += router.Route(event)
		}
	}
	b.ReportMetric(float64(reached)/float64(b.N), "sent/op")
}

// silence is an emitter that sends nothing.
type silence struct{ present int }

func (s silence) Emit(_ string, to []rooms.Room, _ string, payload []byte, _ string, _ ...rooms.Room) int {
	if len(payload) == 0 {
		panic(fmt.Sprintf("nothing to send to %v", to))
	}
	return min(s.present, 1) * len(to)
}

// Broadcast has nobody on the page of alerts: its payload would be a second alert's.
func (s silence) Broadcast(string, string, []byte, string, ...rooms.Room) int { return 0 }

func (s silence) In(string, rooms.Room) int { return s.present }

func (s silence) Present(namespace string) int {
	if namespace == "/" {
		return s.present
	}
	return 0
}
