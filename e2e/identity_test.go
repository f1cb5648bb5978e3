package e2e_test

import (
	"context"
	"os/exec"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"github.com/tickstock/tickcast/e2e/internal/client"
	"github.com/tickstock/tickcast/e2e/internal/driver"
	"github.com/tickstock/tickcast/e2e/internal/flaskcookie"
)

const (
	sessionKey = "planted-key-of-this-year"
	retiredKey = "planted-key-of-last-year"
)

// login is the Cookie header of a user whom a real Flask with that key has logged in.
func login(key, user string) string {
	GinkgoHelper()
	cmd := exec.Command("/usr/bin/python3", "clients/flask_session.py")
	cmd.Stdin = strings.NewReader(`{"secret":` + quoted(key) + `,"user":` + quoted(user) + `}`)
	cmd.Stderr = GinkgoWriter
	cookie, err := cmd.Output()
	Expect(err).NotTo(HaveOccurred())
	Expect(string(cookie)).To(HavePrefix("session="))
	return string(cookie)
}

// tampered changes the last letter of the payload.
func tampered(cookie string) string {
	end := strings.LastIndex(cookie[:strings.LastIndex(cookie, ".")], ".")
	return cookie[:end-1] + string(cookie[end-1]^1) + cookie[end:]
}

// connectAs connects with a cookie and returns the user that the server has seen.
func (s *stage) connectAs(transport client.Transport, cookie string) (user string, inbox *client.Inbox) {
	GinkgoHelper()
	inbox = new(client.Inbox)
	c, err := client.Dial(context.Background(), client.Options{
		Address: s.tickcast.Address(), Transport: transport, Cookie: cookie, Packet: inbox.Take,
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(c.Close)
	Eventually(inbox.Events).WithArguments("connection_confirmed").Should(HaveLen(1))
	return member(inbox.Events("connection_confirmed")[0].Args[0], "user_id"), inbox
}

var _ = Describe("A session of Flask", func() {
	DescribeTable("names its user to tickcast", func(transport client.Transport) {
		s := openStage("FLASK_SECRET_KEY=" + sessionKey)
		user, _ := s.connectAs(transport, "theme=dark; "+login(sessionKey, "7"))
		Expect(user).To(Equal(`"7"`))
		Expect(s.metric(`tickcast_identity_total{result="verified"}`)).To(Equal(1.0))
		Expect(s.metric("tickcast_users")).To(Equal(1.0))
	},
		Entry("over websocket", client.WebSocket),
		Entry("over polling", client.Polling),
		Entry("after an upgrade", client.Upgrade),
	)

	It("that is none makes an anonymous visitor, who gets what goes to everyone", func() {
		s := openStage("FLASK_SECRET_KEY=" + sessionKey)
		for result, cookie := range map[string]string{
			"bad signature": tampered(login(sessionKey, "7")),
			"malformed":     "session=7",
			"expired":       flaskcookie.Header(sessionKey, "7", time.Now().Add(-32*24*time.Hour)),
			"anonymous":     "user_id=7",
		} {
			user, inbox := s.connectAs(client.WebSocket, cookie)
			Expect(user).To(Equal(`"anonymous"`), result)
			Expect(s.metric(`tickcast_identity_total{result="` + result + `"}`)).To(Equal(1.0))
			s.alert("Doji", "AAPL")
			Eventually(symbols).WithArguments(inbox).Should(Equal([]string{"AAPL"}))
		}
		Expect(s.metric("tickcast_users")).To(BeZero())
	})

	It("stays good when the key is replaced, until the old one is forgotten", func() {
		before := login(retiredKey, "7")
		s := openStage("FLASK_SECRET_KEY="+sessionKey, "SECRET_KEY_FALLBACKS=another,"+retiredKey)
		user, _ := s.connectAs(client.WebSocket, before)
		Expect(user).To(Equal(`"7"`))
		user, _ = s.connectAs(client.WebSocket, login(sessionKey, "8"))
		Expect(user).To(Equal(`"8"`))

		after := openStage("FLASK_SECRET_KEY=" + sessionKey)
		user, _ = after.connectAs(client.WebSocket, before)
		Expect(user).To(Equal(`"anonymous"`))
	})

	It("is asked for where only users may connect", func() {
		s := openStage("FLASK_SECRET_KEY="+sessionKey, "TICKCAST_AUTH_ANONYMOUS=deny")
		_, err := client.Dial(context.Background(), client.Options{Address: s.tickcast.Address(), Transport: client.WebSocket})
		Expect(err).To(MatchError(HaveSuffix(`4{"message":"log in first"}`)))

		page, err := driver.Start(exec.Command("node", "clients/javascript.cjs"), driver.Setup{
			URL: "http://" + s.tickcast.Address(), Version: "4.8.4", Transports: []string{"websocket"}, Events: []string{},
		}, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(page.Stop)
		Eventually(page.Told).WithArguments("connect_error").Should(ContainElement(HaveField("Message", "log in first")))

		user, _ := s.connectAs(client.Polling, login(sessionKey, "7"))
		Expect(user).To(Equal(`"7"`))
	})

	It("leaves neither key nor cookie in the log", func() {
		log := gbytes.NewBuffer()
		GinkgoWriter.TeeTo(log)
		DeferCleanup(GinkgoWriter.ClearTeeWriters)
		cookie := login(sessionKey, "7")
		s := openStage("FLASK_SECRET_KEY="+sessionKey, "SECRET_KEY_FALLBACKS="+retiredKey, "LOG_LEVEL=trace")
		s.connectAs(client.Polling, cookie)
		s.connectAs(client.WebSocket, tampered(cookie))
		s.stop(s.tickcast.Process())
		said := string(log.Contents())
		Expect(said).To(ContainSubstring(`"reason":"bad signature"`))
		Expect(said).NotTo(ContainSubstring("planted"))
		for _, part := range strings.Split(strings.TrimPrefix(cookie, "session="), ".") {
			if len(part) > 8 {
				Expect(said).NotTo(ContainSubstring(part))
			}
		}
	})
})
