package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
	"github.com/tickstock/tickcast/e2e/internal/driver"
	"github.com/tickstock/tickcast/e2e/internal/process"
)

// tabs opens a page of the user in each way, and more until every instance has one.
func (s *site) tabs(user string) (all []*driver.Driver) {
	GinkgoHelper()
	for _, way := range ways() {
		all = append(all, s.tab(user, way.transports...))
	}
	for len(all) < 8 && slices.Contains(s.sockets(), 0) {
		all = append(all, s.tab(user, "websocket"))
	}
	Expect(s.sockets()).NotTo(ContainElement(0), "instances without a page")
	return all
}

// queue emits as Flask would.
func (s *site) queue(event, word, room string) {
	GinkgoHelper()
	s.publish(pythonQueue, fmt.Sprintf(`{"method":"emit","event":%q,"data":[%q],"namespace":"/","room":%s}`, event, word, room))
}

var _ = Describe("Behind a real balancer", func() {
	DescribeTable("every transport works, and what is for a user reaches all his tabs wherever they are, once",
		func(name string, instances int) {
			s := openSite(name, instances, noFlask)
			tabs := s.tabs("7")
			other := s.tab("8", "websocket")
			for _, tab := range tabs {
				for n := range 5 {
					Expect(tab.Emit(n+1, "subscribe", map[string]any{"subscription_type": "tier_patterns", "filters": map[string]any{"symbols": []string{"AAPL"}}})).To(Succeed())
				}
				Eventually(tab.Told).WithArguments("ack").Should(HaveLen(5))
			}
			s.pattern("one", "Doji", "AAPL", "daily", 0.9)
			s.queue("note", "for 7", `"user_7"`)
			s.queue("note", "for 8", `"user_8"`)
			s.queue("end", "", "null")
			for _, tab := range append(tabs, other) {
				Eventually(tab.Events).WithArguments("end").Should(HaveLen(1))
				Expect(tab.Told("connect_error", "disconnect")).To(BeEmpty())
			}
			for _, tab := range tabs {
				Eventually(tab.Events).WithArguments("tier_pattern").Should(HaveLen(1))
				Expect(firstArgs(tab, "note")).To(Equal([]string{`"for 7"`}))
			}
			Expect(firstArgs(other, "note")).To(Equal([]string{`"for 8"`}))
			Expect(other.Events("tier_pattern")).To(BeEmpty())
		},
		Entry("nginx, one instance", "nginx in front", 1),
		Entry("nginx, two instances", "nginx in front", 2),
		Entry("nginx for /socket.io/ alone, two instances", "nginx beside", 2),
		Entry("haproxy, one instance", "haproxy, beside", 1),
		Entry("haproxy, two instances", "haproxy, beside", 2),
	)

	DescribeTable("an instance that drains hands its clients over to the other, and no attempt fails",
		func(name string) {
			s := openSite(name, 2, noFlask, "SHUTDOWN_DELAY=1s", "TICKCAST_DRAIN_SPREAD=1500ms")
			tabs := s.tabs("7")
			for range 3 {
				s.join(client.WebSocket) // without the balancer: while they go one by one, newcomers are refused here
			}
			p := s.tickcast.Process()
			Expect(p.Signal(syscall.SIGTERM)).To(Succeed())
			const handshake = "/socket.io/?EIO=4&transport=polling"
			Eventually(s.get).WithArguments(handshake).Should(haveStatus(http.StatusServiceUnavailable))
			for n := 2; n < 8; n++ {
				Expect(s.ask(s.visitor(fmt.Sprintf("127.0.0.%d", n)), handshake)).To(haveStatus(http.StatusOK), "newcomers find the other")
			}
			Eventually(p.Done()).Should(BeClosed())
			Expect(p.ExitCode()).To(Equal(0))
			Eventually(func() int { return s.second.health().Connections.Sockets["/"] }).Should(Equal(len(tabs)))
			s.queue("note", "after", `"user_7"`)
			for _, tab := range tabs {
				Eventually(firstArgs).WithArguments(tab, "note").Should(Equal([]string{`"after"`}))
				Expect(tab.Told("connect_error")).To(BeEmpty())
				Expect(tab.Told("disconnect")).To(Or(BeEmpty(), ConsistOf(HaveField("Reason", HavePrefix("transport ")))))
			}
		},
		Entry("nginx", "nginx in front"),
		Entry("haproxy", "haproxy, beside"),
	)

	DescribeTable("a page is judged by the address that the browser knows, and comes from its own",
		func(name string) {
			asked := make(chan string, 10)
			callback := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked <- r.Header.Get("X-Forwarded-For")
				fmt.Fprint(w, `{"user_id":"7"}`)
			}))
			DeferCleanup(callback.Close)
			s := openSite(name, 2, noFlask, "AUTH_CALLBACK_URL="+callback.URL+"/auth/whoami")
			v := s.visitor("127.0.0.9")
			const handshake = "/socket.io/?EIO=4&transport=polling"
			for origin, status := range map[string]int{
				"http://tick.example:8443": http.StatusOK, "http://tick.example": http.StatusForbidden, "https://tick.example:8443": http.StatusForbidden,
				"http://" + s.front: http.StatusForbidden, "http://" + s.tickcast.Address(): http.StatusForbidden,
			} {
				Expect(s.ask(v, handshake, "Host", "tick.example:8443", "Origin", origin,
					"X-Forwarded-Host", strings.TrimPrefix(origin, "http://"), "Forwarded", "host="+origin)).To(haveStatus(status), origin)
			}
			hello := s.ask(v, handshake, "X-Forwarded-For", "6.6.6.6", "Cookie", "session=7").Body
			session := handshake + "&sid=" + strings.Trim(member([]byte(strings.TrimPrefix(hello, "0")), "sid"), `"`)
			request, err := http.NewRequest(http.MethodPost, "http://"+s.front+session, strings.NewReader("40"))
			Expect(err).NotTo(HaveOccurred())
			request.Header.Set("X-Forwarded-For", "6.6.6.6")
			request.Header.Set("Cookie", "session=7")
			text, _ := page(v.Do(request))
			Expect(text).To(Equal("ok"))
			Expect(s.ask(v, session, "Cookie", "session=7").Body).To(ContainSubstring(`40{"sid"`))
			Eventually(asked).Should(Receive(Equal("127.0.0.9")))
		},
		Entry("nginx in front", "nginx in front"),
		Entry("nginx beside", "nginx beside"),
		Entry("haproxy", "haproxy, beside"),
	)
})

