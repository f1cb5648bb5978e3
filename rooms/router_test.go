package rooms_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	. "github.com/tickstock/tickcast/rooms"
)

// emission is what an emitter was asked to send.
type emission struct {
	namespace, event, payload string
	to                        []Room // nil = everyone
	except                    []Room
}

// recorder is an emitter with one socket in each room and ten in the namespace.
type recorder struct {
	away []Room // but these, which are empty
	mu   sync.Mutex
	sent []emission
}

func (r *recorder) Emit(namespace string, to []Room, event string, payload []byte, _ string, except ...Room) int {
	r.record(emission{namespace, event, string(payload), append([]Room{}, to...), except})
	return len(to)
}

func (r *recorder) Broadcast(namespace, event string, payload []byte, _ string, except ...Room) int {
	r.record(emission{namespace, event, string(payload), nil, except})
	return 10
}

func (r *recorder) Present(string) int { return 10 }

func (r *recorder) In(_ string, room Room) int {
	if slices.Contains(r.away, room) {
		return 0
	}
	return 1
}

func (r *recorder) record(e emission) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, e)
}

func subscribe(router *Router, user string, f Filter) {
	GinkgoHelper()
	Expect(router.Subscribe(Subscription{Room: UserRoom(user), Topic: tiers, ID: "tier_patterns", Filter: f})).To(Succeed())
}

