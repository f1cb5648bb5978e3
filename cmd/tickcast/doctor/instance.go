package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

const maxAnswer = 1 << 20 // bytes of an answer that are read

// health is what an instance says of itself, as far as it matters here.
type health struct {
	Version string    `json:"version"`
	Status  string    `json:"status"`
	Reasons []string  `json:"reasons"`
	Redis   *struct{} `json:"redis"` // nil = it is somebody else's report
}

// dialer makes every request on a connection of its own, as a new browser would.
func dialer() *http.Client {
	return &http.Client{
		Timeout:       answerTime,
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func askHealth(ctx context.Context, base string) (h health, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/websocket/health", nil)
	if err != nil {
		return h, err
	}
	code, header, body, err := ask(dialer(), r)
	if err != nil {
		return h, err
	}
	if err := json.Unmarshal(body, &h); err != nil || h.Version == "" || h.Redis == nil {
		if name := header.Get("Server"); name != "" {
			return h, fmt.Errorf("%.40q answers there, with status %d", name, code)
		}
		return h, fmt.Errorf("it answers with status %d", code)
	}
	return h, nil
}

// ask reads the answer to its end, or to what anybody needs of it.
func ask(client *http.Client, r *http.Request) (code int, header http.Header, body []byte, err error) {
	answer, err := client.Do(r)
	if err != nil {
		if wrapped, is := errors.AsType[*url.Error](err); is {
			err = wrapped.Err // which does not repeat the URL
		}
		return 0, nil, nil, err
	}
	defer answer.Body.Close()
	body, err = io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	return answer.StatusCode, answer.Header, body, err
}

func (h health) verdict(place string) verdict {
	if h.Status == "healthy" {
		return fine("tickcast %s serves at %s, and is healthy", h.Version, place)
	}
	return doubtful("see what its reasons say; /api/websocket/health has the rest", "tickcast %s serves at %s, but is %s: %s", h.Version, place, h.Status, strings.Join(h.Reasons, "; "))
}

func instance(ctx context.Context, s *subject) verdict {
	if s.URL == "" {
		return verdict{}
	}
	h, err := askHealth(ctx, s.URL)
	if err != nil {
		return broken("start tickcast, or have the proxy pass /api/websocket/health and /socket.io/ on to it", "at %s is no tickcast: %v", hostOf(s.URL), err)
	}
	return h.verdict(hostOf(s.URL))
}

// websocket shakes hands as a browser would.
func websocket(ctx context.Context, s *subject) verdict {
	if s.URL == "" {
		return verdict{}
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	const mend = "have the proxy pass Upgrade and Connection on: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade"
	conn, early, _, err := ws.Dial(ctx, "ws"+strings.TrimPrefix(s.URL, "http")+"/socket.io/?EIO=4&transport=websocket")
	if err != nil {
		return broken(mend, "no websocket can be opened at %s: %v", hostOf(s.URL), err)
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline) // a connection that is gone cannot be read either
	in := io.Reader(conn)
	if early != nil {
		in = early
	}
	hello, err := wsutil.ReadServerText(struct {
		io.Reader
		io.Writer
	}{in, conn})
	if err != nil || !strings.HasPrefix(string(hello), "0{") {
		return broken(mend, "a websocket can be opened at %s, but no Socket.IO is behind it", hostOf(s.URL))
	}
	return fine("can be opened at %s", hostOf(s.URL))
}
