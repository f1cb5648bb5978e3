package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

const (
	module = "github.com/tickstock/tickcast"
	root   = "../.."
)

// source is one parsed Go file.
type source struct {
	name   string // "rooms/filter.go"
	folder string // "rooms"
	test   bool
	file   *ast.File
}

// sources parses the whole module. It does not ask `go list`, whose answer may come from a cache.
func sources() []source {
	GinkgoHelper()
	var all []source
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{".git", "node_modules", "testdata", "bin", "dist"}, entry.Name()) {
			return filepath.SkipDir
		}
		if entry.IsDir() || filepath.Ext(name) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(strings.TrimPrefix(name, filepath.FromSlash(root+"/")))
		all = append(all, source{name, path.Dir(name), strings.HasSuffix(name, "_test.go"), file})
		return nil
	})
	Expect(err).NotTo(HaveOccurred())
	Expect(len(all)).To(BeNumerically(">", 10), "the walk missed the module")
	return all
}

// imports lists what the file imports; what is ours without the module's name.
func (s source) imports() (ours, others []string) {
	for _, spec := range s.file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		Expect(err).NotTo(HaveOccurred())
		if own, is := strings.CutPrefix(name, module+"/"); is {
			ours = append(ours, own)
		} else {
			others = append(others, name)
		}
	}
	return ours, others
}

// allowed says which of our packages each may import. Below e2e and cmd it is the folder that counts:
// e2e may look at everything but cmd, cmd at everything.
var allowed = map[string][]string{
	"config":           {},
	"rooms":            {},
	"web":              {},
	"redisbridge":      {"config", "rooms"},
	"server":           {"config", "rooms", "server/bearer", "server/engineio", "server/flaskauth", "server/sio"},
	"server/bearer":    {},
	"server/engineio":  {},
	"server/flaskauth": {},
	"server/sio":       {"rooms", "server/engineio"},
}

func mayImport(folder, own string) bool {
	switch {
	case folder == own, strings.HasPrefix(folder, "cmd"):
		return true
	case strings.HasPrefix(folder, "e2e"):
		return !strings.HasPrefix(own, "cmd")
	}
	return slices.Contains(allowed[folder], own)
}

var _ = Describe("The sources", func() {
	It("import only what the rule allows", func() {
		for _, s := range sources() {
			ours, _ := s.imports()
			for _, own := range ours {
				Expect(mayImport(s.folder, own)).To(BeTrue(), "%s may not import %s", s.name, own)
			}
		}
	})

	It("know the Socket.IO library in server/sio alone", func() {
		for _, s := range sources() {
			_, others := s.imports()
			if s.folder != "server/sio" {
				Expect(others).NotTo(ContainElement(HavePrefix("github.com/zishang520/")), s.name)
			}
		}
	})

	It("keep the domain free of everything but the standard library and its bitmaps", func() {
		for _, s := range sources() {
			if s.folder != "rooms" || s.test {
				continue
			}
			_, others := s.imports()
			for _, other := range others {
				isStandard := !strings.Contains(strings.Split(other, "/")[0], ".")
				Expect(isStandard || strings.HasPrefix(other, "github.com/RoaringBitmap/")).To(BeTrue(), "%s imports %s", s.name, other)
			}
		}
	})

	It("ask nobody over HTTP, but for the application, the measuring, the doctor and the specs", func() {
		excepted := []string{"server/upstream.go", "server/flaskauth/callback.go", "server/flaskauth/ask.go"}
		for _, s := range sources() {
			if slices.Contains(excepted, s.name) || s.test || strings.HasPrefix(s.folder, "e2e") ||
				s.folder == "cmd/tickcast/bench" || s.folder == "cmd/tickcast/doctor" {
				continue
			}
			for _, name := range []string{"Client", "DefaultClient", "Transport", "DefaultTransport", "Get", "Head", "Post", "PostForm", "NewRequest", "NewRequestWithContext"} {
				Expect(uses(s.file, "http", name)).To(BeFalse(), "%s uses http.%s", s.name, name)
			}
		}
	})

	It("never sleep in a test", func() {
		for _, s := range sources() {
			if s.test {
				Expect(uses(s.file, "time", "Sleep")).To(BeFalse(), s.name)
			}
		}
	})

	It("have no init and no logger of a package", func() {
		for _, s := range sources() {
			for _, decl := range s.file.Decls {
				if f, is := decl.(*ast.FuncDecl); is {
					Expect(f.Recv == nil && f.Name.Name == "init").To(BeFalse(), "%s has an init function", s.name)
				}
				if g, is := decl.(*ast.GenDecl); is && g.Tok == token.VAR {
					Expect(keepsLogger(g)).To(BeFalse(), "%s keeps a logger in a variable of the package", s.name)
				}
			}
		}
	})
})

// uses reports whether the node holds pkg.name.
func uses(node ast.Node, pkg, name string) bool {
	found := false
	ast.Inspect(node, func(n ast.Node) bool {
		if selector, is := n.(*ast.SelectorExpr); is && selector.Sel.Name == name {
			x, isName := selector.X.(*ast.Ident)
			found = found || isName && x.Name == pkg
		}
		return !found
	})
	return found
}

// keepsLogger looks at variables that have a name; `var _ = Describe(…)` may use any logger.
func keepsLogger(g *ast.GenDecl) bool {
	for _, spec := range g.Specs {
		v, is := spec.(*ast.ValueSpec)
		if !is || v.Names[0].Name == "_" {
			continue
		}
		for _, pkg := range []string{"zerolog", "log", "stdlog", "slog"} {
			for _, name := range []string{"Logger", "New", "Nop", "Default"} {
				if uses(v, pkg, name) {
					return true
				}
			}
		}
	}
	return false
}
