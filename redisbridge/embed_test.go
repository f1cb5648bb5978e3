package redisbridge

import (
	"context"
	"net"
	"os/exec"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The embedded Redis", func() {
	embed := func(addr string) *Embedded {
		GinkgoHelper()
		embedded, err := Embed(addr)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(embedded.Close)
		return embedded
	}

	It("passes on what redis-cli publishes", func() {
		embedded := embed("127.0.0.1:0")
		sink := &recorder{}
		b := bridge(settings(embedded.Addr()), sink)
		Eventually(hearing(b)).Should(BeTrue())

		_, port, err := net.SplitHostPort(embedded.Addr())
		Expect(err).NotTo(HaveOccurred())
		said, err := exec.CommandContext(context.Background(), "redis-cli", "-p", port, "PUBLISH", patterns, alert("AAPL")).CombinedOutput()
		Expect(err).NotTo(HaveOccurred())

		Expect(strings.TrimSpace(string(said))).To(Equal("1"))
		Eventually(sink.symbols).Should(Equal([]string{"AAPL"}))
	})

	It("answers the probe", func() {
		b := bridge(settings(embed("127.0.0.1:0").Addr()), &recorder{})
		Eventually(func() float64 { return b.State().RoundTrip.Seconds() }).Should(BeNumerically(">", 0))
	})

	It("forgets what is kept for a time only", func() {
		client, err := Open(settings(embed("127.0.0.1:0").Addr()))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		ctx := context.Background()
		Expect(NewRecoveries(client).Keep(ctx, "A", []byte("a socket's state"), 20*time.Millisecond)).To(Succeed())
		Eventually(func() int64 { return client.DBSize(ctx).Val() }).Should(BeZero())
	})

	It("is this machine's own unless told otherwise", func() {
		Expect(embed(":0").Addr()).To(HavePrefix("127.0.0.1:"))
	})

	It("names the setting when its port is taken", func() {
		_, err := Embed(embed("127.0.0.1:0").Addr())
		Expect(err).To(MatchError(And(ContainSubstring("redis.embedded_addr"), ContainSubstring("address already in use"))))
	})

	It("names the setting when it is no address", func() {
		_, err := Embed("6390")
		Expect(err).To(MatchError(ContainSubstring("redis.embedded_addr")))
	})
})
