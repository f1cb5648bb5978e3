package e2e_test

import (
	"context"
	"net/http"
	"os/exec"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
	"github.com/tickstock/tickcast/e2e/internal/process"
	"github.com/tickstock/tickcast/e2e/internal/wire"
)

// accounts is a real Flask with Flask-Login, and the stage whose tickcast asks it who is who.
type accounts struct {
	*stage
	address string
	flask   *process.Process
}

// openAccounts starts everything. alone is without Flask's key: only the application can name users then.
func openAccounts(env ...string) *accounts {
	GinkgoHelper()
	port, err := process.FreePort()
	Expect(err).NotTo(HaveOccurred())
	a := &accounts{address: process.Loopback(port)}
	a.stage = openStage(append([]string{"AUTH_CALLBACK_URL=http://" + a.address + "/auth/whoami"}, env...)...)
	_, redisPort, _ := strings.Cut(a.redis.Client().Options().Addr, ":")
	a.flask, err = process.Start(exec.Command("/usr/bin/python3", "flask/accounts.py", strconv.Itoa(port), redisPort), GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(a.flask.Kill)
	Eventually(a.tryPost).WithArguments("/users/nobody", "", "{}").Should(haveStatus(http.StatusOK))
	return a
}

func (a *accounts) tryPost(path, cookie, body string) (wire.Answer, error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+a.address+path, strings.NewReader(body))
	if err != nil {
		return wire.Answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Cookie", cookie)
	return wire.Send(request)
}

func (a *accounts) post(path, cookie, body string) wire.Answer {
	GinkgoHelper()
	answer, err := a.tryPost(path, cookie, body)
	Expect(err).NotTo(HaveOccurred())
	Expect(answer).To(haveStatus(http.StatusOK), answer.Body)
	return answer
}

// login gives the browser's cookie.
func (a *accounts) login(user string) (cookie string) {
	GinkgoHelper()
	cookie, _, _ = strings.Cut(a.post("/login/"+user, "", "").Header.Get("Set-Cookie"), ";")
	Expect(cookie).To(HavePrefix("session="))
	return cookie
}

func (a *accounts) change(user, what string) {
	GinkgoHelper()
	a.post("/users/"+user, "", what)
}

// sit connects a page and says whom tickcast takes its user for.
func (a *accounts) sit(options client.Options) (c *client.Client, inbox *client.Inbox, user string) {
	GinkgoHelper()
	c, inbox = a.enter(options)
	Eventually(inbox.Events).WithArguments("connection_confirmed").Should(HaveLen(1))
	return c, inbox, member(inbox.Events("connection_confirmed")[0].Args[0], "user_id")
}
