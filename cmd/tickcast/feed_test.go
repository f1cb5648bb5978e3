package main

import (
	"os"
	"path/filepath"

	"github.com/alicebob/miniredis/v2"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("feed", func() {
	BeforeEach(forgetSettings)

	recording := func() string {
		GinkgoHelper()
		path := filepath.Join(GinkgoT().TempDir(), "recording.jsonl")
		line := `{"channel":"tickstock.health.status","message":{"status":"healthy"}}` + "\n"
		Expect(os.WriteFile(path, []byte(line), 0o600)).To(Succeed())
		return path
	}

	DescribeTable("publishes in the Redis",
		func(setting, scheme string) {
			redis, err := miniredis.Run()
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(redis.Close)
			GinkgoT().Setenv(setting, scheme+redis.Addr())
			listener := redis.NewSubscriber()
			DeferCleanup(listener.Close)
			listener.Subscribe("tickstock.health.status")
			s := start("feed", "--once", "--rate", "1000", "--file", recording())
			Eventually(listener.Messages()).WithTimeout(patience).Should(Receive(HaveField("Message", ContainSubstring("healthy"))))
			Expect(s.exit()).To(Equal(exitOK))
		},
		Entry("that is configured", "REDIS_URL", "redis://"),
		Entry("that a server on this machine embeds", "TICKCAST_REDIS_EMBEDDED_ADDR", ""),
	)

	It("waits for a Redis that is away, and stops when it is told", func() {
		GinkgoT().Setenv("REDIS_URL", "redis://u:planted@127.0.0.1:1")
		s := start("feed")
		Eventually(s.err).WithTimeout(patience).Should(ContainSubstring("away"))
		s.stop()
		Expect(s.exit()).To(Equal(exitOK))
		Expect(s.err()).NotTo(ContainSubstring("planted"))
	})

	DescribeTable("refuses with code 2",
		func(message string, args ...string) {
			s := start(append([]string{"feed"}, args...)...)
			Expect(s.exit()).To(Equal(exitUsage))
			Expect(s.err()).To(ContainSubstring(message))
		},
		Entry("a rate of nothing", "the rate is 0", "--rate", "0"),
		Entry("a recording that is not there", "no such file", "--file", "none.jsonl"),
		Entry("a flag of the server", "unknown flag: --port", "--port", "1"),
	)
})
