package redisbridge

import (
	"fmt"
	"testing"
	"time"

	"github.com/tickstock/tickcast/rooms"
)

// BenchmarkRoute is what a pattern costs on its way through a router, sending excluded.
func BenchmarkRoute(b *testing.B) {
	const text = `{"event_type":"pattern_detected","source":"TickStockPL","timestamp":1758902400.25,"data":{"symbol":"TSLA","pattern":"Doji","confidence":0.92,"flow_id":"f-1","tier":"daily","current_price":412.3,"price_change":1.2,"volume":1200000,"timestamp":1758902400.25,"expires_at":1759161600.25,"indicators":{"relative_strength":1.1,"relative_volume":2.4},"source":"daily"}}`
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
				if err := router.Subscribe(rooms.Subscription{Room: "socket", Topic: topic}); err != nil {
					b.Fatal(err)
				}
			}
			m := message{memory: newMemory()}
			channel := Channels()[0]
			b.ReportAllocs()
			reached := 0
			for b.Loop() {
				for event, reason := range m.translate(channel, text, time.Now()) {
					if reason != Accepted {
						b.Fatal(reason)
					}
					reached += router.Route(event)
				}
			}
			b.ReportMetric(float64(reached)/float64(b.N), "sent/op")
		})
	}
}

// silence is an emitter that sends nothing.
type silence struct{ present int }

func (s silence) Emit(_ string, to []rooms.Room, _ string, payload []byte, _ ...rooms.Room) int {
	if len(payload) == 0 {
		panic(fmt.Sprintf("nothing to send to %v", to))
	}
	return len(to)
}

// Broadcast has nobody on the page of alerts: its payload would be a second alert's.
func (s silence) Broadcast(string, string, []byte, ...rooms.Room) int { return 0 }

func (s silence) Present(namespace string) int {
	if namespace == "/" {
		return s.present
	}
	return 0
}
