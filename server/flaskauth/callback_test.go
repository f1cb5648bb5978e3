package flaskauth_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gleak"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/server/flaskauth"
)

// app stands for Flask: it counts the questions and answers each as a spec says.
type app struct {
	url    string
	asked  atomic.Int32
	answer atomic.Pointer[http.HandlerFunc]
}

func startApp(answer http.HandlerFunc) *app {
	GinkgoHelper()
	before := gleak.Goroutines()
	DeferCleanup(func() { Eventually(gleak.Goroutines).ShouldNot(gleak.HaveLeaked(before)) })
	a := &app{}
	a.answer.Store(&answer)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.asked.Add(1)
		(*a.answer.Load())(w, r)
	}))
	DeferCleanup(server.Close)
	a.url = server.URL + "/auth/whoami?for=tickcast"
	return a
}

// callback asks it; nothing is remembered unless a spec says so.
func (a *app) callback(keep time.Duration) *flaskauth.Callback {
	return callbackTo(flaskauth.CallbackConfig{URL: a.url, Timeout: patience, Keep: keep}, GinkgoWriter)
}

// hurried does not wait for an answer that never comes.
func (a *app) hurried() *flaskauth.Callback {
	return callbackTo(flaskauth.CallbackConfig{URL: a.url, Timeout: 100 * time.Millisecond}, GinkgoWriter)
}

// patience is more than any answer takes on a machine that is busy.
const patience = 20 * time.Second

func callbackTo(cfg flaskauth.CallbackConfig, log io.Writer) *flaskauth.Callback {
	c := flaskauth.NewCallback(cfg, zerolog.New(log))
	DeferCleanup(c.Close)
	return c
}

// late answers once the gate is open, if it is still asked then.
func late(gate <-chan struct{}, answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-gate:
			answer(w, r)
		case <-r.Context().Done():
		}
	}
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

var someone = flaskauth.Credentials{
	Cookie: "session=planted-cookie", Authorization: "Bearer planted-token", UserAgent: "Netscape", Address: "192.0.2.7",
}