var _ = Describe("Flask behind a real balancer", func() {
	// openTeam starts the team's Flask and the site, whose tickcast stands before Flask or beside it.
	openTeam := func(name, proxies string, front bool) *site {
		GinkgoHelper()
		flask, err := process.NewFlask("flask/team.py", GinkgoWriter, "SECRET_KEY="+secretKey, "PROXIES="+proxies)
		Expect(err).NotTo(HaveOccurred())
		env := []string{"FLASK_SECRET_KEY=" + secretKey, "AUTH_CALLBACK_URL=" + flask.URL("/auth/whoami")}
		if front {
			env = append(env, "FLASK_UPSTREAM="+flask.URL(""))
		}
		s := openSite(name, 2, strings.TrimPrefix(flask.URL(""), "http://"), env...)
		flask.Setenv("REDIS_URL=" + s.redis.URL())
		Expect(flask.Start()).To(Succeed())
		DeferCleanup(flask.Kill)
		Eventually(s.ask).WithArguments(s.visitor("127.0.0.1"), "/login").Should(haveStatus(http.StatusOK))
		return s
	}

	DescribeTable("logs users in whom the sockets know, and knows who they are and what they call it",
		func(name, proxies string, front bool) {
			s := openTeam(name, proxies, front)
			v := s.visitor("127.0.0.9")
			text, path := page(v.PostForm("http://"+s.front+"/login", url.Values{"user": {"7"}, "password": {"open sesame"}}))
			Expect(path).To(Equal("/live"))
			Expect(text).To(ContainSubstring("<h1>Live</h1>"))
			Expect(s.ask(v, "/way", "X-Forwarded-For", "6.6.6.6").Body).To(MatchJSON(`{"address":"127.0.0.9","url":"http://` + s.front + `/live"}`))
			inbox := new(client.Inbox)
			c, err := client.Dial(context.Background(), client.Options{Address: s.front, Transport: client.WebSocket, Cookie: v.cookie(), Packet: inbox.Take})
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(c.Close)
			Eventually(inbox.Events).WithArguments("connection_confirmed").Should(HaveLen(1))
			Expect(member(inbox.Events("connection_confirmed")[0].Args[0], "user_id")).To(Equal(`"7"`))
			page(v.Get("http://" + s.front + "/logout"))
			Eventually(c.Reason).Should(Equal(sentOut))
		},
		Entry("behind tickcast, behind nginx", "nginx in front", "2", true),
		Entry("beside tickcast, behind nginx", "nginx beside", "1", false),
		Entry("beside tickcast, behind haproxy", "haproxy, beside", "1", false),
	)

	It("serves sockets to a part of the browsers, always the same ones", func() {
		s := openTeam("nginx for both", "1", false)
		servers := map[string]int{}
		for n := 1; n <= 40; n++ {
			v := s.visitor(fmt.Sprintf("127.0.0.%d", n))
			interval := func() string {
				return member([]byte(strings.TrimPrefix(s.ask(v, "/socket.io/?EIO=4&transport=polling").Body, "0")), "pingInterval")
			}
			server := interval()
			Expect(interval()).To(Equal(server))
			servers[server]++
		}
		Expect(servers).To(And(HaveLen(2), HaveKeyWithValue("10000", BeNumerically("<", 12)), HaveKeyWithValue("25000", BeNumerically(">", 28))))
	})
})
