package config_test

import (
	"os"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/config"
)

var _ = Describe("The table of settings", func() {
	It("is the README's, as `tickcast help settings` prints it", func() {
		readme, err := os.ReadFile("../README.md")
		Expect(err).NotTo(HaveOccurred())
		Expect(strings.Contains(string(readme), config.Markdown())).To(BeTrue(), "put the output of `tickcast help settings` into README.md")
	})

	It("names each setting, variable and flag once", func() {
		seen := map[string]bool{}
		for _, line := range strings.Split(strings.TrimSpace(config.Markdown()), "\n")[2:] {
			for _, cell := range strings.Split(line, "|")[1:4] {
				if name := strings.TrimSpace(cell); name != "" {
					Expect(seen).NotTo(HaveKey(name))
					seen[name] = true
				}
			}
		}
	})

	It("holds defaults that are valid", func() {
		Expect(config.Validate(emptyPlace().loaded().Config)).To(Succeed())
	})

	It("finds all that is wrong with a configuration that nobody loaded", func() {
		Expect(config.Validate(config.Config{})).To(MatchError(And(
			ContainSubstring("sockets.outbox: must be between 1KiB and"),
			ContainSubstring("drain.timeout: must be between 10ms and"),
		)))
	})
})

var _ = DescribeTable("Nearest",
	func(name, want string) {
		Expect(config.Nearest(name, []string{"serve", "feed", "check", "version"})).To(Equal(want))
	},
	Entry("finds a letter too few", "serv", "serve"),
	Entry("finds two letters swapped", "chekc", "check"),
	Entry("does not mind the case", "VERSION", "version"),
	Entry("offers nothing for what is far from all", "deployment", ""),
)
