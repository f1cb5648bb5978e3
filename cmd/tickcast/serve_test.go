package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"
	"github.com/onsi/gomega/gleak"
)

const patience = 20 * time.Second // of a spec with a busy machine

// page waits until the server says where it is.
func (s *session) page() string {
	GinkgoHelper()
	Eventually(s.err).WithTimeout(patience).Should(ContainSubstring("page: http"))
	_, rest, _ := strings.Cut(s.err(), "page: ")
	url, _, _ := strings.Cut(rest, `"`)
	return url
}

var _ = Describe("serve", func() {
	BeforeEach(func() {
		forgetSettings()
		before := gleak.Goroutines()
		DeferCleanup(func() {
			http.DefaultClient.CloseIdleConnections()
			Eventually(gleak.Goroutines).WithTimeout(patience).ShouldNot(gleak.HaveLeaked(before))
		})
		GinkgoT().Setenv("APP_HOST", "127.0.0.1")
		GinkgoT().Setenv("APP_PORT", "0")
		GinkgoT().Setenv("TICKCAST_REDIS_EMBEDDED_ADDR", "127.0.0.1:0")
	})

	It("runs with a Redis of its own, says where both are, and stops when it is told", func() {
		s := start()
		page := s.page()
		Expect(s.stderr).To(gbytes.Say(`"embedded":true.*redis://127\.0\.0\.1:\d+`))
		Eventually(func() int { code, _ := get(page + "readyz"); return code }).WithTimeout(patience).Should(Equal(http.StatusOK))
		code, body := get(page)
		Expect(code).To(Equal(http.StatusOK))
		Expect(body).To(ContainSubstring("<html"))
		s.stop()
		Expect(s.exit()).To(Equal(exitOK))
		Expect(s.err()).To(And(ContainSubstring(`"draining"`), ContainSubstring(`"stopped"`)))
		_, err := http.Get(page)
		Expect(err).To(MatchError(syscall.ECONNREFUSED))
	})

	It("serves without Redis, and never prints a secret at any level", func() {
		GinkgoT().Setenv("REDIS_URL", "redis://planted-user:planted-password@127.0.0.1:1/0?sentinel_password=planted-other")
		GinkgoT().Setenv("REDIS_PASSWORD", "planted-third")
		s := start("serve", "--log-level", "trace")
		page := s.page()
		printed := ""
		Eventually(func() string {
			_, health := get(page + "api/websocket/health")
			printed += health
			return health
		}).WithTimeout(patience).Should(And(ContainSubstring(`"degraded"`), ContainSubstring("refused")))
		for _, path := range []string{"readyz", "healthz", "metrics", ""} {
			_, body := get(page + path)
			printed += body
		}
		s.stop()
		Expect(s.exit()).To(Equal(exitOK))
		Expect(printed + s.out() + s.err()).NotTo(ContainSubstring("planted"))
	})

	taken := func() (address, port string) {
		GinkgoHelper()
		holder, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(holder.Close)
		_, port, err = net.SplitHostPort(holder.Addr().String())
		Expect(err).NotTo(HaveOccurred())
		return holder.Addr().String(), port
	}

	It("ends at once with a sentence when the page's port is taken", func() {
		address, port := taken()
		s := start("serve", "--port", port)
		Expect(s.exit()).To(Equal(exitFailure))
		Expect(s.err()).To(Equal("tickcast: " + address + " is taken by another process: stop it, or choose another port with --port or APP_PORT\n"))
	})

	It("ends at once with a sentence when the embedded Redis' port is taken", func() {
		address, _ := taken()
		GinkgoT().Setenv("TICKCAST_REDIS_EMBEDDED_ADDR", address)
		s := start("serve")
		Expect(s.exit()).To(Equal(exitFailure))
		Expect(s.err()).To(HavePrefix("tickcast: " + address + ", where the embedded Redis would listen, is taken by another process: set REDIS_URL"))
	})

	It("stays open but not ready for drain.delay", func() {
		GinkgoT().Setenv("SHUTDOWN_DELAY", "2s")
		s := start()
		page := s.page()
		s.stop()
		Eventually(func() string { _, body := get(page + "readyz"); return body }).Should(ContainSubstring("shutting down"))
		Expect(s.exit()).To(Equal(exitOK))
	})

	It("cuts what has not ended after drain.timeout", func() {
		GinkgoT().Setenv("DRAIN_TIMEOUT", "300ms")
		GinkgoT().Setenv("TICKCAST_DRAIN_SPREAD", "0")
		s := start()
		page := s.page()
		half, err := net.Dial("tcp", strings.Trim(strings.TrimPrefix(page, "http:"), "/"))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(half.Close)
		_, err = fmt.Fprint(half, "GET / HTTP/1.1\r\nHost:")
		Expect(err).NotTo(HaveOccurred())
		get(page + "healthz") // the server has accepted half by now
		s.stop()
		Expect(s.exit()).To(Equal(exitOK))
		Expect(s.err()).To(ContainSubstring("cutting the rest"))
	})
})

var _ = Describe("A process", func() {
	BeforeEach(forgetSettings)

	serving := func(env ...string) *gexec.Session {
		GinkgoHelper()
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "APP_HOST=127.0.0.1", "APP_PORT=0", "TICKCAST_REDIS_EMBEDDED_ADDR=127.0.0.1:0", asMain+"=serve")
		cmd.Env = append(cmd.Env, env...)
		process, err := gexec.Start(cmd, GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { process.Kill().Wait() })
		Eventually(process.Err).WithTimeout(patience).Should(gbytes.Say("page: http"))
		return process
	}

	DescribeTable("stops politely at",
		func(signal syscall.Signal) {
			Eventually(serving().Signal(signal)).WithTimeout(patience).Should(gexec.Exit(exitOK))
		},
		Entry(nil, syscall.SIGTERM),
		Entry(nil, syscall.SIGINT),
	)

	It("ends at once at the second signal", func() {
		process := serving("SHUTDOWN_DELAY=1h", "DRAIN_TIMEOUT=2h").Terminate()
		Eventually(process.Err).WithTimeout(patience).Should(gbytes.Say("draining"))
		Eventually(process.Terminate()).WithTimeout(patience).Should(gexec.Exit(exitFailure))
	})
})
