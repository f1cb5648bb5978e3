package web

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// sources are the files of page/ with one of these endings, by name.
func sources(endings ...string) map[string]string {
	GinkgoHelper()
	found := map[string]string{}
	for _, ending := range endings {
		names, err := fs.Glob(embedded, "page/*"+ending)
		Expect(err).NotTo(HaveOccurred())
		Expect(names).NotTo(BeEmpty())
		for _, name := range names {
			body, err := embedded.ReadFile(name)
			Expect(err).NotTo(HaveOccurred())
			found[path.Base(name)] = string(body)
		}
	}
	return found
}

func matches(body, pattern string) []string {
	var all []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(body, -1) {
		all = append(all, m[1])
	}
	return all
}

var _ = Describe("The page's files", func() {
	It("hold nothing inline, so that the content policy holds", func() {
		for name, html := range sources(".html") {
			Expect(html).NotTo(MatchRegexp(`(?i)<style|\sstyle=|\son[a-z]+=|javascript:|<script(\s+(defer|type="module"))*>`), name)
		}
	})

	It("load nothing from elsewhere", func() {
		for name, body := range sources(".html", ".css", ".js") {
			Expect(body).NotTo(MatchRegexp(`(src|href)="(https?:)?//|@import|url\(`), name)
		}
	})

	It("never turn text into markup or code", func() {
		for name, js := range sources(".js") {
			Expect(js).NotTo(MatchRegexp(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser`), name)
		}
	})

	It("refer only to paths that are served", func() {
		served := open(built())
		for at := range open(embedded) {
			served[at] = nil
		}
		elsewhere := []string{"/api/websocket/health", "/metrics"}
		for name, html := range sources(".html") {
			for _, ref := range matches(html, `(?:src|href)="(/[^"]*)"`) {
				Expect(ref).To(Or(BeElementOf(elsewhere), BeKeyOf(served)), name)
			}
		}
	})

	It("import and preload modules that exist", func() {
		scripts := sources(".js")
		preloaded := matches(sources(".html")["index.html"], `modulepreload" href="/assets/([^"]+)"`)
		for name, js := range scripts {
			for _, module := range matches(js, `from '\./([^']+)'`) {
				Expect(module).To(BeKeyOf(scripts), name)
				Expect(preloaded).To(ContainElement(module), name)
			}
		}
	})

	It("have every element that the scripts look up", func() {
		ids := matches(sources(".html")["index.html"], `\sid="([^"]+)"`)
		for name, js := range sources(".js") {
			for _, id := range matches(js, `byId\('([^']+)'\)`) {
				Expect(ids).To(ContainElement(id), name)
			}
		}
	})
})

var _ = Describe("The npm build", func() {
	It("makes every file that the site serves from dist", func() {
		script, err := os.ReadFile("build.mjs")
		Expect(err).NotTo(HaveOccurred())
		for _, name := range libraries() {
			Expect(string(script)).To(ContainSubstring("'" + path.Base(name) + "'"))
		}
	})

	It("keeps registry addresses out of the lock file", func() {
		lock, err := os.ReadFile("package-lock.json")
		Expect(err).NotTo(HaveOccurred())
		Expect(strings.Contains(string(lock), "://")).To(BeFalse())
	})
})
