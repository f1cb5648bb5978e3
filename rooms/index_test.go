package rooms_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	. "github.com/tickstock/tickcast/rooms"
)

var _ = Describe("Index", func() {
	var index *Index
	BeforeEach(func() { index = NewIndex() })

	put := func(room Room, topic Topic, id string, f Filter) {
		GinkgoHelper()
		Expect(index.Put(Subscription{Room: room, Topic: topic, ID: id, Filter: f})).To(Succeed())
	}
	found := func(topic Topic) []Room { return index.Match(topic, breakout, nil) }

	It("finds a room once, however many of its subscriptions accept", func() {
		put("user_7", tiers, "a", Filter{})
		put("user_7", tiers, "b", Filter{Symbols: []string{"AAPL"}})
		put("user_7", tiers, "c", Filter{Tiers: []string{"combo"}})
		Expect(found(tiers)).To(Equal([]Room{"user_7"}))
	})

	It("does not add up the halves of two subscriptions", func() {
		put("user_7", tiers, "a", Filter{Symbols: []string{"AAPL"}, Tiers: []string{"combo"}})
		put("user_7", tiers, "b", Filter{Symbols: []string{"TSLA"}, Tiers: []string{"daily"}})
		Expect(found(tiers)).To(BeEmpty())
	})

	It("replaces a subscription of the same name", func() {
		put("user_7", tiers, "a", Filter{Symbols: []string{"AAPL"}})
		put("user_7", tiers, "a", Filter{Symbols: []string{"TSLA"}})
		Expect(found(tiers)).To(BeEmpty())
		Expect(index.Counts()).To(Equal(map[Topic]int{tiers: 1}))
	})

	It("keeps topics apart", func() {
		put("user_7", tiers, "a", Filter{})
		Expect(found(Patterns)).To(BeEmpty())
		Expect(index.Remove("user_7", Patterns, "a")).To(BeZero())
		Expect(found(tiers)).To(HaveLen(1))
	})

	It("appends to what it is given", func() {
		put("user_7", tiers, "a", Filter{})
		Expect(index.Match(tiers, breakout, []Room{"before"})).To(Equal([]Room{"before", "user_7"}))
		put("user_8", tiers, "a", Filter{MaxPerHour: 1})
		Expect(index.Match(tiers, breakout, []Room{"before"})).To(Equal([]Room{"before", "user_7", "user_8"}))
	})

	It("removes one, those of a topic, or all of a room, and counts them", func() {
		for _, id := range []string{"a", "b", "c"} {
			put("user_7", tiers, id, Filter{})
			put("user_7", Patterns, id, Filter{})
			put("user_8", tiers, id, Filter{})
		}
		Expect(index.Remove("user_7", tiers, "b")).To(Equal(1))
		Expect(index.Remove("user_7", tiers, "b")).To(BeZero())
		Expect(index.RemoveTopic("user_7", tiers)).To(Equal(2))
		Expect(index.RemoveRoom("user_7")).To(Equal(3))
		Expect(index.RemoveRoom("user_7")).To(BeZero())
		Expect(index.Counts()).To(Equal(map[Topic]int{tiers: 3}))
	})

	It("lists what a room holds", func() {
		f := Filter{
			Patterns: []string{"B", "A", "B"}, Symbols: []string{"S"}, Tiers: []string{"daily"}, Regimes: []string{"bull"},
			ConfidenceMin: 0.75, PriorityMin: High, MaxPerHour: 50, MarketHours: true,
		}
		put("user_8", tiers, "x", Filter{Symbols: []string{"OTHER"}})
		put("user_7", tiers, "b", Filter{})
		put("user_7", tiers, "a", f)
		put("user_7", Patterns, "z", Filter{})
		f.Patterns = []string{"A", "B"}
		Expect(index.Subscriptions("user_7")).To(Equal([]Subscription{
			{Room: "user_7", Topic: Patterns, ID: "z"},
			{Room: "user_7", Topic: tiers, ID: "a", Filter: f},
			{Room: "user_7", Topic: tiers, ID: "b"},
		}))
	})

	It("tells its size, with what several topics name under each", func() {
		put("user_7", tiers, "a", Filter{Symbols: []string{"AAPL", "TSLA", "AAPL"}, Tiers: []string{"daily"}})
		put("user_7", tiers, "b", Filter{Patterns: []string{"Doji"}, Symbols: []string{"AAPL"}})
		put("user_8", tiers, "a", Filter{Regimes: []string{"bull", "bear"}})
		put("user_8", Patterns, "", Filter{Patterns: []string{"Doji"}})
		Expect(index.Stats()).To(Equal(IndexStats{Subscriptions: 4, Patterns: 2, Symbols: 2, Tiers: 1, Regimes: 2}))
		index.RemoveRoom("user_7")
		index.RemoveRoom("user_8")
		Expect(index.Stats()).To(BeZero())
	})

	It("refuses a room's subscription beyond the bound, but lets it replace", func() {
		for i := range MaxSubscriptions {
			put("user_7", tiers, fmt.Sprint(i), Filter{})
		}
		Expect(index.Put(Subscription{Room: "user_7", Topic: tiers, ID: "more"})).To(MatchError(ErrTooMany))
		put("user_7", tiers, "0", Filter{Symbols: []string{"AAPL"}})
		put("user_8", tiers, "more", Filter{})
		put("user_7", Patterns, "more", Filter{})
	})

	It("does not keep a large message alive for a name cut out of it", func() {
		before := heapInUse()
		for i := range 64 {
			message := strings.Repeat(fmt.Sprintf("%09d,", i), 100_000)
			put(Room(fmt.Sprint(i)), tiers, message[:9], Filter{Symbols: []string{message[10:19]}})
		}
		Expect(heapInUse()).To(BeNumerically("<", before+8<<20))
		runtime.KeepAlive(index)
	})

	DescribeTable("takes at most 200 bytes for a subscription, and gives them back",
		func(wish func(*market, int) Subscription) {
			const users = 20_000
			m := newMarket(3, 24, 1_000)
			before := heapInUse()
			for user := range users {
				Expect(index.Put(wish(m, user))).To(Succeed())
			}
			full := heapInUse() - before
			Expect(full / users).To(BeNumerically("<=", 200))
			for user := range users - 1 {
				index.RemoveRoom(UserRoom(fmt.Sprint(user)))
			}
			Expect(heapInUse()).To(BeNumerically("<", before+full/10))
			runtime.KeepAlive(index)
		},
		Entry("of any kind", (*market).subscription),
		Entry("of the typical kind", (*market).typical),
	)

	It("forgets values that nobody names any more", func() {
		before := heapInUse()
		for i := range 20_000 {
			symbols := []string{strings.Repeat("x", 50) + fmt.Sprint(i), fmt.Sprint(-i)}
			put("user_7", tiers, "", Filter{Symbols: symbols})
		}
		Expect(heapInUse()).To(BeNumerically("<", before+1<<20))
		runtime.KeepAlive(index)
	})

	It("allocates nothing to match", func() {
		m := newMarket(4, 24, 400)
		for user := range 2_000 {
			Expect(index.Put(m.subscription(user))).To(Succeed())
		}
		dst := make([]Room, 0, 2_000)
		event := m.event()
		Expect(testingAllocs(func() { dst = index.Match(tiers, event, dst[:0]) })).To(BeZero())
		Expect(dst).NotTo(BeEmpty())
	})

	It("finds neither too few nor too many while others subscribe", func() {
		const stable = 200
		for i := range stable {
			put(Room(fmt.Sprintf("stable-%d", i)), tiers, "", Filter{})
		}
		var others, matching sync.WaitGroup
		stop := make(chan struct{})
		for g := range 3 {
			others.Go(func() {
				m := newMarket(uint64(g), 3, 20)
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					room := Room(fmt.Sprintf("other-%d-%d", g, i%70))
					_ = index.Put(Subscription{Room: room, Topic: tiers, ID: fmt.Sprint(i % 3), Filter: Filter{Patterns: m.patterns, Symbols: m.some(m.symbols, 3)}})
					_ = index.Put(Subscription{Room: "replaced", Topic: tiers, Filter: Filter{Tiers: []string{"daily", fmt.Sprint(i)}}})
					if i%5 == 0 {
						index.RemoveRoom(Room(fmt.Sprintf("other-%d-%d", g, m.IntN(70))))
					}
				}
			})
		}
		put("replaced", tiers, "", Filter{})
		wrong := make(chan []Room, 2)
		for range 2 {
			matching.Go(func() {
				for range 300 {
					if rooms := index.Match(tiers, breakout, nil); len(rooms) != stable+1 || len(slices.Compact(slices.Sorted(slices.Values(rooms)))) != stable+1 {
						wrong <- rooms
						return
					}
				}
			})
		}
		matching.Wait()
		close(stop)
		others.Wait()
		Expect(wrong).NotTo(Receive())
	})
})
