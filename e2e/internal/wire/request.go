package wire

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Answer is an HTTP answer, read to its end.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Do sends one request on a connection of its own and reads the whole answer.
// An empty contentType sends none.
func Do(ctx context.Context, method, url, contentType string, body []byte) (Answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return Answer{}, fmt.Errorf("make request: %w", err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return Send(req)
}

// patience is how long an answer may take: a server that hangs fails one spec, not the suite.
const patience = 20 * time.Second

// Send is Do for a request that is made already.
func Send(req *http.Request) (Answer, error) {
	// A connection for each request: a spec that leaves one hanging must not hold up the next.
	once := http.Transport{DisableKeepAlives: true}
	res, err := (&http.Client{Transport: &once, Timeout: patience}).Do(req)
	if err != nil {
		return Answer{}, fmt.Errorf("send request: %w", err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return Answer{}, fmt.Errorf("read answer: %w", err)
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Body: string(text)}, nil
}
