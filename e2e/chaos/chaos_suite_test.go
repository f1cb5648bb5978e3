package chaos_test

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/process"
)

func TestChaos(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Chaos Suite")
}

// tickcastBinary is the real tickcast, without the race detector: these specs are about speed, too.
var tickcastBinary string

var _ = SynchronizedBeforeSuite(func() []byte {
	dir, err := os.MkdirTemp("", "tickcast-chaos-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	path, err := process.Build(dir, false)
	Expect(err).NotTo(HaveOccurred())
	return []byte(path)
}, func(path []byte) {
	tickcastBinary = string(path)
	SetDefaultEventuallyTimeout(20 * time.Second)
	SetDefaultEventuallyPollingInterval(50 * time.Millisecond)
})

// full is the size of `make chaos`.
var full = os.Getenv("TICKCAST_CHAOS") == "full"

// sized is small, but for a full run.
func sized(small, large int) int {
	if full {
		return large
	}
	return small
}

// table collects what became of each fault.
var table struct {
	mu   sync.Mutex
	rows []row
}

type row struct {
	fault   string
	clients string
	events  int
	verdict string
}

func note(r row) {
	table.mu.Lock()
	defer table.mu.Unlock()
	table.rows = append(table.rows, r)
}

var _ = ReportAfterSuite("table", func(Report) {
	path := os.Getenv("TICKCAST_CHAOS_TABLE")
	if path == "" {
		return
	}
	file, err := os.Create(path)
	Expect(err).NotTo(HaveOccurred())
	defer file.Close()
	out := tabwriter.NewWriter(file, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "fault\tclients\tevents\twhat became of it")
	for _, r := range table.rows {
		fmt.Fprintf(out, "%s\t%s\t%d\t%s\n", r.fault, r.clients, r.events, r.verdict)
	}
	Expect(out.Flush()).To(Succeed())
})
