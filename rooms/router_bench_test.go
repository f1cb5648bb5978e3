package rooms_test

import (
	"fmt"
	"testing"

	. "github.com/tickstock/tickcast/rooms"
)

// BenchmarkRoute is the whole way of an event through this package, sending excluded,
// for users with wishes of their own: one match, then the sockets of the rooms.
func BenchmarkRoute(b *testing.B) { measureRoute(b, Limits{}, 0) }

// BenchmarkRouteCounted counts what each user gets besides; nothing is held back.
func BenchmarkRouteCounted(b *testing.B) {
	trading, err := NewMarket("US/Eastern")
	if err != nil {
		b.Fatal(err)
	}
	measureRoute(b, Limits{PerSecond: 100, Market: trading}, High)
}

func measureRoute(b *testing.B, limits Limits, least Priority) {
	for _, users := range benchSizes[:3] {
		b.Run(fmt.Sprint(users), func(b *testing.B) {
			m := newMarket(1, 24, 4_000)
			sockets := &gathering{members: NewMembers[int]()}
			router := New(sockets, limits)
			for user := range users {
				s := m.subscription(user)
				sockets.members.Join(user, Room(fmt.Sprint("sid", user)), s.Room)
				if err := router.Subscribe(s); err != nil {
					b.Fatal(err)
				}
			}
			events := make([]Event, 1000)
			for i := range events {
				events[i] = Event{Name: "tier_pattern", Audience: Audience{Namespace: "/", Topic: tiers}, Traits: m.event()}
				events[i].Traits.Priority = max(events[i].Traits.Priority, least)
			}
			reached := 0
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				reached += router.Route(events[i%len(events)])
			}
			b.ReportMetric(float64(reached)/float64(b.N), "sockets/op")
		})
	}
}

// BenchmarkMembers copies the sockets of a room for each, and everyone.
func BenchmarkMembers(b *testing.B) {
	const sockets = 5_000
	members, rooms := NewMembers[int](), make([]Room, sockets)
	for i := range rooms {
		rooms[i] = Room(fmt.Sprintf("socket-%016d", i))
		members.Join(i, rooms[i], UserRoom(fmt.Sprint(i)))
	}
	var dst []int
	b.Run("in 5000 rooms", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			dst = members.AppendIn(dst[:0], rooms)
		}
	})
	b.Run("all 5000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			dst = members.AppendAll(dst[:0])
		}
	})
	b.Run("join and leave", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			members.LeaveAll(i % sockets)
			members.Join(i%sockets, rooms[i%sockets], "user_7")
		}
	})
}

// gathering is an emitter that finds the sockets but sends nothing. It serves one goroutine.
type gathering struct {
	members *Members[int]
	sockets []int
}

func (g *gathering) Emit(_ string, to []Room, _ string, _ []byte, _ string, except ...Room) int {
	g.sockets = g.members.AppendIn(g.sockets[:0], to, except...)
	return len(g.sockets)
}

func (g *gathering) Broadcast(string, string, []byte, string, ...Room) int { return 0 }

func (g *gathering) Present(string) int { return 1 }

func (g *gathering) In(_ string, room Room) int { return g.members.In(room) }
