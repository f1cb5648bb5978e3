package redisbridge

import (
	"context"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/rooms"
)

var _ = Describe("Users, while Redis is away,", func() {
	It("are remembered, and written when it is back; who waits is let go at once", func() {
		server := startRedis()
		ours := startDesk(server.addr)
		ours.ear.holds["7"] = []rooms.Subscription{tierWish("7", "b")}
		Eventually(ours.Put("7", tierWish("7", "gone"))).Should(BeClosed())
		server.kill()
		Eventually(ours.Put("7", tierWish("7", "a"))).Should(BeClosed())
		Eventually(func() <-chan struct{} { return ours.Put("7", tierWish("7", "a")) }).Should(BeClosed())
		ours.Remove("7", rooms.TierPatterns, "gone")
		ours.SaveCursors(map[string]string{"7": "5-0"})
		server.start() // with nothing in it
		Eventually(ours.kept("7")).Should(ConsistOf("tier_patterns/a", "tier_patterns/b"))
		Eventually(func() int { return ours.State().Pending }).Should(BeZero())
		Expect(ours.kept("7")()).To(ConsistOf("tier_patterns/a", "tier_patterns/b"))
		Expect(ours.cursor("7")).To(Equal("5-0"))
		Eventually(ours.ear.all).Should(ContainElements("missed", "unknown 7", "missed"))
	})

	It("do not grow without bound", func() {
		users := NewUsers(nil, time.Hour, zerolog.Nop())
		for n := range 10 * maxUnwritten {
			users.Put("7", tierWish("7", strconv.Itoa(n)))
			users.Remove("7", rooms.TierPatterns, strconv.Itoa(n))
		}
		Expect(users.pending["7"].puts).To(BeEmpty())
		Expect(users.pending["7"].removals).To(HaveLen(maxUnwritten))
	})

	It("are not kept where something else has their name, which holds up nobody else", func() {
		server := startRedis()
		ours := startDesk(server.addr)
		Expect(server.publisher().Set(context.Background(), "tickcast:user:7", "x", 0).Err()).To(Succeed())
		ours.Put("7", tierWish("7", "a"))
		Eventually(ours.Put("8", tierWish("8", "a"))).Should(BeClosed())
		Eventually(ours.kept("8")).Should(ConsistOf("tier_patterns/a"))
	})
})

var _ = It("Users are kept in the embedded Redis as well", func() {
	embedded, err := Embed("127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(embedded.Close)
	ours, twin := startDesk(embedded.Addr()), startDesk(embedded.Addr())
	Eventually(ours.Put("7", tierWish("7", "a"))).Should(BeClosed())
	ours.SaveCursors(map[string]string{"7": "5-0-1"})
	Eventually(func() string { return twin.cursor("7") }).Should(Equal("5-0-1"))
	ours.SaveCursors(map[string]string{"7": "4-0"})
	Eventually(twin.ear.all).Should(ContainElement("changed 7"))
	Expect(twin.kept("7")()).To(ConsistOf("tier_patterns/a"))
	Eventually(func() int { return ours.State().Pending }).Should(BeZero())
	Expect(twin.cursor("7")).To(Equal("5-0-1"))
})
