package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing/fstest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// built is a small site with every library in place.
func built() fstest.MapFS {
	files := fstest.MapFS{
		"page/index.html":   {Data: []byte("<title>live</title>")},
		"page/unbuilt.html": {Data: []byte("<title>not built</title>")},
		"page/main.js":      {Data: []byte("// " + strings.Repeat("all the same ", 100))},
		"page/page.css":     {Data: []byte("p { margin: 0 }")},
		"page/favicon.svg":  {Data: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
		"dist/.keep":        {},
	}
	for _, name := range libraries() {
		files[name] = &fstest.MapFile{Data: []byte("/* " + name + " */")}
	}
	return files
}

// ask sends one request with the headers given as name, value, name, value.
func ask(h http.Handler, method, target string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, "/", nil)
	r.URL.Path = target // as a client that cleans nothing would send it
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(res *http.Response) string {
	body, err := io.ReadAll(res.Body)
	Expect(err).NotTo(HaveOccurred())
	return string(body)
}

var _ = Describe("The site", func() {
	DescribeTable("serves", func(target, kind, start string) {
		res := ask(open(built()), "GET", target)
		Expect(res.StatusCode).To(Equal(200))
		Expect(res.Header.Get("Content-Type")).To(Equal(kind))
		Expect(text(res)).To(HavePrefix(start))
	},
		Entry("the page", "/", "text/html; charset=utf-8", "<title>live"),
		Entry("its script", "/assets/main.js", "text/javascript; charset=utf-8", "// all"),
		Entry("its style", "/assets/page.css", "text/css; charset=utf-8", "p {"),
		Entry("its icon", "/assets/favicon.svg", "image/svg+xml", "<svg"),
		Entry("the chart library", "/assets/uplot.js", "text/javascript; charset=utf-8", "/* dist/uplot.js"),
		Entry("the licences", "/assets/licences.txt", "text/plain; charset=utf-8", "/* dist/licences"),
		Entry("the client", "/socket.io/socket.io.js", "text/javascript; charset=utf-8", "/* dist/socket.io.js"),
		Entry("the small client", "/socket.io/socket.io.min.js", "text/javascript; charset=utf-8", "/* dist/socket.io.min.js"),
		Entry("the client's map", "/socket.io/socket.io.js.map", "application/json", "/* dist/socket.io.js.map"),
		Entry("the small client's map", "/socket.io/socket.io.min.js.map", "application/json", "/* dist/socket.io.min.js.map"),
	)

	DescribeTable("knows no other path", func(target string) {
		Expect(ask(open(built()), "GET", target).StatusCode).To(Equal(404))
	},
		Entry("a folder", "/assets/"),
		Entry("a folder without its slash", "/assets"),
		Entry("the folder of the client", "/socket.io/"),
		Entry("a page by its file name", "/assets/index.html"),
		Entry("a file by its source folder", "/page/index.html"),
		Entry("the placeholder", "/assets/.keep"),
		Entry("a step up", "/assets/../site.go"),
		Entry("an encoded step up", "/assets/%2e%2e/site.go"),
		Entry("a step up beside the client", "/socket.io/../dist/uplot.js"),
		Entry("a longer name of the client", "/socket.io/socket.io.js.map.map"),
		Entry("a build of the client that is not offered", "/socket.io/socket.io.esm.min.js"),
		Entry("another case", "/Socket.IO/socket.io.js"),
		Entry("a doubled slash", "//assets/main.js"),
		Entry("a backslash", `/assets\main.js`),
		Entry("a NUL", "/assets/main.js\x00"),
		Entry("nothing", ""),
	)

	DescribeTable("says that it was built without", func(missing string) {
		files := built()
		delete(files, missing)
		res := ask(open(files), "GET", "/")
		Expect(res.StatusCode).To(Equal(200))
		Expect(text(res)).To(ContainSubstring("not built"))
	},
		Entry("the client", "dist/socket.io.min.js"),
		Entry("the chart library", "dist/uplot.js"),
	)

	It("answers 404 for a library that it was built without", func() {
		files := built()
		delete(files, "dist/socket.io.js")
		Expect(ask(open(files), "GET", "/socket.io/socket.io.js").StatusCode).To(Equal(404))
	})

	DescribeTable("protects", func(target string) {
		h := ask(open(built()), "GET", target).Header
		Expect(h.Get("Content-Security-Policy")).To(HavePrefix("default-src 'self';"))
		Expect(h.Get("X-Content-Type-Options")).To(Equal("nosniff"))
		Expect(h.Get("Referrer-Policy")).To(Equal("same-origin"))
	},
		Entry("the page", "/"),
		Entry("an asset", "/assets/main.js"),
		Entry("an error", "/nowhere"),
	)

	It("takes nothing but GET and HEAD", func() {
		res := ask(open(built()), "POST", "/assets/main.js")
		Expect(res.StatusCode).To(Equal(405))
		Expect(res.Header.Get("Allow")).To(Equal("GET, HEAD"))
	})

	It("answers HEAD with the headers of GET and no body", func() {
		s := open(built())
		get, head := ask(s, "GET", "/assets/main.js"), ask(s, "HEAD", "/assets/main.js")
		Expect(head.Header).To(Equal(get.Header))
		Expect(text(head)).To(BeEmpty())
	})

	It("is the one that is compiled in", func() {
		Expect(ask(Handler(), "GET", "/").StatusCode).To(Equal(200))
		Expect(ask(Handler(), "GET", "/assets/main.js").StatusCode).To(Equal(200))
	})
})

var _ = Describe("An asset", func() {
	It("is checked by its hash and not sent twice", func() {
		s := open(built())
		tag := ask(s, "GET", "/assets/main.js").Header.Get("ETag")
		res := ask(s, "GET", "/assets/main.js", "If-None-Match", `"other", `+tag)
		Expect(res.StatusCode).To(Equal(304))
		Expect(text(res)).To(BeEmpty())
	})

	It("has another tag once its bytes differ", func() {
		files := built()
		before := ask(open(files), "GET", "/assets/main.js").Header.Get("ETag")
		files["page/main.js"].Data = append(files["page/main.js"].Data, '\n')
		res := ask(open(files), "GET", "/assets/main.js", "If-None-Match", before)
		Expect(res.StatusCode).To(Equal(200))
	})

	It("must be asked for each time", func() {
		Expect(ask(open(built()), "GET", "/assets/main.js").Header.Get("Cache-Control")).To(Equal("no-cache"))
	})

	It("travels compressed to a browser that can read it", func() {
		files := built()
		res := ask(open(files), "GET", "/assets/main.js", "Accept-Encoding", "gzip, br")
		Expect(res.Header.Get("Content-Encoding")).To(Equal("gzip"))
		z, err := gzip.NewReader(res.Body)
		Expect(err).NotTo(HaveOccurred())
		Expect(io.ReadAll(z)).To(Equal(files["page/main.js"].Data))
	})

	It("has its own tag when compressed, and is checked by it", func() {
		s := open(built())
		plain := ask(s, "GET", "/assets/main.js").Header.Get("ETag")
		small := ask(s, "GET", "/assets/main.js", "Accept-Encoding", "gzip").Header.Get("ETag")
		Expect(small).NotTo(Equal(plain))
		Expect(ask(s, "GET", "/assets/main.js", "Accept-Encoding", "gzip", "If-None-Match", small).StatusCode).To(Equal(304))
		Expect(ask(s, "GET", "/assets/main.js", "Accept-Encoding", "gzip", "If-None-Match", plain).StatusCode).To(Equal(200))
	})

	It("is sent plain when compressing saves nothing", func() {
		res := ask(open(built()), "GET", "/assets/page.css", "Accept-Encoding", "gzip")
		Expect(res.Header.Get("Content-Encoding")).To(BeEmpty())
	})

	It("tells caches that its bytes depend on the encoding", func() {
		Expect(ask(open(built()), "GET", "/assets/main.js").Header.Get("Vary")).To(Equal("Accept-Encoding"))
	})

	DescribeTable("reads Accept-Encoding", func(accept string, compressed bool) {
		res := ask(open(built()), "GET", "/assets/main.js", "Accept-Encoding", accept)
		Expect(res.Header.Get("Content-Encoding") == "gzip").To(Equal(compressed))
	},
		Entry("plain", "gzip", true),
		Entry("among others", "br;q=1.0, GZIP;q=0.5, *;q=0", true),
		Entry("refused", "gzip;q=0", false),
		Entry("refused at length", "br, gzip; q=0.000", false),
		Entry("absent", "br, zstd", false),
		Entry("a longer name", "xgzip", false),
		Entry("nonsense", "gzip;q=much", false),
		Entry("empty", "", false),
	)
})
