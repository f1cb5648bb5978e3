package redisbridge

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("What a socket needs to live on", func() {
	ctx := context.Background()
	var server *realRedis
	var kept *Recoveries
	BeforeEach(func() {
		server = startRedis()
		client, err := Open(settings(server.addr))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		kept = NewRecoveries(client)
	})
	find := func(pid string) string {
		GinkgoHelper()
		state, err := kept.Find(ctx, pid)
		Expect(err).NotTo(HaveOccurred())
		return string(state)
	}

	It("is found as it was kept last, and not under another pid", func() {
		Expect(kept.Keep(ctx, "A", []byte("old"), time.Minute)).To(Succeed())
		Expect(kept.Keep(ctx, "A", []byte("new"), time.Minute)).To(Succeed())
		Expect([]string{find("A"), find("B")}).To(Equal([]string{"new", ""}))
	})

	It("is gone after its life", func() {
		Expect(kept.Keep(ctx, "A", []byte("1"), 20*time.Millisecond)).To(Succeed())
		Eventually(find).WithArguments("A").Should(BeEmpty())
	})

	It("lives longer when it is touched, and what is not there is told", func() {
		Expect(kept.Keep(ctx, "A", []byte("1"), time.Minute)).To(Succeed())
		Expect(kept.Keep(ctx, "C", []byte("1"), time.Minute)).To(Succeed())
		missing, err := kept.Touch(ctx, []string{"A", "B", "C"}, time.Hour)
		Expect(err).NotTo(HaveOccurred())
		Expect(missing).To(Equal([]string{"B"}))
		Expect(server.publisher().TTL(ctx, "tickcast:recovery:A").Val()).To(BeNumerically(">", time.Minute))
	})

	It("can be forgotten", func() {
		Expect(kept.Keep(ctx, "A", []byte("1"), time.Minute)).To(Succeed())
		Expect(kept.Forget(ctx, "A")).To(Succeed())
		Expect(find("A")).To(BeEmpty())
	})

	It("is asked for no longer than the caller waits, and no error tells a pid", func() {
		server.freeze()
		DeferCleanup(server.thaw)
		limit, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		_, notFound := kept.Find(limit, "SECRET")
		_, notTouched := kept.Touch(limit, []string{"SECRET"}, time.Minute)
		for _, err := range []error{kept.Keep(limit, "SECRET", nil, time.Minute), notFound, notTouched, kept.Forget(limit, "SECRET")} {
			Expect(err).To(HaveOccurred())
			Expect(fmt.Sprint(err)).NotTo(ContainSubstring("SECRET"))
		}
	})
})
