package doctor

import (
	"context"
	"net"
	"os/exec"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
	"github.com/spf13/pflag"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/redisbridge"
)

func TestDoctor(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(20 * time.Second)
	redisbridge.LogLibrary(zerolog.Nop())
	RunSpecs(t, "doctor")
}

var _ = BeforeEach(func() {
	before := gleak.Goroutines()
	DeferCleanup(func() { Eventually(gleak.Goroutines).ShouldNot(gleak.HaveLeaked(before)) })
})

// plain is an exam of nothing but the defaults, on a port that is free.
func plain() Exam {
	GinkgoHelper()
	loaded, err := config.Load(pflag.NewFlagSet("spec", pflag.ContinueOnError), GinkgoT().TempDir())
	Expect(err).NotTo(HaveOccurred())
	e := Exam{Config: loaded.Config}
	e.Config.HTTP.Host, e.Config.HTTP.Port = "127.0.0.1", 0
	e.Config.Redis = config.Redis{EmbeddedAddr: "127.0.0.1:6390"}
	return e
}

// examine is what each row finds.
func examine(ctx context.Context, e Exam) map[string]Finding {
	found := map[string]Finding{}
	for f := range e.Findings(ctx) {
		found[f.Name] = f
	}
	return found
}

// startRedis starts a redis-server of the spec's own.
func startRedis(args ...string) (addr string, process *exec.Cmd) {
	GinkgoHelper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	addr = free.Addr().String()
	Expect(free.Close()).To(Succeed())
	_, port, err := net.SplitHostPort(addr)
	Expect(err).NotTo(HaveOccurred())
	process = exec.Command("redis-server", append([]string{"--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", GinkgoT().TempDir()}, args...)...)
	Expect(process.Start()).To(Succeed())
	DeferCleanup(func() {
		process.Process.Kill()
		process.Wait()
	})
	Eventually(func() error {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		return err
	}).Should(Succeed())
	return addr, process
}

func clientOf(addr string) *redis.Client {
	client := redis.NewClient(&redis.Options{Addr: addr, Protocol: 2, MaxRetries: -1, DisableIdentity: true})
	DeferCleanup(client.Close)
	return client
}
