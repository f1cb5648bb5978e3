package rooms

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Index while it changes", func() {
	const topic = Topic("tier_patterns")
	var index *Index
	BeforeEach(func() { index = NewIndex() })

	put := func(room Room, f Filter) {
		GinkgoHelper()
		Expect(index.Put(Subscription{Room: room, Topic: topic, ID: string(topic), Filter: f})).To(Succeed())
	}
	in := func(l look, symbol string) []Room {
		var to interest
		l.match(topic, &Traits{Symbol: symbol}, &to)
		return to.rooms
	}
	now := func(symbol string) []Room { return index.Match(topic, Traits{Symbol: symbol}, nil) }
	symbols := func(list ...string) Filter { return Filter{Symbols: list} }

	It("lets matching go on while somebody puts, for however long", func() {
		put("user_7", symbols("AAPL"))
		router := New(silent{}, Limits{})
		Expect(router.Subscribe(Subscription{Room: "user_7", Topic: topic})).To(Succeed())
		named := func(Room, Filter) []byte { return []byte("{}") }
		index.mu.Lock() // as all that changes it does
		defer index.mu.Unlock()
		router.index.mu.Lock()
		defer router.index.mu.Unlock()
		done := make(chan []int, 1)
		go func() {
			done <- []int{
				len(now("AAPL")),
				router.Route(Event{Audience: Audience{Topic: topic}}),
				router.Route(Event{Audience: Audience{Topic: topic}, Personal: named}),
			}
		}()
		Eventually(done, "10s").Should(Receive(Equal([]int{1, 1, 1})))
	})

	It("shows who looks what was there when the look began", func() {
		put("user_7", symbols("AAPL"))
		put("user_8", symbols("AAPL"))
		put("user_9", Filter{})
		l := index.look()
		put("user_7", symbols("TSLA"))
		put("user_9", symbols("AAPL"))
		index.RemoveRoom("user_8")
		put("user_8", symbols("TSLA"))
		put("new", symbols("AAPL", "TSLA"))
		Expect(in(l, "AAPL")).To(ConsistOf(Room("user_7"), Room("user_8"), Room("user_9")))
		Expect(in(l, "TSLA")).To(ConsistOf(Room("user_9")))
		l.end()
		Expect(now("AAPL")).To(ConsistOf(Room("user_9"), Room("new")))
		Expect(now("TSLA")).To(ConsistOf(Room("user_7"), Room("user_8"), Room("new")))
	})

	It("shows all of it through a thousand changes", func() {
		const rooms = 300
		for i := range rooms {
			put(Room(fmt.Sprint(i)), symbols("AAPL", fmt.Sprint(i)))
		}
		l := index.look()
		for i := range 4 * rooms {
			put(Room(fmt.Sprint(i%rooms)), symbols("TSLA", fmt.Sprint(-i)))
			index.RemoveRoom(Room(fmt.Sprint((i + 1) % rooms)))
			if i%50 == 0 {
				late := index.look() // somebody else comes and goes
				Expect(in(l, "AAPL")).To(HaveLen(rooms))
				Expect(in(l, "TSLA")).To(BeEmpty())
				Expect(in(late, "AAPL")).To(HaveLen(len(now("AAPL"))))
				late.end()
			}
		}
		l.end()
	})

	It("uses the slots and names of what has gone again, once nobody looks any more", func() {
		put("user_7", symbols("AAPL"))
		l := index.look()
		for i := range 100 {
			put("user_7", symbols(fmt.Sprint(i)))
			put(Room(fmt.Sprint(i)), Filter{})
			index.RemoveRoom(Room(fmt.Sprint(i)))
		}
		t := index.all()[topic]
		Expect(t.slots.end.Load()).To(BeNumerically(">", 100))
		Expect(in(l, "AAPL")).To(Equal([]Room{"user_7"}))
		l.end()
		Expect(index.Stats()).To(Equal(IndexStats{Subscriptions: 1, Symbols: 1}))
		Expect(t.slots.end.Load()).To(BeNumerically("<=", 4*wordBits))
		Expect(t.places.Load()).To(BeNumerically("==", wordBits))
		Expect(t.everyone.len()).To(Equal(1))
		Expect(index.aside.older).To(BeEmpty())
		Expect(index.aside.newer).To(BeEmpty())
		put("user_7", symbols("AAPL"))
		Expect(t.slots.end.Load()).To(BeNumerically("==", wordBits))
	})
})

// silent is an emitter that sends nothing to everybody.
type silent struct{}

func (silent) Emit(_ string, to []Room, _ string, _ []byte, _ string, _ ...Room) int { return len(to) }
func (silent) Broadcast(string, string, []byte, string, ...Room) int                 { return 0 }
func (silent) Present(string) int                                                    { return 1 }
func (silent) In(string, Room) int                                                   { return 1 }
