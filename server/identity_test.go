package server_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
	"github.com/tickstock/tickcast/server/flaskauth"
	"github.com/tickstock/tickcast/server/sio"
)

// Cookies that Flask has signed with flaskSecret, in September 2025, and what others have made of one.
const (
	flaskSecret    = "dev-secret-key-change-me"
	cookieOf1      = "session=eyJfdXNlcl9pZCI6IjEifQ.aMjzgA.5KXFvORlkLJ-BTnRdl7G-1Vj09Q"
	cookieOf42     = "session=.eJyrVoovLU4tis9MUbJSMjFS0lGKTytKLc5QsiopKk0F8sASiQMMgM5KLi5Kiy_Jz07NA7onmUigVAsAEsBReg.aMjzgA.YhfE-MvBuM7DCB14Q7rI_rwMm8k"
	cookieOfNobody = "session=e30.aMjzgA.CqM040wz4XcV66mRwcvUYEi6Obw"
	cookieTampered = "session=eyJfdXNlcl9pZCI6IjEifQ.aMjzgA.5KXFvORlkLJ-BTnRdl7G-1Vj09A"
	cookieMangled  = "session=eyJfdXNlcl9pZCI6IjEifQ"
)

// byFlask knows users by Flask's cookies, and 42 as an admin.
func byFlask(maxAge time.Duration) server.Identify {
	GinkgoHelper()
	verifier, err := flaskauth.New(flaskauth.Config{
		Secrets: []string{flaskSecret}, CookieName: "session", Salt: "cookie-session", Digest: "sha1", MaxAge: maxAge,
	})
	Expect(err).NotTo(HaveOccurred())
	return (&server.Proofs{Cookies: verifier, Admins: []string{"7", "42"}}).Identify
}

const century = 100 * 365 * 24 * time.Hour

// knock asks for a namespace and returns the answer to that.
func knock(s *site, namespace, cookie string) string {
	GinkgoHelper()
	dialer := ws.Dialer{Header: ws.HandshakeHeaderHTTP(http.Header{"Cookie": {cookie}})}
	conn, buffered, _, err := dialer.Dial(context.Background(), "ws"+s.url[len("http"):]+"/socket.io/?EIO=4&transport=websocket")
	Expect(err).NotTo(HaveOccurred())
	defer conn.Close()
	var in io.Reader = conn
	if buffered != nil {
		in = buffered
	}
	Expect(wsutil.WriteClientText(conn, []byte("40"+namespace+","))).To(Succeed())
	for {
		packet, err := wsutil.ReadServerText(struct {
			io.Reader
			io.Writer
		}{in, conn})
		Expect(err).NotTo(HaveOccurred())
		if packet[0] == '4' {
			return strings.Replace(string(packet), namespace+",", "", 1)
		}
	}
}

// onlyFor is an event for one user alone.
func onlyFor(user string) rooms.Event {
	return rooms.Event{
		Name:     "for_you",
		Audience: rooms.Audience{Namespace: "/", Rooms: []rooms.Room{rooms.UserRoom(user)}},
		Payload:  []byte(`1`),
	}
}

