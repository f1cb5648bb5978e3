package e2e_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// lineOf is what follows the beginning in the line that has it.
func lineOf(text, beginning string) string {
	GinkgoHelper()
	for line := range strings.Lines(text) {
		if rest, is := strings.CutPrefix(strings.TrimSpace(line), beginning); is {
			return rest
		}
	}
	Fail("no line begins with " + beginning)
	return ""
}

// run ends with the output of tickcast, started in a folder with nothing but a .env.
func run(env string, args ...string) (said string, err error) {
	GinkgoHelper()
	dir := GinkgoT().TempDir()
	Expect(os.WriteFile(filepath.Join(dir, ".env"), []byte(env), 0o600)).To(Succeed())
	cmd := exec.Command(tickcastBinary, args...)
	cmd.Dir, cmd.Env = dir, []string{"GORACE=atexit_sleep_ms=0"}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

var _ = Describe("The examples of a deployment", func() {
	It("start tickcast by commands and settings that it knows", func() {
		said, err := run(example("tickcast.env"), "check")
		Expect(err).NotTo(HaveOccurred(), said)
		command := strings.Fields(lineOf(example("tickcast.service"), "ExecStart="))
		said, err = run("", append(command[1:], "--help")...)
		Expect(err).NotTo(HaveOccurred(), said)
	})

	It("have a unit in which systemd finds nothing wrong, where there is a systemd to ask", func() {
		unit := filepath.Join(GinkgoT().TempDir(), "tickcast.service")
		Expect(os.WriteFile(unit, []byte(example("tickcast.service", "/usr/local/bin/tickcast", tickcastBinary)), 0o600)).To(Succeed())
		analyze, err := exec.LookPath("systemd-analyze")
		if err != nil {
			return // what matters of it is in the specs of config
		}
		said, err := exec.Command(analyze, "verify", unit).CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), "%s", said)
		Expect(string(said)).NotTo(ContainSubstring("tickcast"))
	})

	It("have a health check that Redis's absence does not fail, and ours does", func() {
		s := openStage()
		_, words, _ := strings.Cut(lineOf(example("Dockerfile", "http://127.0.0.1:5000", s.tickcast.URL("")), "HEALTHCHECK "), "CMD ")
		var command []string
		Expect(json.Unmarshal([]byte(words), &command)).To(Succeed())
		Expect(command[0]).To(Equal("/tickcast"))
		said, err := run("", command[1:]...)
		Expect(err).NotTo(HaveOccurred(), said)
		s.redis.Kill()
		Eventually(s.health).Should(HaveField("Status", "degraded"))
		said, err = run("", command[1:]...)
		Expect(err).NotTo(HaveOccurred(), said)
		s.stop(s.tickcast.Process())
		said, err = run("", command[1:]...)
		Expect(err).To(MatchError("exit status 1"), said)
	})
})
