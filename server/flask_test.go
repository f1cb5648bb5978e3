package server_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/server"
	"github.com/tickstock/tickcast/server/flaskauth"
)

// flask stands for the application's route that says who sends a request.
type flask struct {
	url    string
	wait   time.Duration // for an answer
	asked  atomic.Int32
	answer atomic.Pointer[http.HandlerFunc]
}

func startFlask() *flask {
	GinkgoHelper()
	f := &flask{wait: 20 * time.Second}
	f.says(http.StatusOK, `{"user_id":null}`)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.asked.Add(1)
		(*f.answer.Load())(w, r)
	}))
	DeferCleanup(app.Close)
	f.url = app.URL
	return f
}

func (f *flask) does(answer http.HandlerFunc) { f.answer.Store(&answer) }

func (f *flask) says(status int, body string) {
	f.does(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // who asked may have gone
	})
}

// saysLate waits for the gate, as long as it is asked.
func (f *flask) saysLate(gate <-chan struct{}, body string) {
	f.does(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-gate:
			_, _ = w.Write([]byte(body))
		case <-r.Context().Done():
		}
	})
}

// hangs until who asks gives up, which callbacks made from now on do soon.
func (f *flask) hangs() {
	f.wait = 100 * time.Millisecond
	f.does(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
}

// callback asks f, and remembers for that long.
func (f *flask) callback(keep time.Duration) *flaskauth.Callback {
	return flaskauth.NewCallback(flaskauth.CallbackConfig{URL: f.url, Timeout: f.wait, Keep: keep}, zerolog.New(GinkgoWriter))
}

// cookies verifies those that are signed with flaskSecret.
func cookies() *flaskauth.Verifier {
	GinkgoHelper()
	verifier, err := flaskauth.New(flaskauth.Config{
		Secrets: []string{flaskSecret}, CookieName: "session", Salt: "cookie-session", Digest: "sha1", MaxAge: century,
	})
	Expect(err).NotTo(HaveOccurred())
	return verifier
}

// startSiteProving knows users by proofs, and asks again so often.
func startSiteProving(proofs *server.Proofs, recheck time.Duration) *site {
	GinkgoHelper()
	return startSiteWith(nil, server.Sources{Proofs: proofs, Recheck: recheck})
}
