package e2e_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/chromium"
)

// startFront is a balancer as many have it: the pages come from one place, /socket.io/ from tickcast, and
// to the browser both are one origin. It serves the pages of this folder and the client of each version.
func startFront(s *stage) string {
	GinkgoHelper()
	upstream, err := url.Parse(s.tickcast.URL("/"))
	Expect(err).NotTo(HaveOccurred())
	routes := http.NewServeMux()
	routes.Handle("/socket.io/", &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(upstream)
		r.Out.Host = r.In.Host
	}})
	routes.Handle("/pages/", http.StripPrefix("/pages/", http.FileServer(http.Dir("pages"))))
	routes.HandleFunc("/client/{file}", func(w http.ResponseWriter, r *http.Request) {
		version := strings.TrimSuffix(r.PathValue("file"), ".js")
		http.ServeFile(w, r, "node_modules/sio-"+version+"/dist/socket.io.js")
	})
	front := httptest.NewServer(routes)
	DeferCleanup(front.Close)
	return front.URL
}

// tab is a page in a browser of its own.
type tab struct{ page *chromium.Page }

// openTab shows one of the pages and waits until its sockets are connected. cookie may be empty.
func openTab(s *stage, name, cookie string) *tab {
	GinkgoHelper()
	t := showTab(s, name, cookie)
	Eventually(t.run).WithArguments("connected()").Should(BeTrue())
	return t
}

func showTab(s *stage, name, cookie string) *tab {
	GinkgoHelper()
	front := startFront(s)
	page, err := chromium.Open(context.Background(), front+"/pages/watch.js", io.Discard) // anything of the origin, to have its cookies
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(page.Close)
	t := &tab{page}
	Eventually(t.run).WithArguments("location.origin").Should(Equal(front))
	if cookie != "" {
		t.run("document.cookie = '" + cookie + "; path=/'")
	}
	t.run("location.href = '/pages/" + name + ".html'")
	Eventually(t.run).WithArguments("typeof sockets").Should(Equal("object"))
	return t
}

// run gives the value of an expression, or the text of what it threw.
func (t *tab) run(expression string) any {
	value, err := t.page.Run(context.Background(), expression)
	if err != nil {
		return err.Error()
	}
	return value
}

// text is what the element of that id shows.
func (t *tab) text(id string) any {
	return t.run("document.getElementById('" + id + "').innerText")
}

// wellBehaved: the page threw nothing and would have shown no toast.
func (t *tab) wellBehaved() {
	GinkgoHelper()
	Expect(t.run("thrown")).To(BeEmpty())
	Expect(t.run("toasts")).To(BeEmpty())
}
