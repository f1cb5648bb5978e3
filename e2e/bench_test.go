package e2e_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("tickcast bench", func() {
	// measured runs the binary as make does, and gives what it wrote.
	measured := func(report any, args ...string) {
		GinkgoHelper()
		file := filepath.Join(GinkgoT().TempDir(), "figures.json")
		cmd := exec.Command(tickcastBinary, append(append([]string{"bench"}, args...), "--json", file)...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")} // no setting of tickcast's
		cmd.Stderr = GinkgoWriter
		out, err := cmd.Output()
		Expect(err).NotTo(HaveOccurred(), "%s", out)
		text, err := os.ReadFile(file)
		Expect(err).NotTo(HaveOccurred())
		Expect(json.Unmarshal(text, report)).To(Succeed())
	}

	// peers are the ones that need nothing but what the specs need.
	peers := func() (flags []string) {
		dir := GinkgoT().TempDir()
		for _, name := range []string{"bare", "floor"} {
			out, err := exec.Command("go", "build", "-o", filepath.Join(dir, name), "./peers/"+name).CombinedOutput()
			Expect(err).NotTo(HaveOccurred(), "%s", out)
			flags = append(flags, "--peer", name+"="+filepath.Join(dir, name))
		}
		return append(flags, "--peer", "node=node peers/node/main.cjs")
	}

	DescribeTable("runs, and every server does right by a few sockets:",
		func(works, others int, args ...string) {
			var report struct {
				Runs []struct {
					Work, Peer, Failure                                string
					Figures                                            map[string]float64
					Expected, Got, Lost, Doubled, Reordered, Misrouted int
				}
			}
			args = append(args, "--sockets", "20", "--runs", "1")
			if others > 0 {
				args = append(args, peers()...)
			}
			measured(&report, args...)
			Expect(report.Runs).To(HaveLen(works * (1 + others)))
			for _, run := range report.Runs {
				Expect(run.Failure).To(BeEmpty(), run.Peer)
				Expect(run.Figures).NotTo(BeEmpty(), run.Peer)
				Expect(run.Expected).To(BeNumerically(">", 0), run.Peer)
				Expect(run.Got).To(Equal(run.Expected), run.Peer)
				Expect(run.Lost+run.Doubled+run.Reordered+run.Misrouted).To(BeZero(), run.Peer)
			}
		},
		Entry("a broadcast", 1, 3, "fanout", "--length", "500ms"),
		Entry("filters", 1, 3, "fanout", "--length", "2s", "--filters"),
		Entry("a storm, and an accept", 2, 0, "storm", "--length", "300ms"),
		Entry("idling", 1, 0, "idle", "--rest", "0s"),
	)

	It("matches", func() {
		var report struct {
			Match struct {
				Subscriptions, Compared, Missed, Misrouted int
			}
		}
		measured(&report, "match", "--subscriptions", "2000", "--events", "100", "--changes", "100")
		Expect(report.Match.Subscriptions).To(Equal(2000))
		Expect(report.Match.Compared).To(BeNumerically(">", 0))
		Expect(report.Match.Missed + report.Match.Misrouted).To(BeZero())
	})
})
