package flaskauth

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	maxAnswer      = 16 << 10 // bytes
	maxAsked       = 32       // questions at once: a crowd that returns must not drown the application
	maxIdle        = 8        // connections kept between questions
	idleConnection = 30 * time.Second
)

// newClient reuses connections, follows no redirect and knows no proxy: cookies go to the application or nowhere.
func newClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  nil,
			MaxConnsPerHost:        maxAsked,
			MaxIdleConnsPerHost:    maxIdle,
			IdleConnTimeout:        idleConnection,
			MaxResponseHeaderBytes: maxAnswer,
			DisableCompression:     true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// ask puts one question. Its error is a Failure.
func (c *Callback) ask(who Credentials) (Answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url, nil)
	if err != nil {
		return Answer{}, Unreachable
	}
	request.Header.Set("Accept", "application/json")
	who.put(request.Header)
	response, err := c.client.Do(request)
	if err != nil {
		return Answer{}, failureOf(err) // the error itself may quote a header
	}
	defer response.Body.Close()
	switch code := response.StatusCode; {
	case code == http.StatusOK:
		return receive(response.Body)
	case code == http.StatusUnauthorized, code == http.StatusForbidden, code >= 300 && code < 400: // to the login
		return Answer{}, nil
	}
	return Answer{}, BadStatus
}

func receive(body io.Reader) (Answer, error) {
	text, err := io.ReadAll(io.LimitReader(body, maxAnswer+1))
	if err != nil {
		return Answer{}, failureOf(err)
	}
	if len(text) > maxAnswer {
		return Answer{}, LongAnswer
	}
	answer, ok := readAnswer(text)
	if !ok {
		return Answer{}, BadAnswer
	}
	return answer, nil
}

func failureOf(err error) Failure {
	if errors.Is(err, context.DeadlineExceeded) {
		return Timeout
	}
	return Unreachable
}
