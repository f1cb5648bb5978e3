package protocol_test

import (
	"context"
	"net"
	"os"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/e2e/fixture/server"
)

// Two fixtures listen: one with the heartbeat of the official suites (300 and 200 ms),
// and one so calm that no ping comes between two steps of a spec on a busy machine.
// target is the one that the running spec talks to, as host:port.
var quick, calm, target string

func TestProtocol(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Protocol Suite")
}

// Any other server with the same behaviour can be judged by these specs: PROTOCOL_TARGET=host:port.
var _ = BeforeSuite(func() {
	SetDefaultEventuallyTimeout(5 * time.Second)
	SetDefaultEventuallyPollingInterval(5 * time.Millisecond)
	SetDefaultConsistentlyPollingInterval(5 * time.Millisecond)
	if foreign := os.Getenv("PROTOCOL_TARGET"); foreign != "" {
		quick, calm = foreign, foreign
		return
	}
	quick, calm = start(server.Quick()), start(server.Calm())
})

var _ = BeforeEach(func() { target = calm })

func start(cfg server.Config) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	fixture := server.New(cfg, zerolog.New(GinkgoWriter))
	go func() { done <- fixture.Run(ctx, listener) }()
	DeferCleanup(func() {
		stop()
		Eventually(done).Should(Receive(BeNil()))
	})
	return listener.Addr().String()
}