var _ = Describe("Router", func() {
	var (
		out    *recorder
		router *Router
	)
	BeforeEach(func() {
		out = &recorder{}
		router = New(out, Limits{})
	})
	alert := func(to Audience) Event {
		return Event{Name: "pattern_alert", Audience: to, Traits: breakout, Payload: []byte(`{"a":1}`)}
	}

	It("sends an event of a topic once, to the rooms that are interested", func() {
		subscribe(router, "1", Filter{Symbols: []string{"AAPL"}})
		subscribe(router, "2", Filter{Symbols: []string{"TSLA"}})
		subscribe(router, "3", Filter{})
		Expect(router.Route(alert(Audience{Namespace: "/", Topic: tiers}))).To(Equal(2))
		Expect(out.sent).To(HaveLen(1))
		Expect(out.sent[0].to).To(ConsistOf(UserRoom("1"), UserRoom("3")))
		Expect(out.sent[0].namespace + out.sent[0].event + out.sent[0].payload).To(Equal(`/pattern_alert{"a":1}`))
	})

	It("sends to the rooms that an event names", func() {
		Expect(router.Route(alert(Audience{Namespace: "/", Rooms: []Room{"user_7", "user_8"}}))).To(Equal(2))
		Expect(out.sent[0].to).To(Equal([]Room{"user_7", "user_8"}))
	})

	It("sends to everyone in the namespace without topic and rooms", func() {
		Expect(router.Route(alert(Audience{Namespace: "/admin-ws"}))).To(Equal(10))
		Expect(out.sent).To(Equal([]emission{{"/admin-ws", "pattern_alert", `{"a":1}`, nil, nil}}))
	})

	It("sends to those of the named rooms that are interested, if both are given", func() {
		subscribe(router, "1", Filter{})
		subscribe(router, "2", Filter{})
		Expect(router.Route(alert(Audience{Namespace: "/", Topic: tiers, Rooms: []Room{"user_2", "user_3"}}))).To(Equal(1))
		Expect(out.sent[0].to).To(Equal([]Room{"user_2"}))
	})

	DescribeTable("spares the sockets of an excepted room",
		func(to Audience, personal bool) {
			subscribe(router, "1", Filter{})
			to.Namespace, to.Except = "/", Dashboards
			e := alert(to)
			if personal {
				e.Personal = func(Room, Filter) []byte { return []byte("{}") }
			}
			Expect(router.Route(e)).NotTo(BeZero())
			Expect(out.sent[0].except).To(Equal([]Room{"tier_dashboards"}))
		},
		Entry("among those who are interested", Audience{Topic: tiers}, false),
		Entry("among those who are interested, each with a payload of its own", Audience{Topic: tiers}, true),
		Entry("among named rooms", Audience{Rooms: []Room{"user_7"}}, false),
		Entry("among everyone", Audience{}, false),
	)

	DescribeTable("sends to nobody",
		func(to Audience) {
			subscribe(router, "1", Filter{Symbols: []string{"TSLA"}})
			router.BreakMatching("broken")
			Expect(router.Route(alert(to))).To(BeZero())
			Expect(out.sent).To(BeEmpty())
		},
		Entry("if nobody is interested", Audience{Namespace: "/", Topic: tiers}),
		Entry("if nobody subscribed to the topic", Audience{Namespace: "/", Topic: "flow"}),
		Entry("if its rooms are an empty list", Audience{Namespace: "/", Rooms: []Room{}}),
		Entry("if none of its rooms is interested", Audience{Namespace: "/", Topic: tiers, Rooms: []Room{}}),
		Entry("if matching breaks down", Audience{Namespace: "/", Topic: "broken"}),
	)

	It("goes on after matching broke down, and says so", func() {
		subscribe(router, "1", Filter{})
		router.BreakMatching("broken")
		router.Route(alert(Audience{Namespace: "/", Topic: "broken"}))
		Expect(router.Stats().Failed).To(BeEquivalentTo(1))
		Expect(router.Stats().Failure).To(HavePrefix("match pattern_alert of broken: "))
		subscribe(router, "2", Filter{})
		Expect(router.Route(alert(Audience{Namespace: "/", Topic: tiers}))).To(Equal(2))
	})

	It("refuses a bad subscription and keeps the one it would have replaced", func() {
		subscribe(router, "1", Filter{})
		err := router.Subscribe(Subscription{Room: "user_1", Topic: tiers, ID: "tier_patterns", Filter: Filter{Symbols: []string{strings.Repeat("x", 65)}}})
		Expect(err).To(MatchError(ErrBadFilter))
		Expect(router.Subscribe(Subscription{Topic: tiers})).To(MatchError(ErrBadSubscription))
		Expect(router.Route(alert(Audience{Namespace: "/", Topic: tiers}))).To(Equal(1))
	})

	It("forgets one subscription, those of a topic, or a room", func() {
		for _, topic := range []Topic{Patterns, tiers} {
			for _, id := range []string{"", "daily", "combo"} {
				Expect(router.Subscribe(Subscription{Room: "sid", Topic: topic, ID: id})).To(Succeed())
			}
		}
		Expect(router.Unsubscribe("sid", tiers, "daily")).To(Equal(1))
		Expect(router.Subscriptions("sid")).To(HaveLen(5))
		Expect(router.UnsubscribeAll("sid", Patterns)).To(Equal(3))
		Expect(router.Stats().Subscriptions).To(Equal(map[Topic]int{tiers: 2}))
		Expect(router.Forget("sid")).To(Equal(2))
		Expect(router.Stats().Subscriptions).To(BeEmpty())
	})

	It("counts what it did", func() {
		subscribe(router, "1", Filter{Symbols: []string{"AAPL"}})
		subscribe(router, "2", Filter{})
		e := alert(Audience{Namespace: "/", Topic: tiers})
		e.Received = time.Now().Add(-time.Minute)
		router.Route(e)
		router.Route(alert(Audience{Namespace: "/", Topic: "flow"}))
		router.Route(alert(Audience{Namespace: "/"}))
		router.Route(alert(Audience{Namespace: "/", Rooms: []Room{"user_7"}}))
		s := router.Stats()
		Expect([]uint64{s.Routed, s.Reached, s.Matched, s.Unmatched, s.Delivered, s.Failed}).To(Equal([]uint64{4, 3, 1, 1, 13, 0}))
		Expect(s.Subscriptions).To(Equal(map[Topic]int{tiers: 2}))
		Expect(s.Matching.Count).To(BeEquivalentTo(2))
		Expect(s.Handover.Count).To(BeEquivalentTo(1))
		Expect(s.Handover.Quantile(0.5)).To(BeNumerically(">", time.Minute))
		Expect(s.Index).To(Equal(IndexStats{Subscriptions: 2, Symbols: 1}))
		Expect(s.Failure).To(BeEmpty())
	})

	It("routes for many at once without mixing up audiences", func() {
		for i := range 40 {
			subscribe(router, fmt.Sprint(i), Filter{Symbols: []string{fmt.Sprint("S", i%4)}})
		}
		var producers sync.WaitGroup
		for g := range 4 {
			producers.Go(func() {
				for range 200 {
					router.Route(Event{Name: fmt.Sprint(g), Audience: Audience{Namespace: "/", Topic: tiers}, Traits: Traits{Symbol: fmt.Sprint("S", g)}})
				}
			})
		}
		producers.Wait()
		Expect(out.sent).To(HaveLen(800))
		for _, e := range out.sent {
			Expect(e.to).To(HaveLen(10))
			for _, room := range e.to {
				Expect(subscribedTo(room)).To(Equal(e.event))
			}
		}
	})

	It("allocates nothing to route", func() {
		router := New(nowhere{}, Limits{})
		for i := range 500 {
			subscribe(router, fmt.Sprint(i), Filter{Symbols: []string{"AAPL", fmt.Sprint("S", i)}})
		}
		e := alert(Audience{Namespace: "/", Topic: tiers})
		e.Received = time.Now()
		Expect(testingAllocs(func() { router.Route(e) })).To(BeZero())
		Expect(router.Route(e)).To(Equal(500))
	})
})

// subscribedTo is the number of the symbol that a user of the spec above wants.
func subscribedTo(room Room) string {
	var user int
	_, err := fmt.Sscanf(string(room), "user_%d", &user)
	Expect(err).NotTo(HaveOccurred())
	return fmt.Sprint(user % 4)
}

// nowhere is an emitter that only counts.
type nowhere struct{}

func (nowhere) Emit(_ string, to []Room, _ string, _ []byte, _ string, _ ...Room) int { return len(to) }
func (nowhere) Present(string) int                                                    { return 0 }
func (nowhere) In(string, Room) int                                                   { return 1 }

func (nowhere) Broadcast(string, string, []byte, string, ...Room) int { return 0 }
