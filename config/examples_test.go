package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/spf13/viper"

	"github.com/tickstock/tickcast/config"
)

const grace = time.Second // what a stop may take beyond drain.timeout

func example(name string) string {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join("examples", name))
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

// environment are the names that the table of settings knows.
func environment() (names []string) {
	for _, line := range strings.Split(strings.TrimSpace(config.Markdown()), "\n")[2:] {
		names = append(names, regexp.MustCompile(`[A-Z][A-Z0-9_]+`).FindAllString(strings.Split(line, "|")[2], -1)...)
	}
	return names
}

// assignments are the lines of NAME=value, in their order.
func assignments(text string) (names []string, values map[string]string) {
	values = map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, is := strings.Cut(strings.TrimSpace(line), "="); is && !strings.HasPrefix(name, "#") {
			names, values[name] = append(names, name), value
		}
	}
	return names, values
}

func parsed(duration string) time.Duration {
	GinkgoHelper()
	d, err := time.ParseDuration(duration)
	Expect(err).NotTo(HaveOccurred())
	return d
}

// instructions are those of a Dockerfile with their arguments, in their order.
func instructions(dockerfile string) (all [][2]string) {
	dockerfile = strings.ReplaceAll(dockerfile, "\\\n", " ")
	for line := range strings.Lines(dockerfile) {
		name, args, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name != "" && !strings.HasPrefix(name, "#") {
			all = append(all, [2]string{name, args})
		}
	}
	return all
}

// recipe is the line of the Makefile that holds the word, without what make alone understands.
func recipe(word string) string {
	GinkgoHelper()
	makefile, err := os.ReadFile("../Makefile")
	Expect(err).NotTo(HaveOccurred())
	for line := range strings.Lines(string(makefile)) {
		if strings.Contains(line, word) {
			return strings.TrimSpace(line)
		}
	}
	Fail("the Makefile has no line with " + word)
	return ""
}

var _ = Describe("The example", func() {
	It("tickcast.env is read as it stands, by us and by systemd, without a warning", func() {
		p := emptyPlace()
		text := example("tickcast.env")
		p.file(".env", text)
		loaded := p.loaded()
		Expect(loaded.Warnings).To(BeEmpty())
		names, values := assignments(text)
		for _, name := range names {
			Expect(environment()).To(ContainElement(name))
			Expect(values[name]).NotTo(ContainSubstring(" "), "systemd knows no comment at the end of a line")
		}
		Expect(loaded.Config.HTTP.Upstream).To(Equal("http://127.0.0.1:5001"))
	})

	It("tickcast.service lets a drain end, and browsers have descriptors", func() {
		_, unit := assignments(example("tickcast.service"))
		_, env := assignments(example("tickcast.env"))
		Expect(unit).To(And(HaveKeyWithValue("KillSignal", "SIGTERM"), HaveKeyWithValue("LimitNOFILE", "65536"), HaveKeyWithValue("Restart", "always")))
		Expect(parsed(unit["TimeoutStopSec"])).To(BeNumerically(">", parsed(env["DRAIN_TIMEOUT"])+grace))
		Expect(unit["ExecStart"]).To(HavePrefix("/"))
	})

	It("compose.yaml sets nothing that nobody reads, and lets a drain end", func() {
		v := viper.New()
		v.SetConfigType("yaml")
		Expect(v.ReadConfig(strings.NewReader(example("compose.yaml")))).To(Succeed())
		p := emptyPlace()
		for service := range v.GetStringMap("services") {
			for name, value := range v.GetStringMapString("services." + service + ".environment") {
				name = strings.ToUpper(name) // viper does not mind the case
				Expect(environment()).To(ContainElement(name), service)
				if service == "tickcast" {
					p.env(name, regexp.MustCompile(`\$\{[^}]*\}`).ReplaceAllString(value, "a key"))
				}
			}
			for _, other := range v.GetStringSlice("services." + service + ".depends_on") {
				Expect(v.GetStringMap("services")).To(HaveKey(other))
			}
		}
		loaded := p.loaded()
		Expect(loaded.Warnings).To(BeEmpty())
		Expect(loaded.Config.HTTP.Port).To(Equal(5000))
		Expect(v.GetStringSlice("services.tickcast.ports")).To(ConsistOf("5000:5000"))
		Expect(parsed(v.GetString("services.tickcast.stop_grace_period"))).To(BeNumerically(">", loaded.Config.Drain.Timeout+grace))
		context := filepath.Join("examples", v.GetString("services.tickcast.build.context"))
		Expect(filepath.Join(context, "go.mod")).To(BeARegularFile())
		Expect(filepath.Join(context, v.GetString("services.tickcast.build.dockerfile"))).To(BeARegularFile())
	})

	It("Dockerfile builds what `make build` builds, and runs it as nobody in particular", func() {
		last := map[string]string{}
		var runs, stages []string
		for _, each := range instructions(example("Dockerfile")) {
			last[each[0]] = each[1]
			switch each[0] {
			case "RUN":
				runs = append(runs, each[1])
			case "FROM":
				stages = append(stages, each[1])
			}
		}
		build := strings.NewReplacer("@", "", "'", `"`, "$(VERSION)", "$VERSION").Replace(recipe("go build -trimpath"))
		Expect(runs).To(ContainElement(build))
		_, install, _ := strings.Cut(recipe("NPM_CI  :="), ":= ")
		Expect(runs).To(ContainElement(install + " && npm run --silent build"))
		Expect(stages).To(HaveLen(3))
		Expect(slices.IndexFunc(stages, func(image string) bool { return strings.Contains(image, "/") })).To(Equal(-1), "no host of a registry")
		Expect(last["USER"]).To(MatchRegexp(`^[1-9]\d*:[1-9]\d*$`))
		Expect(last["EXPOSE"]).To(Equal("5000"))
		Expect(last["ENTRYPOINT"]).To(Equal(`["/tickcast"]`), "without a shell between, SIGTERM arrives")
	})

	DescribeTable("waits longer for a quiet websocket than we do:",
		func(name string, said string) {
			sockets := emptyPlace().loaded().Config.Sockets
			found := regexp.MustCompile(said+` +(\d+s)`).FindAllStringSubmatch(example(name), -1)
			Expect(found).NotTo(BeEmpty())
			for _, each := range found {
				Expect(parsed(each[1])).To(BeNumerically(">", sockets.PingInterval+sockets.PingTimeout))
			}
		},
		Entry(nil, "nginx-front.conf", `proxy_(?:read|send)_timeout`),
		Entry(nil, "nginx-beside.conf", `proxy_(?:read|send)_timeout`),
		Entry(nil, "nginx-both.conf", `proxy_(?:read|send)_timeout`),
		Entry(nil, "haproxy.cfg", `timeout (?:client|server|tunnel)`),
	)
})
