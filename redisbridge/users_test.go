package redisbridge

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/rooms"
)

// ear is a listener that writes down what it is told, and answers for what it holds.
type ear struct {
	mu    sync.Mutex
	told  []string
	users *Users
	holds map[string][]rooms.Subscription
}

func (e *ear) note(what string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.told = append(e.told, what)
}

func (e *ear) UserChanged(user string) { e.note("changed " + user) }
func (e *ear) UsersMissed()            { e.note("missed") }
func (e *ear) UserUnknown(user string) {
	for _, held := range e.holds[user] {
		e.users.Put(user, held)
	}
	e.note("unknown " + user)
}

func (e *ear) all() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string(nil), e.told...)
}

// usersDesk is one tickcast as far as users go.
type usersDesk struct {
	*Users
	ear    *ear
	bridge *Bridge
}

func startDesk(addr string) *usersDesk {
	GinkgoHelper()
	client, err := Open(settings(addr))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(client.Close)
	log := zerolog.New(GinkgoWriter)
	users := NewUsers(client, time.Hour, log)
	k := &usersDesk{users, &ear{users: users, holds: map[string][]rooms.Subscription{}}, New(settings(addr), streaming(), client, &recorder{}, prometheus.NewRegistry(), log)}
	users.Tell(k.ear)
	k.bridge.FollowUsers(users)
	start(k.bridge)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		defer GinkgoRecover()
		Expect(users.Run(ctx)).To(Succeed())
	})
	DeferCleanup(func() { cancel(); running.Wait() })
	Eventually(hearing(k.bridge)).Should(BeTrue())
	return k
}

// kept is what is loaded of a user: ids, and whether anything is kept at all.
func (k *usersDesk) kept(user string) func() []string {
	return func() []string {
		kept, _, err := k.Load(context.Background(), user)
		if err != nil {
			return []string{err.Error()}
		}
		if kept == nil {
			return nil
		}
		ids := []string{}
		for _, s := range kept {
			ids = append(ids, string(s.Topic)+"/"+s.ID)
		}
		return ids
	}
}

func (k *usersDesk) cursor(user string) string {
	GinkgoHelper()
	_, cursor, err := k.Load(context.Background(), user)
	Expect(err).NotTo(HaveOccurred())
	return cursor
}

func tierWish(user, id string, symbols ...string) rooms.Subscription {
	return rooms.Subscription{Room: rooms.UserRoom(user), Topic: rooms.TierPatterns, ID: id, Filter: rooms.Filter{Symbols: symbols}}
}

