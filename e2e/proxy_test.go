package e2e_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
	"github.com/tickstock/tickcast/e2e/internal/process"
	"github.com/tickstock/tickcast/e2e/internal/wire"
)

// behind is a tickcast before a real Flask application.
type behind struct {
	*stage
	flask *process.Flask
}

func openBehind(env ...string) *behind {
	GinkgoHelper()
	flask, err := process.NewFlask("flask/app.py", GinkgoWriter, "SECRET_KEY="+secretKey)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(flask.Kill)
	settings := []string{"FLASK_UPSTREAM=" + flask.URL(""), "FLASK_SECRET_KEY=" + secretKey}
	b := &behind{flask: flask, stage: newStage(append(settings, env...)...)}
	b.startFlask()
	b.startRedis()
	b.start()
	Eventually(b.get).WithArguments("/readyz").Should(haveStatus(http.StatusOK))
	return b
}

func (b *behind) startFlask() {
	GinkgoHelper()
	Expect(b.flask.Start()).To(Succeed())
	Eventually(func() error {
		_, err := wire.Do(context.Background(), http.MethodGet, b.flask.URL("/login"), "", nil)
		return err
	}).Should(Succeed())
}

// visitor is somebody with a browser: it keeps cookies and follows redirects.
type visitor struct {
	*http.Client
	home *url.URL
}

func (b *behind) visitor() *visitor {
	GinkgoHelper()
	jar, err := cookiejar.New(nil)
	Expect(err).NotTo(HaveOccurred())
	home, err := url.Parse(b.tickcast.URL("/"))
	Expect(err).NotTo(HaveOccurred())
	v := &visitor{&http.Client{Jar: jar, Transport: &http.Transport{}}, home}
	DeferCleanup(v.CloseIdleConnections)
	return v
}

// page is the text of an answer, and the path where it was found in the end.
func page(response *http.Response, err error) (text, path string) {
	GinkgoHelper()
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return string(body), response.Request.URL.Path
}