var _ = Describe("A session cookie", func() {
	DescribeTable("names the user to the page",
		func(cookie string, maxAge time.Duration, user, result string) {
			s := startSite(nil, byFlask(maxAge))
			b := connectBrowser(s.url, "Cookie", cookie)
			Expect(b.next("connection_confirmed").payload()).To(ContainSubstring(`"user_id":"` + user + `"`))
			Expect(s.health().Counters.Identities).To(HaveKeyWithValue(result, 1))
			Expect(s.ask("GET", "/metrics").body).To(ContainSubstring(`tickcast_identity_total{result="` + result + `"} 1`))
		},
		Entry("who is logged in", cookieOf1, century, "1", "verified"),
		Entry("whose cookie is compressed", cookieOf42, century, "42", "verified"),
		Entry("whose cookie stands among others", "theme=dark; "+cookieOf1, century, "1", "verified"),
		Entry("as anonymous without one", "theme=dark", century, "anonymous", "anonymous"),
		Entry("as anonymous if nobody is logged in", cookieOfNobody, century, "anonymous", "no user"),
		Entry("as anonymous if it was tampered with", cookieTampered, century, "anonymous", "bad signature"),
		Entry("as anonymous if it is old", cookieOf1, 31*24*time.Hour, "anonymous", "expired"),
		Entry("as anonymous if it is no session", cookieMangled, century, "anonymous", "malformed"),
	)

	DescribeTable("makes an admin",
		func(cookie string, admin bool) {
			users, identify := make(chan server.User, 1), byFlask(century)
			s := startSite(nil, func(socket *sio.Socket) server.User {
				user := identify(socket)
				users <- user
				return user
			})
			enterBrowser(s.url, "Cookie", cookie)
			Expect(users).To(Receive(HaveField("Admin", admin)))
		},
		Entry("of nobody else", cookieOf1, false),
		Entry("of whom the list names", cookieOf42, true),
		Entry("of no anonymous visitor", cookieTampered, false),
	)

	It("proves nobody where none can be verified", func() {
		s := startSite(nil, nil)
		b := connectBrowser(s.url, "Cookie", cookieOf1)
		Expect(b.next("connection_confirmed").payload()).To(ContainSubstring(`"user_id":"anonymous"`))
		Expect(s.health().Counters.Identities).To(HaveKeyWithValue("anonymous", 1))
	})

	It("that is bad is told to the log by its reason, and never itself", func() {
		s := startSite(nil, byFlask(century))
		enterBrowser(s.url, "Cookie", cookieTampered)
		enterBrowser(s.url, "Cookie", cookieOf1)
		Expect(s.log.String()).To(ContainSubstring(`"reason":"bad signature"`))
		Expect(s.log.String()).NotTo(Or(ContainSubstring("eyJf"), ContainSubstring("Vj09"), ContainSubstring(flaskSecret)))
	})

	It("alone opens the user's room: nothing that a page says does", func() {
		s := startSite(nil, byFlask(century))
		user := enterBrowser(s.url, "Cookie", cookieOf1)
		for _, b := range []*browser{
			enterBrowser(s.url, "Cookie", cookieTampered),
			enterBrowser(s.url, "Cookie", cookieOf42),
			enterBrowser(s.url, "User", "1", "X-User", "1", "Authorization", "1"),
		} {
			b.emit("subscribe_patterns", map[string]any{"patterns": []string{}, "user_id": "1", "room": "user_1"})
			b.next("subscription_confirmed")
			b.emit("join", "user_1")
			s.sockets.Router().Route(onlyFor("1"))
			user.next("for_you")
			b.expectNothing()
		}
	})

	It("is not needed for what goes to everyone", func() {
		s := startSite(nil, byFlask(century))
		b := enterBrowser(s.url, "Cookie", cookieTampered)
		s.sockets.Router().Route(alert("Doji"))
		b.next("pattern_alert")
	})

	It("has a metric for each reason from the start", func() {
		text := startSite(nil, nil).ask("GET", "/metrics").body
		for _, result := range []string{
			"verified", "anonymous", "malformed", "bad signature", "expired", "from the future", "too large", "no user",
			"no answer", "disabled", "unchecked", "token malformed", "token signature invalid", "token expired", "token not valid yet",
			"token for another audience", "token without an end", "token names no user",
		} {
			Expect(text).To(ContainSubstring(`tickcast_identity_total{result="` + result + `"} 0`))
		}
		Expect(strings.Count(text, "tickcast_identity_total{")).To(Equal(18))
	})
})

var _ = Describe("Where only users may connect", func() {
	var s *site
	BeforeEach(func() {
		s = startSiteWith(nil, server.Sources{Identify: byFlask(century), LoginOnly: true})
	})

	It("nobody anonymous enters any namespace", func() {
		for _, namespace := range server.NamespaceNames() {
			for _, cookie := range []string{"", cookieOfNobody, cookieTampered} {
				Expect(knock(s, namespace, cookie)).To(Equal(`44{"message":"log in first"}`), "%s with %q", namespace, cookie)
			}
		}
		Expect(s.health().Connections.Sockets).To(HaveEach(0))
		Expect(s.health().Counters.SocketsRefused).To(Equal(3 * len(server.NamespaceNames())))
	})

	It("an admin enters all of them", func() {
		for _, namespace := range server.NamespaceNames() {
			Expect(knock(s, namespace, cookieOf42)).To(HavePrefix(`40{"sid":`), namespace)
		}
	})

	It("a user enters and gets what is the user's", func() {
		b := enterBrowser(s.url, "Cookie", cookieOf1)
		Expect(s.sockets.Router().Route(onlyFor("1"))).To(Equal(1))
		b.next("for_you")
	})
})