var _ = Describe("What is kept of users", func() {
	ctx := context.Background()
	var (
		server     *realRedis
		client     *redis.Client
		ours, twin *usersDesk
	)
	BeforeEach(func() {
		server = startRedis()
		client = server.publisher()
		ours, twin = startDesk(server.addr), startDesk(server.addr)
	})
	everything := rooms.Filter{
		Patterns: []string{"Doji"}, Symbols: []string{"AAPL", "Ü:ü"}, Tiers: []string{"daily"}, Regimes: []string{"bull"},
		ConfidenceMin: 0.7, PriorityMin: rooms.High, MaxPerHour: 5, MarketHours: true,
	}

	It("is the same on every instance, to the last restriction", func() {
		put := tierWish("7", "a:b c")
		put.Filter = everything
		Eventually(ours.Put("7", put)).Should(BeClosed())
		kept, _, err := twin.Load(ctx, "7")
		Expect(err).NotTo(HaveOccurred())
		Expect(kept).To(Equal([]rooms.Subscription{put}))
		Expect(client.PTTL(ctx, "tickcast:user:7").Val()).To(BeNumerically("~", time.Hour, time.Minute))
	})

	It("counts before it is written", func() {
		server.freeze()
		ours.Put("7", tierWish("7", "a"))
		server.thaw()
		Eventually(ours.kept("7")).Should(ConsistOf("tier_patterns/a"))
	})

	It("is told to the others, and not to whoever says it", func() {
		Eventually(ours.Put("7", tierWish("7", "a"))).Should(BeClosed())
		Eventually(twin.ear.all).Should(ContainElement("changed 7"))
		Eventually(ours.Remove("7", rooms.TierPatterns, "a")).Should(BeClosed())
		Eventually(twin.ear.all).Should(Equal([]string{"missed", "changed 7", "changed 7"}))
		Expect(twin.kept("7")()).To(Equal([]string{}))
		Expect(ours.ear.all()).NotTo(ContainElement("changed 7"))
	})

	It("is nothing at all of who never asked for anything", func() {
		Expect(ours.kept("7")()).To(BeNil())
		Expect(client.Exists(ctx, "tickcast:user:7").Val()).To(BeZero())
	})

	It("is put as a whole where nothing is kept, so that nobody reads a part", func() {
		ours.ear.holds["7"] = []rooms.Subscription{tierWish("7", "b"), tierWish("7", "c")}
		ours.SaveCursors(map[string]string{"7": "5-0"})
		Eventually(func() string { return ours.cursor("7") }).Should(Equal("5-0"))
		Expect(ours.kept("7")()).To(BeNil(), "a cursor alone says nothing of subscriptions")
		Eventually(ours.Put("7", tierWish("7", "a"))).Should(BeClosed())
		Eventually(twin.kept("7")).Should(ConsistOf("tier_patterns/a", "tier_patterns/b", "tier_patterns/c"))
		Expect(ours.ear.all()).To(ContainElement("unknown 7"))
		Expect(twin.ear.all()).To(Equal([]string{"missed", "changed 7"}))
	})

	DescribeTable("is each user's own, whatever the user is called",
		func(user, other string) {
			Eventually(ours.Put(user, tierWish(user, "a"))).Should(BeClosed())
			ours.SaveCursors(map[string]string{user: "5-0"})
			Eventually(func() string { return twin.cursor(user) }).Should(Equal("5-0"))
			Expect(twin.kept(other)()).To(BeNil())
			Expect(twin.cursor(other)).To(BeEmpty())
		},
		Entry(nil, "7", "8"), Entry(nil, "7", "7:x"), Entry(nil, "7:x", "7"), Entry(nil, "{7}", "7"), Entry(nil, "7", "{7}"), Entry(nil, "*", "7"), Entry(nil, "user 7", "7"),
	)

	It("is nothing of ids that no user has", func() {
		for _, user := range []string{"", "a\nb", strings.Repeat("x", 65)} {
			Expect(ours.Put(user, tierWish(user, "a"))).To(BeClosed())
			Expect(ours.kept(user)()).To(BeNil())
		}
		Expect(client.Keys(ctx, "*").Val()).To(BeEmpty())
	})

	It("skips and counts what it cannot read", func() {
		Eventually(ours.Put("7", tierWish("7", "a"))).Should(BeClosed())
		for field, text := range map[string]string{
			"s:tier_patterns:newer": `{"v":2}`, "s:tier_patterns:broken": `}{`, "s:tier_patterns:wild": `{"v":1,"confidence_min":7}`,
			"s:tier_patterns:rank": `{"v":1,"priority_min":"x"}`, "s:patterns:page": `{"v":1}`, "s:": `{"v":1}`, "else": "x",
			"s:tier_patterns:long": `{"v":1,"symbols":["` + strings.Repeat("x", 2<<20) + `"]}`,
		} {
			Expect(client.HSet(ctx, "tickcast:user:7", field, text).Err()).To(Succeed())
		}
		Expect(twin.kept("7")()).To(ConsistOf("tier_patterns/a"))
		Expect(twin.State().Skipped).To(BeEquivalentTo(7))
	})

	It("is no more than a user may hold", func() {
		for n := range rooms.MaxRoomSubscriptions + 10 {
			ours.Put("7", tierWish("7", strconv.Itoa(n)))
		}
		Eventually(func() int { return ours.State().Pending }).Should(BeZero())
		Expect(client.HLen(ctx, "tickcast:user:7").Val()).To(BeNumerically("<=", maxUserFields))
		Expect(ours.State().Refused).NotTo(BeZero())
		Eventually(ours.Put("7", tierWish("7", "0", "AAPL"))).Should(BeClosed()) // what is there can be changed
	})

	DescribeTable("moves a cursor only forward",
		func(kept, said, left string) {
			ours.SaveCursors(map[string]string{"7": kept})
			Eventually(func() int { return ours.State().Pending }).Should(BeZero())
			twin.SaveCursors(map[string]string{"7": said})
			Eventually(func() int { return twin.State().Pending }).Should(BeZero())
			Expect(ours.cursor("7")).To(Equal(left))
		},
		Entry("later", "5-0", "6-0", "6-0"), Entry("earlier", "6-0", "5-9", "6-0"), Entry("longer", "9-0", "10-0", "10-0"),
		Entry("within a millisecond", "5-9", "5-10", "5-10"), Entry("back within one", "5-10", "5-9", "5-10"),
		Entry("within a message", "5-0-1", "5-0-2", "5-0-2"), Entry("back within one", "5-0-10", "5-0-9", "5-0-10"),
		Entry("to the end of a message", "5-0-7", "5-0", "5-0"), Entry("not from there", "5-0", "5-0-7", "5-0"),
		Entry("never to what is none", "5-0", "nonsense", "5-0"), Entry("from what is none", "", "5-0", "5-0"),
		Entry("beyond what a float can tell", "1758902400000-9007199254740993", "1758902400000-9007199254740992", "1758902400000-9007199254740993"),
	)

	DescribeTable("has a cursor go back from one position alone",
		func(kept, is, was, left string) {
			ours.SaveCursors(map[string]string{"7": kept})
			Eventually(func() int { return ours.State().Pending }).Should(BeZero())
			ours.ReturnCursor("7", is, was)
			ours.SaveCursors(map[string]string{"7": was})
			Eventually(func() int { return ours.State().Pending }).Should(BeZero())
			Expect(ours.cursor("7")).To(Equal(left))
		},
		Entry("where it is", "6-0", "6-0", "5-0", "5-0"), Entry("not where it was", "7-0", "6-0", "5-0", "7-0"), Entry("not from none", "6-0", "", "5-0", "6-0"),
	)

	It("is kept for longer by an empty cursor, which makes nothing", func() {
		ours.SaveCursors(map[string]string{"7": "5-0"})
		Eventually(func() string { return ours.cursor("7") }).Should(Equal("5-0"))
		Expect(client.PExpire(ctx, "tickcast:user:7", time.Minute).Err()).To(Succeed())
		ours.SaveCursors(map[string]string{"7": "", "8": ""})
		Eventually(func() time.Duration { return client.PTTL(ctx, "tickcast:user:7").Val() }).Should(BeNumerically(">", 50*time.Minute))
		Expect(client.Exists(ctx, "tickcast:user:8").Val()).To(BeZero())
	})
})
