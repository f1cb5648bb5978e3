package redisbridge

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"
)

// A Redis that has only just started takes subscriptions while it still reads its files, and runs no script.
var _ = Describe("A Redis that takes the subscription and does not keep anything yet", func() {
	var (
		server   *realRedis
		producer *redis.Client
	)
	ctx := context.Background()
	scripts := func(rule string) {
		GinkgoHelper()
		Expect(producer.Do(ctx, "ACL", "SETUSER", "default", rule+"eval", rule+"evalsha").Err()).To(Succeed())
	}
	begin := func() *keeper {
		GinkgoHelper()
		cfg := settings(server.addr)
		k := startKeeper(cfg, backlogSettings(), &recorder{})
		Eventually(hearing(k.Bridge)).Should(BeTrue())
		return k
	}
	BeforeEach(func() {
		server = startRedis()
		producer = server.publisher()
		scripts("-")
	})

	It("has events delivered without positions, and with positions as soon as it can", func() {
		k := begin()
		publish(producer, patterns, alert("EARLY"))
		Eventually(k.sink.marks).Should(Equal([]string{""}))
		scripts("+")
		Eventually(k.sure).Should(BeTrue())
		publish(producer, patterns, alert("KEPT"))
		Eventually(k.sink.marks).Should(HaveLen(2))
		Expect(k.sink.marks()[1]).NotTo(BeEmpty())
		Expect(entries(producer)).To(HaveLen(1))
	})

	It("lets an instance answer for what it has heard since it can", func() {
		k := begin()
		scripts("+")
		Eventually(k.sure).Should(BeTrue())
		Eventually(k.backlog.heard.Load).ShouldNot(BeZero())
		from := k.backlog.Settled()
		Expect(keep(settings(server.addr), backlogSettings(), &recorder{}).State().Backlog.Gaps).To(BeZero())
		_, complete := k.replay(from)
		Expect(complete).To(BeTrue(), "who joins was told that nothing is missing")
	})
})
