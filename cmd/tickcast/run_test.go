package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"github.com/tickstock/tickcast/config"
)

// session is one run of the program inside the test.
type session struct {
	stdout, stderr *gbytes.Buffer
	code           chan int
	stop           context.CancelFunc
}

// start runs the program with our settings alone: of the outer environment it hears nothing.
func start(args ...string) *session {
	s := &session{gbytes.NewBuffer(), gbytes.NewBuffer(), make(chan int, 1), nil}
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	go func() { s.code <- run(ctx, args, s.stdout, io.MultiWriter(s.stderr, GinkgoWriter)) }()
	DeferCleanup(func() { cancel() })
	return s
}

func (s *session) exit() int {
	GinkgoHelper()
	var code int
	Eventually(s.code).WithTimeout(patience).Should(Receive(&code))
	return code
}

func (s *session) out() string { return string(s.stdout.Contents()) }
func (s *session) err() string { return string(s.stderr.Contents()) }

// forgetSettings keeps the outer environment's settings from the program.
func forgetSettings() {
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		for _, ours := range []string{"TICKCAST_", "APP_", "REDIS_", "WEBSOCKET_", "LOG_", "SHUTDOWN_", "DRAIN_", "FLASK_", "SECRET_KEY_", "SESSION_", "PERMANENT_", "ADMIN_", "TRUSTED_", "CORS_"} {
			if strings.HasPrefix(name, ours) {
				GinkgoT().Setenv(name, "")
				Expect(os.Unsetenv(name)).To(Succeed())
			}
		}
	}
}

var _ = Describe("tickcast", func() {
	BeforeEach(forgetSettings)

	It("says which build it is", func() {
		s := start("version")
		Expect(s.exit()).To(Equal(exitOK))
		Expect(s.out()).To(MatchRegexp(`^tickcast \S+.*, go1\.\S+, \w+/\w+\n$`))
		flag := start("--version")
		Expect(flag.exit()).To(Equal(exitOK))
		Expect(flag.out()).To(Equal(s.out()))
	})

	It("says so as JSON too", func() {
		s := start("version", "--json")
		Expect(s.exit()).To(Equal(exitOK))
		var b build
		Expect(json.Unmarshal(s.stdout.Contents(), &b)).To(Succeed())
		Expect(b).To(Equal(readVersion()))
	})

	It("shows its settings as help", func() {
		s := start("help", "settings")
		Expect(s.exit()).To(Equal(exitOK))
		Expect(s.out()).To(ContainSubstring(config.Markdown()))
	})

	DescribeTable("refuses what it does not know with code 2:",
		func(args, message string) {
			s := start(strings.Fields(args)...)
			Expect(s.exit()).To(Equal(exitUsage))
			Expect(s.err()).To(Equal("tickcast: " + message + "\n"))
		},
		Entry("a command near another", "serv", `unknown command "serv"; did you mean serve?`),
		Entry("a command near none", "deployment", `unknown command "deployment"`),
		Entry("a flag near another", "serve --prot 1", `unknown flag: --prot; did you mean --port?`),
		Entry("a flag of the default command", "--hots x", `unknown flag: --hots; did you mean --host?`),
		Entry("a flag without its value", "serve --port", `flag needs an argument: --port`),
		Entry("an argument", "check everything", `tickcast check takes no argument such as "everything"`),
		Entry("a file that is not there", "serve --config none.yaml", `config (file none.yaml): open none.yaml: no such file or directory`),
	)
})

var _ = Describe("check", func() {
	BeforeEach(forgetSettings)

	It("shows what is in force and where it comes from, secrets masked", func() {
		GinkgoT().Setenv("REDIS_URL", "redis://u:hunter2@redis.example/1")
		GinkgoT().Setenv("WEBSOCKET_PING_INTERVAL", "25000")
		s := start("check", "--port", "5001")
		Expect(s.exit()).To(Equal(exitOK))
		Expect(s.out()).To(And(
			MatchRegexp(`http.port +5001 +flag --port\n`),
			MatchRegexp(`redis.url +redis://\*\*\*@redis.example/1 +env REDIS_URL\n`),
			MatchRegexp(`sockets.outbox +1MiB +default\n`),
		))
		Expect(s.err()).To(ContainSubstring("25000 is read as milliseconds"))
	})

	It("prints every problem, those of the Redis URL too", func() {
		GinkgoT().Setenv("REDIS_URL", "redis://u:hunter2@redis.example:port")
		GinkgoT().Setenv("APP_PORT", "x")
		s := start("check", "--log-level", "loud")
		Expect(s.exit()).To(Equal(exitUsage))
		Expect(s.err()).To(And(
			ContainSubstring(`http.port = "x" (env APP_PORT): not a whole number`),
			ContainSubstring(`log.level = "loud" (flag --log-level): must be one of`),
			ContainSubstring(`redis.url (env REDIS_URL): must name HOST or HOST:PORT`),
			Not(ContainSubstring("hunter2")),
		))
	})

	It("prints them as JSON", func() {
		GinkgoT().Setenv("APP_PORT", "x")
		s := start("check", "--json")
		Expect(s.exit()).To(Equal(exitUsage))
		Expect(s.out()).To(MatchJSON(`{"valid": false, "problems": [
			{"setting": "http.port", "source": "env APP_PORT", "value": "x", "problem": "not a whole number"}]}`))
	})

	It("shows what is in force as JSON", func() {
		s := start("check", "--json")
		Expect(s.exit()).To(Equal(exitOK))
		var r report
		Expect(json.Unmarshal(s.stdout.Contents(), &r)).To(Succeed())
		Expect(r.Valid).To(BeTrue())
		Expect(r.Settings).To(ContainElement(config.Row{Key: "http.port", Value: "5000", Source: "default"}))
	})
})

// get answers with status and body.
func get(url string) (int, string) {
	GinkgoHelper()
	answer, err := http.Get(url)
	Expect(err).NotTo(HaveOccurred())
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	Expect(err).NotTo(HaveOccurred())
	return answer.StatusCode, string(body)
}
