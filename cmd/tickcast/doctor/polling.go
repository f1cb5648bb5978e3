package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// samples of two instances in turns, or by chance, all come back to the same one once in 128 times.
const samples = 8

// polling opens sessions as browsers do that cannot use websockets, and goes on with each over a new
// connection. A balancer in between must find the instance that has the session.
func polling(ctx context.Context, s *subject) verdict {
	if s.URL == "" {
		return verdict{}
	}
	lost := 0
	for range samples {
		poll, err := s.poll(ctx, "")
		if err != nil {
			return broken("have the proxy pass /socket.io/ on to tickcast, with GET and POST", "no session can be opened at %s: %v", hostOf(s.URL), err)
		}
		code, err := poll.send(ctx, "40") // to the namespace /
		if err != nil {
			return broken("look at the proxy", "a session at %s cannot be gone on with: %v", hostOf(s.URL), err)
		}
		if code != http.StatusOK {
			lost++
			continue
		}
		_, _ = poll.send(ctx, "1") // closes it; else it ends by itself
	}
	if lost > 0 {
		return broken("polling needs sticky sessions: ip_hash in nginx, a cookie or balance source in haproxy; or let pages use websocket alone",
			"%d of %d sessions were not known at the second request: the balancer took it to another instance", lost, samples)
	}
	return fine("all of %d sessions were known at the second request", samples)
}

// poll is one session. It keeps cookies: some balancers stick by one.
type poll struct {
	client *http.Client
	where  string
}

// knock says how a handshake of a page ends.
func (s *subject) knock(ctx context.Context, origin string) (code int, err error) {
	p, err := s.poll(ctx, origin)
	if refused, is := errors.AsType[refusedError](err); is {
		return int(refused), nil
	}
	if err != nil {
		return 0, err
	}
	_, _ = p.send(ctx, "1") // closes it; else it ends by itself
	return http.StatusOK, nil
}

// refusedError is the status of a handshake that opened nothing.
type refusedError int

func (e refusedError) Error() string { return fmt.Sprintf("the handshake ends with status %d", int(e)) }

// poll opens a session, for a page of an origin or for no page at all.
func (s *subject) poll(ctx context.Context, origin string) (*poll, error) {
	p := &poll{client: dialer(), where: s.URL + "/socket.io/?EIO=4&transport=polling"}
	p.client.Jar, _ = cookiejar.New(nil) // never fails
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.where, nil)
	if err != nil {
		return nil, err
	}
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	code, _, body, err := ask(p.client, r)
	if err != nil {
		return nil, err
	}
	if code != http.StatusOK {
		return nil, refusedError(code)
	}
	var hello struct {
		ID string `json:"sid"`
	}
	packet, found := strings.CutPrefix(string(body), "0")
	if err := json.Unmarshal([]byte(packet), &hello); !found || err != nil || hello.ID == "" {
		return nil, errors.New("what answers is no Socket.IO")
	}
	p.where += "&sid=" + url.QueryEscape(hello.ID)
	return p, nil
}

func (p *poll) send(ctx context.Context, packet string) (code int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.where, strings.NewReader(packet))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "text/plain;charset=UTF-8")
	code, _, _, err = ask(p.client, r)
	return code, err
}