// cookie is what the browser would send with a handshake.
func (v *visitor) cookie() string {
	var all []string
	for _, c := range v.Jar.Cookies(v.home) {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

var _ = Describe("Flask behind tickcast", func() {
	It("logs a user in, and the user's sockets know who it is", func() {
		b := openBehind()
		v := b.visitor()
		text, path := page(v.Get(b.tickcast.URL("/")))
		Expect(path).To(Equal("/login"), "redirected")
		Expect(text).To(ContainSubstring("<form"))
		user, _ := b.connectAs(client.WebSocket, v.cookie())
		Expect(user).To(Equal(`"anonymous"`))

		text, path = page(v.PostForm(b.tickcast.URL("/login"), url.Values{"user": {"7"}, "password": {"open sesame"}}))
		Expect(path).To(Equal("/"))
		Expect(text).To(Equal("dashboard of 7"))
		for _, transport := range []client.Transport{client.WebSocket, client.Polling, client.Upgrade} {
			user, _ := b.connectAs(transport, v.cookie())
			Expect(user).To(Equal(`"7"`), string(transport))
		}

		_, path = page(v.Get(b.tickcast.URL("/logout")))
		Expect(path).To(Equal("/login"))
		user, _ = b.connectAs(client.WebSocket, v.cookie())
		Expect(user).To(Equal(`"anonymous"`))
	})

	It("makes its links from the address that the browser knows", func() {
		b := openBehind("TRUSTED_PROXIES=10.0.0.0/8")
		request, err := http.NewRequest(http.MethodGet, b.tickcast.URL("/way"), nil)
		Expect(err).NotTo(HaveOccurred())
		request.Host = "tick.example"
		request.Header.Set("X-Forwarded-For", "6.6.6.6")
		answer, err := wire.Send(request)
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.Body).To(MatchJSON(`{"url":"http://tick.example/","peer":"127.0.0.1",
			"X-Forwarded-For":"127.0.0.1","X-Forwarded-Proto":"http","X-Forwarded-Host":"tick.example"}`))
	})

	It("sets several cookies with a redirect, and sees them again", func() {
		b := openBehind()
		text, path := page(b.visitor().Get(b.tickcast.URL("/cookies")))
		Expect(path).To(Equal("/cookies/seen"))
		Expect(text).To(MatchJSON(`{"theme":"dark","tour":"step-2"}`))
	})

	It("has its own API beside ours, with every method, path and query as they came", func() {
		b := openBehind()
		path := "/api/websocket/symbols?q=a%2Fb;c&q=%e4"
		answer, err := wire.Do(context.Background(), http.MethodPut, b.tickcast.URL(path), "application/json", []byte(`["AAPL"]`))
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.Body).To(MatchJSON(`{"path":"` + path + `","got":["AAPL"]}`))
		Expect(b.health().Connections.Total).To(BeZero(), "our own path beside it is still ours")
	})

	It("takes uploads of any size", func() {
		b := openBehind()
		sent := strings.Repeat("0123456789abcdef", 1<<20)
		answer, err := wire.Do(context.Background(), http.MethodPost, b.tickcast.URL("/upload"), "application/octet-stream", []byte(sent))
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.Body).To(MatchJSON(fmt.Sprintf(`{"size":%d,"sha256":"%x"}`, len(sent), sha256.Sum256([]byte(sent)))))
	})

	DescribeTable("answers bit by bit", func(kind string) {
		b := openBehind()
		response, first := b.stream(kind)
		Expect(first).To(Equal("data: first\n\n"))
		b.goOn()
		Expect(io.ReadAll(response.Body)).To(BeEquivalentTo("data: second\n\n"))
	},
		Entry("events", "text/event-stream"),
		Entry("anything else", "text/plain"),
	)

	It("finishes what it has begun when tickcast stops", func() {
		b := openBehind()
		response, _ := b.stream("text/plain")
		p := b.tickcast.Process()
		Expect(p.Signal(syscall.SIGTERM)).To(Succeed())
		Eventually(b.get).WithArguments("/healthz").ShouldNot(haveStatus(http.StatusOK))
		Expect(p.Done()).NotTo(BeClosed())
		Expect(wire.Do(context.Background(), http.MethodPost, b.flask.URL("/stream/go-on"), "", nil)).To(haveStatus(204))
		Expect(io.ReadAll(response.Body)).To(BeEquivalentTo("data: second\n\n"))
		Eventually(p.Done()).Should(BeClosed())
		Expect(p.ExitCode()).To(Equal(0))
	})

	It("may die and come back while alerts go on", func() {
		b := openBehind()
		v := b.visitor()
		page(v.PostForm(b.tickcast.URL("/login"), url.Values{"user": {"7"}, "password": {"open sesame"}}))
		user, inbox := b.connectAs(client.WebSocket, v.cookie())
		Expect(user).To(Equal(`"7"`))

		b.flask.Kill()
		answer := b.get("/")
		Expect(answer).To(haveStatus(http.StatusBadGateway))
		Expect(answer.Body).To(MatchJSON(`{"error":"the application cannot be reached"}`))
		request, err := http.NewRequest(http.MethodGet, b.tickcast.URL("/"), nil)
		Expect(err).NotTo(HaveOccurred())
		request.Header.Set("Accept", "text/html")
		text, _ := page(v.Do(request))
		Expect(text).To(ContainSubstring("<h1>The application cannot be reached</h1>"))
		b.alert("Doji", "AAPL")
		Eventually(symbols).WithArguments(inbox).Should(Equal([]string{"AAPL"}))
		Expect(b.get("/readyz")).To(haveStatus(http.StatusOK))
		Expect(b.health()).To(And(HaveField("Status", "degraded"),
			HaveField("Reasons", ContainElement("the application cannot be reached: connection refused"))))
		user, _ = b.connectAs(client.WebSocket, v.cookie())
		Expect(user).To(Equal(`"7"`), "sessions are verified without Flask")

		b.startFlask()
		text, _ = page(v.Get(b.tickcast.URL("/")))
		Expect(text).To(Equal("dashboard of 7"))
		Expect(b.health().Reasons).NotTo(ContainElement(ContainSubstring("application")))
		b.alert("Doji", "MSFT")
		Eventually(symbols).WithArguments(inbox).Should(Equal([]string{"AAPL", "MSFT"}))
	})
})

// stream begins an answer and reads what Flask has written of it so far.
func (b *behind) stream(kind string) (response *http.Response, first string) {
	GinkgoHelper()
	response, err := http.Get(b.tickcast.URL("/stream?type=" + kind))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(response.Body.Close)
	part := make([]byte, len("data: first\n\n"))
	_, err = io.ReadFull(response.Body, part)
	Expect(err).NotTo(HaveOccurred())
	return response, string(part)
}

func (b *behind) goOn() {
	GinkgoHelper()
	Expect(wire.Do(context.Background(), http.MethodPost, b.tickcast.URL("/stream/go-on"), "", nil)).To(haveStatus(204))
}
