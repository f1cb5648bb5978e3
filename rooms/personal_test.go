package rooms_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	. "github.com/tickstock/tickcast/rooms"
)

var _ = Describe("An event with a payload for each room", func() {
	var (
		out    *recorder
		router *Router
	)
	BeforeEach(func() {
		out = &recorder{}
		router = New(out, Limits{})
	})
	put := func(room Room, id string, f Filter) {
		GinkgoHelper()
		Expect(router.Subscribe(Subscription{Room: room, Topic: PatternAlerts, ID: id, Filter: f})).To(Succeed())
	}
	// warn routes a warning and returns who was named, and for which patterns.
	warn := func(meanwhile func(Room)) map[Room][]string {
		named := map[Room][]string{}
		router.Route(Event{
			Name: "warning", Audience: Audience{Namespace: "/", Topic: PatternAlerts}, Traits: breakout,
			Personal: func(to Room, by Filter) []byte {
				named[to] = by.Patterns
				meanwhile(to)
				return []byte("{}")
			},
		})
		return named
	}
	nothing := func(Room) {}

	It("is not built for a room without a socket", func() {
		put("user_7", "a", Filter{})
		put("user_8", "a", Filter{})
		out.away = []Room{"user_8"}
		Expect(warn(nothing)).To(And(HaveLen(1), HaveKey(Room("user_7"))))
		Expect(out.sent).To(HaveLen(1))
	})

	It("names the first filter, by id, of those that accept it", func() {
		put("user_7", "d", Filter{})
		put("user_7", "c", Filter{Patterns: []string{breakout.Pattern}})
		put("user_7", "b", Filter{Patterns: []string{breakout.Pattern, "Doji"}, MaxPerHour: 5})
		put("user_7", "a", Filter{Patterns: []string{"Doji"}})
		Expect(warn(nothing)["user_7"]).To(ConsistOf(breakout.Pattern, "Doji"))
	})

	It("reaches rooms whose subscriptions have moved since they were found", func() {
		for user := range 9 {
			put(UserRoom(fmt.Sprint(user)), "a", Filter{})
		}
		Expect(warn(func(to Room) { router.Forget(to) })).To(HaveLen(9))
	})

	It("names no other room's filter, though that has taken its place since", func() {
		own := func(room Room) Filter { return Filter{Patterns: []string{breakout.Pattern, string(room)}} }
		for _, room := range []Room{"user_7", "user_8", "user_9"} {
			put(room, "a", own(room))
		}
		named := warn(func(Room) {
			router.Forget("user_8")
			put("user_8", "a", own("user_8"))
		})
		Expect(named["user_8"]).To(ContainElement("user_8"))
		Expect(named["user_9"]).To(ContainElement("user_9"))
	})

	DescribeTable("does not reach a room that since it was found",
		func(meanwhile func()) {
			for _, room := range []Room{"user_7", "user_8", "user_9"} {
				put(room, "a", Filter{})
			}
			Expect(warn(func(Room) { meanwhile() })).To(And(HaveLen(2), Not(HaveKey(Room("user_8")))))
		},
		Entry("has left", func() { router.Forget("user_8") }),
		Entry("wants something else", func() { put("user_8", "a", Filter{Patterns: []string{"Doji"}}) }),
	)

	It("allocates nothing for what its rooms hold under other topics, or for those who are away", func() {
		for user := range 50 {
			put(UserRoom(fmt.Sprint(user)), "a", Filter{Symbols: []string{"AAPL"}})
			for id := range 40 {
				Expect(router.Subscribe(Subscription{Room: UserRoom(fmt.Sprint(user)), Topic: SystemHealth, ID: fmt.Sprint(id)})).To(Succeed())
			}
			out.away = append(out.away, UserRoom(fmt.Sprint(user)))
		}
		payload := []byte("{}")
		e := Event{Name: "warning", Audience: Audience{Namespace: "/", Topic: PatternAlerts}, Traits: breakout,
			Personal: func(Room, Filter) []byte { return payload }}
		Expect(testingAllocs(func() { router.Route(e) })).To(BeZero())
		here := New(nowhere{}, Limits{})
		for user := range 50 {
			Expect(here.Subscribe(Subscription{Room: UserRoom(fmt.Sprint(user)), Topic: PatternAlerts, Filter: Filter{Symbols: []string{"AAPL"}}})).To(Succeed())
			for id := range 40 {
				Expect(here.Subscribe(Subscription{Room: UserRoom(fmt.Sprint(user)), Topic: SystemHealth, ID: fmt.Sprint(id)})).To(Succeed())
			}
		}
		Expect(testingAllocs(func() { here.Route(e) })).To(BeNumerically("<=", 50), "one list for each")
	})
})