var _ = Describe("The auth callback", func() {
	It("is shown what the browser sent, and where from", func() {
		requests := make(chan *http.Request, 1)
		a := startApp(func(w http.ResponseWriter, r *http.Request) {
			requests <- r
			says(200, `{"user_id":"7"}`)(w, r)
		})
		answer, err := a.callback(0).Ask(someone)
		Expect(err).NotTo(HaveOccurred())
		Expect(answer).To(Equal(flaskauth.Answer{User: "7"}))
		r := <-requests
		Expect(r.Method).To(Equal("GET"))
		Expect(r.URL.RequestURI()).To(Equal("/auth/whoami?for=tickcast"))
		Expect(r.Header).To(Equal(http.Header{
			"Accept": {"application/json"}, "Cookie": {"session=planted-cookie"}, "Authorization": {"Bearer planted-token"},
			"User-Agent": {"Netscape"}, "X-Forwarded-For": {"192.0.2.7"},
		}))
	})

	DescribeTable("answers",
		func(status int, body string, want flaskauth.Answer, result string) {
			c := startApp(says(status, body)).callback(0)
			answer, err := c.Ask(someone)
			Expect(err).NotTo(HaveOccurred())
			Expect(answer).To(Equal(want))
			Expect(c.State().Results).To(HaveKeyWithValue(result, BeEquivalentTo(1)))
		},
		Entry("a user", 200, `{"user_id":"7","roles":["trader"],"disabled":false,"name":{"first":"J"}}`, flaskauth.Answer{User: "7"}, "user"),
		Entry("a user by a number", 200, `{"user_id":7}`, flaskauth.Answer{User: "7"}, "user"),
		Entry("a user by the other name", 200, `{"user":"7","roles":null,"disabled":null}`, flaskauth.Answer{User: "7"}, "user"),
		Entry("an admin", 200, `{"user_id":"1","roles":["trader","admin"]}`, flaskauth.Answer{User: "1", Admin: true}, "user"),
		Entry("a super user", 200, `{"user_id":"1","roles":["super"]}`, flaskauth.Answer{User: "1", Admin: true}, "user"),
		Entry("no admin by another case", 200, `{"user_id":"1","roles":["Admin"],"ROLES":["admin"]}`, flaskauth.Answer{User: "1"}, "user"),
		Entry("a disabled account", 200, `{"user_id":"7","disabled":true}`, flaskauth.Answer{User: "7", Disabled: true}, "disabled"),
		Entry("nobody", 200, `{"user_id":null}`, flaskauth.Answer{}, "nobody"),
		Entry("nobody, whatever the roles", 200, `{"user_id":null,"roles":["admin"]}`, flaskauth.Answer{}, "nobody"),
		Entry("unauthorized: nobody", 401, `{"user_id":"7"}`, flaskauth.Answer{}, "nobody"),
		Entry("forbidden: nobody", 403, ``, flaskauth.Answer{}, "nobody"),
	)

	DescribeTable("gives no answer",
		func(status int, body string, failure flaskauth.Failure) {
			c := startApp(says(status, body)).callback(time.Hour)
			_, err := c.Ask(someone)
			Expect(err).To(MatchError(failure))
			Expect(c.State().Failure).To(Equal(failure))
			Expect(c.State().Results).To(HaveKeyWithValue(string(failure), BeEquivalentTo(1)))
		},
		Entry("when it breaks", 500, `{"user_id":"7"}`, flaskauth.BadStatus),
		Entry("when it is not there", 404, ``, flaskauth.BadStatus),
		Entry("with nothing to say", 204, ``, flaskauth.BadStatus),
		Entry("with an empty body", 200, ``, flaskauth.BadAnswer),
		Entry("with a page", 200, `<!doctype html><title>Log in</title>`, flaskauth.BadAnswer),
		Entry("with a list", 200, `["7"]`, flaskauth.BadAnswer),
		Entry("with an object that names nobody", 200, `{"status":"ok"}`, flaskauth.BadAnswer),
		Entry("in other letters", 200, `{"USER_ID":"7"}`, flaskauth.BadAnswer),
		Entry("with an empty id", 200, `{"user_id":""}`, flaskauth.BadAnswer),
		Entry("with a fraction", 200, `{"user_id":7.5}`, flaskauth.BadAnswer),
		Entry("with an object as the user", 200, `{"user":{"id":7}}`, flaskauth.BadAnswer),
		Entry("with an id that cannot be printed", 200, `{"user_id":"7\u0000"}`, flaskauth.BadAnswer),
		Entry("with an id that is too long", 200, `{"user_id":"`+strings.Repeat("7", 65)+`"}`, flaskauth.BadAnswer),
		Entry("with roles that are no list", 200, `{"user_id":"7","roles":"admin"}`, flaskauth.BadAnswer),
		Entry("with a perhaps", 200, `{"user_id":"7","disabled":"no"}`, flaskauth.BadAnswer),
		Entry("that ends", 200, `{"user_id":"7","x":"`+strings.Repeat("x", 16<<10)+`"}`, flaskauth.LongAnswer),
	)

	It("follows nobody to the login", func() {
		a := startApp(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/login" {
				says(200, `{"user_id":"7"}`)(w, r)
				return
			}
			http.Redirect(w, r, "/login", http.StatusFound)
		})
		Expect(a.callback(0).Ask(someone)).To(Equal(flaskauth.Answer{}))
		Expect(a.asked.Load()).To(BeEquivalentTo(1))
	})

	It("is not waited for longer than its time", func() {
		a := startApp(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		_, err := a.hurried().Ask(someone)
		Expect(err).To(MatchError(flaskauth.Timeout))
	})

	It("is not listened to without end", func() {
		a := startApp(func(w http.ResponseWriter, r *http.Request) {
			says(200, strings.Repeat(" ", 20<<10))(w, r)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
		_, err := a.callback(0).Ask(someone)
		Expect(err).To(MatchError(flaskauth.LongAnswer))
	})

	It("is not waited for in the midst of an answer either", func() {
		a := startApp(func(w http.ResponseWriter, r *http.Request) {
			says(200, `{"user_id":`)(w, r)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
		_, err := a.hurried().Ask(someone)
		Expect(err).To(MatchError(flaskauth.Timeout))
	})

	It("is unreachable while nobody listens, and tells the log twice: of the loss and of the return", func() {
		log := gbytes.NewBuffer()
		a := startApp(says(500, "planted-body"))
		c := callbackTo(flaskauth.CallbackConfig{URL: a.url, Timeout: patience}, log)
		for range 5 {
			_, err := c.Ask(someone)
			Expect(err).To(HaveOccurred())
		}
		well := says(200, `{"user_id":"7"}`)
		a.answer.Store(&well)
		for range 5 {
			_, err := c.Ask(someone)
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(strings.Count(string(log.Contents()), "\n")).To(Equal(2))
		Expect(log).To(gbytes.Say("gives no answer"))
		Expect(log).To(gbytes.Say("answers again"))
		Expect(string(log.Contents())).NotTo(ContainSubstring("planted"))

		_, err := callbackTo(flaskauth.CallbackConfig{URL: "http://127.0.0.1:1/", Timeout: patience}, log).Ask(someone)
		Expect(err).To(MatchError(flaskauth.Unreachable))
	})
})
