package web

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
)

// all: because dist holds nothing but .keep until `npm run build`.
//
//go:embed page all:dist
var embedded embed.FS

// policy lets the page load from, and talk to, its own origin only.
const policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; object-src 'none'"

// site answers from a fixed table of paths.
type site map[string]*asset

// Handler serves the page at /, its parts below /assets/, and the browser client below /socket.io/.
func Handler() http.Handler { return open(embedded) }

// libraries says where the files of dist are served: the client where Socket.IO's own server has it.
func libraries() map[string]string {
	return map[string]string{
		"/socket.io/socket.io.js":         "dist/socket.io.js",
		"/socket.io/socket.io.js.map":     "dist/socket.io.js.map",
		"/socket.io/socket.io.min.js":     "dist/socket.io.min.js",
		"/socket.io/socket.io.min.js.map": "dist/socket.io.min.js.map",
		"/assets/uplot.js":                "dist/uplot.js",
		"/assets/uplot.css":               "dist/uplot.css",
		"/assets/licences.txt":            "dist/licences.txt",
	}
}

// open reads the table from files. A file that is not there is a path that is not found.
func open(files fs.FS) site {
	s := site{}
	home := "page/index.html"
	for at, name := range libraries() {
		if !s.add(at, files, name) {
			home = "page/unbuilt.html"
		}
	}
	parts, _ := fs.Glob(files, "page/*") // the pattern is well formed, the only error there is
	for _, name := range parts {
		if path.Ext(name) != ".html" {
			s.add("/assets/"+path.Base(name), files, name)
		}
	}
	s.add("/", files, home)
	return s
}

func (s site) add(at string, files fs.FS, name string) bool {
	body, err := fs.ReadFile(files, name)
	if err != nil {
		return false
	}
	s[at] = newAsset(name, body)
	return true
}

func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	a, found := s[r.URL.Path]
	if !found {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	a.ServeHTTP(w, r)
}
