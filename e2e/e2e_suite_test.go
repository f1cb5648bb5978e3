package e2e_test

import (
	"os"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/process"
)

// tickcastBinary is the real tickcast, built once for all processes of the suite.
var tickcastBinary string

func TestEndToEnd(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "End To End Suite")
}

// A binary that is built already can be judged too: TICKCAST_BINARY=path.
var _ = SynchronizedBeforeSuite(func() []byte {
	if built := os.Getenv("TICKCAST_BINARY"); built != "" {
		return []byte(built)
	}
	dir, err := os.MkdirTemp("", "tickcast-e2e-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	path, err := process.Build(dir, raceDetector)
	Expect(err).NotTo(HaveOccurred())
	return []byte(path)
}, func(path []byte) {
	tickcastBinary = string(path)
	SetDefaultEventuallyTimeout(15 * time.Second)
	SetDefaultEventuallyPollingInterval(10 * time.Millisecond)
	SetDefaultConsistentlyPollingInterval(10 * time.Millisecond)
})
