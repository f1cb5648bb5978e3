package server

import (
	"net/http"
	"slices"
	"strings"
)

// A route is one row of the public surface. A path that ends in * stands for all that begin with it.
type route struct {
	path    string
	methods []string // none = the handler's own affair
	handler http.Handler
}

// routes is everything that we answer; the first row that fits wins. The last ones take what no other does.
func (s *Server) routes() []route {
	read := []string{http.MethodGet, http.MethodHead}
	page := brief(s.page)
	ours := slices.DeleteFunc(s.ownRoutes(read, page), func(row route) bool { return !s.owns(row.path) })
	if s.upstream != nil {
		return append(ours, route{"/*", nil, s.upstream})
	}
	return append(ours,
		route{"/api/*", nil, brief(http.HandlerFunc(notFound))},
		route{"/*", read, page},
	)
}

// ownRoutes are those that no application behind us gets, unless the operator gives them away.
func (s *Server) ownRoutes(read []string, page http.Handler) []route {
	sockets := s.sockets.origins.share(s.sockets)
	return []route{
		{"/socket.io/socket.io*", read, page}, // the client's script, not a handshake
		{"/socket.io/*", nil, sockets},
		{"/socket.io", nil, sockets},
		{"/api/websocket/health", read, brief(http.HandlerFunc(s.health))},
		{"/api/websocket/stats", read, brief(http.HandlerFunc(s.statistics))},
		{"/healthz", read, brief(http.HandlerFunc(s.live))},
		{"/readyz", read, brief(http.HandlerFunc(s.ready))},
		{"/metrics", read, brief(s.metrics)},
	}
}

// owns is true for the paths of sockets, and for those that stand in the list or below one that does.
func (s *Server) owns(path string) bool {
	for _, own := range append(s.own, "/socket.io") {
		if path == own || strings.HasPrefix(path, own+"/") {
			return true
		}
	}
	return false
}

func (r route) fits(path string) bool {
	if prefix, all := strings.CutSuffix(r.path, "*"); all {
		return strings.HasPrefix(path, prefix)
	}
	return path == r.path
}

// dispatch compares paths as they are: http.ServeMux would redirect "//" and "..", which is for the application to judge.
func dispatch(table []route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, row := range table {
			if !row.fits(r.URL.Path) {
				continue
			}
			if row.methods != nil && !slices.Contains(row.methods, r.Method) {
				w.Header().Set("Allow", strings.Join(row.methods, ", "))
				writeJSON(w, http.StatusMethodNotAllowed, problem{"method not allowed"})
				return
			}
			row.handler.ServeHTTP(w, r)
			return
		}
		notFound(w, r) // "*" of OPTIONS, authority of CONNECT
	}
}

// problem is how an error looks in a JSON answer.
type problem struct {
	Error string `json:"error"`
}

func notFound(w http.ResponseWriter, r *http.Request) {
	complain(w, r, http.StatusNotFound, "not found", notFoundPage)
}

// complain answers people with a page, and programs in JSON.
func complain(w http.ResponseWriter, r *http.Request, status int, short, page string) {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		writeJSON(w, status, problem{short})
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(page)) // the client may be gone; nobody else cares
}

const notFoundPage = `<!doctype html><meta charset="utf-8"><title>Not found</title><p>There is nothing here. <a href="/">To the page</a></p>
`

// writeJSON answers with v, which is of this moment and for nobody to keep.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := encode(v)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client may be gone; nobody else cares
}
