package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// asset is one file, ready to be sent plain or compressed.
type asset struct {
	// Set once, then read only.
	kind  string
	tag   string
	plain []byte
	small func() []byte // gzip of plain, made by the first browser that wants it; nil if it saves nothing
}

func newAsset(name string, body []byte) *asset {
	sum := sha256.Sum256(body)
	return &asset{
		kind:  contentType(name),
		tag:   hex.EncodeToString(sum[:12]),
		plain: body,
		small: sync.OnceValue(func() []byte { return compress(body) }),
	}
}

// contentType does not ask the mime package, which answers by the machine it runs on.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".map":
		return "application/json"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

func compress(body []byte) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is a valid one, the only error there is
	z.Write(body)                                           // a bytes.Buffer takes everything
	z.Close()
	if out.Len() >= len(body) {
		return nil
	}
	return out.Bytes()
}

// ServeHTTP lets a browser keep its copy but ask each time: an answer of 304 costs a round trip,
// a script that is older than its page costs a broken page.
func (a *asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	body, tag := a.plain, a.tag
	if acceptsGzip(r.Header.Values("Accept-Encoding")) {
		if small := a.small(); small != nil {
			body, tag = small, tag+"-gz" // other bytes, so another strong tag
			h.Set("Content-Encoding", "gzip")
			h.Set("Content-Length", strconv.Itoa(len(body)))
		}
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// acceptsGzip reads Accept-Encoding: gzip is wanted when it is named and its weight is not zero.
func acceptsGzip(accept []string) bool {
	for _, line := range accept {
		for coding := range strings.SplitSeq(line, ",") {
			name, weight, _ := strings.Cut(coding, ";")
			if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
				continue
			}
			_, q, weighed := strings.Cut(weight, "=")
			value, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
			return !weighed || (err == nil && value > 0)
		}
	}
	return false
}
