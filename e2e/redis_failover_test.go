package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/driver"
	"github.com/tickstock/tickcast/e2e/internal/process"
)

var _ = Describe("When Redis fails over to its replica", func() {
	var (
		s       *stage
		watched *process.Watched
		page    *driver.Driver
	)
	ctx := context.Background()

	// tell publishes at the server that the sentinels call the master, as the producer does.
	tell := func(by *process.Sentinel, symbol string) {
		GinkgoHelper()
		_, err := watched.Master(ctx, by).Publish(ctx, patterns, fmt.Sprintf(`{"pattern":"Doji","symbol":%q,"confidence":0.9}`, symbol))
		Expect(err).NotTo(HaveOccurred())
	}
	replaced := func(by *process.Sentinel) {
		GinkgoHelper()
		Eventually(watched.Master).WithArguments(ctx, by).Should(BeIdenticalTo(watched.Servers[1]))
		Eventually(func() string { return watched.Servers[1].Client().Do(ctx, "ROLE").String() }).Should(ContainSubstring("master"))
	}
	// delivers is what was promised within a second.
	delivers := func(by *process.Sentinel) {
		GinkgoHelper()
		Eventually(s.health).Should(HaveField("Redis.Losses", 1))
		Eventually(s.get).WithArguments("/readyz").WithTimeout(3 * time.Second).Should(haveStatus(http.StatusOK))
		tell(by, "AFTER")
		Eventually(alerts).WithArguments(page).Should(Equal([]string{"BEFORE", "AFTER"}))
		Expect(page.Told("connect")).To(HaveLen(1), "browsers stay connected")
		Expect(s.health()).To(HaveField("Redis.Losses", 1))
	}

	BeforeEach(func() {
		var err error
		watched, err = process.Watch(ctx, GinkgoT().TempDir(), 500*time.Millisecond, GinkgoWriter)
		DeferCleanup(watched.Close)
		Expect(err).NotTo(HaveOccurred())
		Eventually(watched.Settled).WithArguments(ctx).Should(Succeed())
		s = newStage("REDIS_URL="+watched.URL(), "TICKCAST_REDIS_PROBE_EVERY=500ms")
		s.start()
		Eventually(s.get).WithArguments("/readyz").Should(haveStatus(http.StatusOK))
		page = javascript(driver.Setup{URL: "http://" + s.tickcast.Address(), Version: "4.8.4",
			Transports: []string{"websocket"}, Events: []string{"connection_confirmed", "pattern_alert"}})
		Eventually(page.Events).WithArguments("connection_confirmed").Should(HaveLen(1))
		tell(watched.Sentinels[0], "BEFORE")
		Eventually(alerts).WithArguments(page).Should(Equal([]string{"BEFORE"}))
	})

	It("because the master was killed: it hears the new one, and browsers stay", func() {
		watched.Servers[0].Kill()
		replaced(watched.Sentinels[0])
		delivers(watched.Sentinels[0])
	})

	It("because an operator asks for it: it hears the new one", func() {
		Expect(watched.Sentinels[0].FailOver(ctx)).To(Succeed())
		replaced(watched.Sentinels[0])
		delivers(watched.Sentinels[0])
	})

	for i := range 3 {
		It(fmt.Sprintf("because the machine of the master and of sentinel %d is gone: it asks the other sentinels", i+1), func() {
			Expect(watched.Servers[0].Freeze()).To(Succeed())
			Expect(watched.Sentinels[i].Freeze()).To(Succeed())
			other := watched.Sentinels[(i+1)%3]
			replaced(other)
			delivers(other)
		})
	}
})
