package config

import (
	"strings"
	"testing"
)

// FuzzDotenv holds that any file is read to its end without a panic, and that names stay names.
func FuzzDotenv(f *testing.F) {
	for _, seed := range []string{"A=1\n", "export B='x\ny'\n", "C=\"${A:-b}\\n\" # c", "D=\"open", "=", "${", "E=${A", "F=\\"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		found, _ := parseDotenv(content, func(string) string { return "" })
		for _, v := range found {
			if v.name == "" || strings.ContainsAny(v.name, "\n =") {
				t.Errorf("%q: name %q", content, v.name)
			}
		}
	})
}
