package e2e_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os/exec"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
	"github.com/tickstock/tickcast/e2e/internal/driver"
	"github.com/tickstock/tickcast/e2e/internal/wire"
)

const (
	quickly = "TICKCAST_AUTH_RECHECK=500ms"
	never   = "TICKCAST_AUTH_RECHECK=0"
	sentOut = "io server disconnect"
)

// watch is a page with the official client, whose cookie or token is given.
func (s *stage) watch(setup driver.Setup) *driver.Driver {
	GinkgoHelper()
	setup.URL, setup.Version, setup.Events = "http://"+s.tickcast.Address(), "4.8.4", []string{"connection_confirmed"}
	if setup.Transports == nil {
		setup.Transports = []string{"polling", "websocket"}
	}
	page, err := driver.Start(exec.Command("node", "clients/javascript.cjs"), setup, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(page.Stop)
	Eventually(page.Told).WithArguments("connect").Should(HaveLen(1))
	return page
}

var _ = Describe("Somebody who has logged in to Flask", func() {
	DescribeTable("is known, and is cut some time after the logout",
		func(transport client.Transport, env ...string) {
			a := openAccounts(append(env, quickly)...)
			cookie, other := a.login("7"), a.login("8")
			page, _, user := a.sit(client.Options{Transport: transport, Cookie: cookie})
			Expect(user).To(Equal(`"7"`))
			stays, _, _ := a.sit(client.Options{Transport: transport, Cookie: other})
			a.post("/logout", cookie, "")
			Eventually(page.Done()).Should(BeClosed())
			Expect(page.Reason()).To(Equal(sentOut))
			Expect(a.metric(`tickcast_cuts_total{cause="logged out"}`)).To(Equal(1.0))
			_, _, user = a.sit(client.Options{Cookie: cookie})
			Expect(user).To(Equal(`"anonymous"`), "the cookie is good still, the login is over")
			Expect(stays.Done()).NotTo(BeClosed())
		},
		Entry("by websocket", client.WebSocket),
		Entry("by polling", client.Polling),
		Entry("after an upgrade", client.Upgrade),
		Entry("where cookies are verified too", client.WebSocket, "FLASK_SECRET_KEY="+secretKey),
	)

	It("is cut at once from everywhere by a word of Flask, and stays away", func() {
		a := openAccounts(never)
		cookie := a.login("7")
		a.change("7", `{"roles":["admin"]}`)
		other, _, _ := a.sit(client.Options{Cookie: a.login("8")})
		page := a.watch(driver.Setup{Cookie: cookie})
		pages := []*client.Client{}
		for _, options := range []client.Options{
			{Transport: client.WebSocket}, {Transport: client.Polling}, {Transport: client.Upgrade},
			{Namespace: "/tickstockpl"}, {Namespace: "/admin-ws"}, {Namespace: "/admin-ws", Transport: client.Polling},
		} {
			options.Cookie = cookie
			c, _ := a.enter(options)
			pages = append(pages, c)
		}
		a.post("/logout?tell=1", cookie, "")
		for _, page := range pages {
			Eventually(page.Done()).Should(BeClosed())
			Expect(page.Reason()).To(Equal(sentOut))
		}
		Eventually(page.Told).WithArguments("disconnect").Should(ContainElement(HaveField("Reason", sentOut)))
		Consistently(page.Told, time.Second).WithArguments("connect").Should(HaveLen(1), "it would have come back in 300 ms")
		Expect(other.Done()).NotTo(BeClosed())
		Expect(a.metric("tickcast_users")).To(Equal(1.0))
	})

	It("is cut on every instance by one word", func() {
		a := openAccounts(never)
		twin := newStage("REDIS_URL="+a.redis.URL(), "AUTH_CALLBACK_URL=http://"+a.address+"/auth/whoami", never)
		twin.start()
		Eventually(twin.get).WithArguments("/readyz").Should(haveStatus(http.StatusOK))
		cookie := a.login("7")
		here, _, _ := a.sit(client.Options{Cookie: cookie})
		there, _ := twin.enter(client.Options{Cookie: cookie})
		a.change("7", `{"disabled":true,"tell":true}`)
		Eventually(here.Done()).Should(BeClosed())
		Eventually(there.Done()).Should(BeClosed())
	})

	It("is cut and refused once the account is disabled", func() {
		a := openAccounts(quickly)
		cookie := a.login("7")
		page, _, _ := a.sit(client.Options{Cookie: cookie})
		a.change("7", `{"disabled":true}`)
		Eventually(page.Done()).Should(BeClosed())
		_, err := client.Dial(context.Background(), client.Options{Address: a.tickcast.Address(), Transport: client.WebSocket, Cookie: cookie})
		Expect(err).To(MatchError(HaveSuffix(`4{"message":"this account is disabled"}`)))
	})

	It("is an admin as long as Flask says so, and only then", func() {
		a := openAccounts(quickly, "FLASK_SECRET_KEY="+secretKey, "ADMIN_USERS=9")
		cookie := a.login("7")
		ask := client.Options{Address: a.tickcast.Address(), Transport: client.WebSocket, Cookie: cookie, Namespace: "/admin-ws"}
		_, err := client.Dial(context.Background(), ask)
		Expect(err).To(MatchError(ContainSubstring("admin rights needed")))

		a.change("7", `{"roles":["admin"],"tell":true}`) // or the answer of before counts for a while
		page, _, _ := a.sit(client.Options{Cookie: cookie})
		admin, _ := a.enter(client.Options{Cookie: cookie, Namespace: "/admin-ws"})
		a.change("7", `{"roles":[]}`)
		Eventually(admin.Done()).Should(BeClosed())
		Expect(page.Done()).NotTo(BeClosed())

		listed := a.login("9")
		boss, _ := a.enter(client.Options{Cookie: listed, Namespace: "/admin-ws"})
		a.flask.Kill()
		Eventually(boss.Done()).Should(BeClosed())
		Expect(page.Done()).NotTo(BeClosed(), "users stay while Flask is away")
		ask.Cookie = sessionOf("9")
		_, err = client.Dial(context.Background(), ask)
		Expect(err).To(MatchError(ContainSubstring("admin rights needed")))
		_, _, user := a.sit(client.Options{Cookie: sessionOf("9")})
		Expect(user).To(Equal(`"9"`), "by the cookie alone")
	})

	It("cannot be impersonated by anything that a page says", func() {
		a := openAccounts("FLASK_SECRET_KEY="+secretKey, quickly)
		mine, inbox, _ := a.sit(client.Options{Cookie: a.login("7")})
		victim := &trader{"7", mine, inbox}
		victim.subscribe(map[string]any{})
		for _, cookie := range []string{"", "user_id=7; session=7", tampered(a.login("7")), a.login("8")} {
			thief, loot, user := a.sit(client.Options{Cookie: cookie, Auth: `{"user_id":"7","user":"7","token":"7"}`})
			Expect(user).NotTo(Equal(`"7"`))
			claim := map[string]any{"user_id": "7", "user": "7", "room": "user_7", "rooms": []string{"user_7"}}
			for _, event := range []string{
				"join", "join_room", "authenticate", "login", "subscribe_patterns", "unsubscribe_patterns", "unsubscribe",
				"subscribe_pattern_alerts", "unsubscribe_pattern_alerts", "get_subscriptions", "get_subscription_status", "kick",
			} {
				Expect(thief.Emit(event, claim)).To(Succeed())
			}
			_, err := client.Dial(context.Background(), client.Options{
				Address: a.tickcast.Address(), Transport: client.WebSocket, Cookie: cookie, Namespace: "/user_7",
			})
			Expect(err).To(MatchError(ContainSubstring("Invalid namespace")))
			_, err = thief.Ask(context.Background(), "test_connection") // events are handled in order
			Expect(err).NotTo(HaveOccurred())
			before := len(victim.ids())
			a.pattern("secret", "Doji", "AAPL", "daily", 0.9)
			Eventually(victim.ids).Should(HaveLen(before + 1))
			_, err = thief.Ask(context.Background(), "test_connection")
			Expect(err).NotTo(HaveOccurred())
			Expect(loot.Events("tier_pattern")).To(BeEmpty())
			thief.Close()
		}
		Expect(mine.Done()).NotTo(BeClosed())
	})

	It("cannot be robbed of a polling session by who knows its name", func() {
		a := openAccounts(never)
		cookie, other := a.login("7"), a.login("8")
		send := func(method, query, cookie, body string) wire.Answer {
			GinkgoHelper()
			request, err := http.NewRequest(method, a.tickcast.URL("/socket.io/?EIO=4&transport=polling"+query), strings.NewReader(body))
			Expect(err).NotTo(HaveOccurred())
			request.Header.Set("Cookie", cookie)
			answer, err := wire.Send(request)
			Expect(err).NotTo(HaveOccurred())
			return answer
		}
		var hello struct{ SID string }
		Expect(json.Unmarshal([]byte(strings.TrimPrefix(send("GET", "", cookie, "").Body, "0")), &hello)).To(Succeed())
		session := "&sid=" + hello.SID
		Expect(send("POST", session, other, "40")).To(haveStatus(http.StatusForbidden))
		Expect(send("GET", session, "", "")).To(haveStatus(http.StatusForbidden))
		Expect(send("POST", session, cookie, "40")).To(haveStatus(http.StatusOK))
		Expect(send("GET", session, "theme=dark; "+cookie, "").Body).To(ContainSubstring(`"user_id":"7"`))
		Expect(a.metric(`tickcast_requests_refused_total{cause="other_user"}`)).To(Equal(2.0))
	})
})

var _ = Describe("A token instead of a cookie", func() {
	const key = "a secret of the specs, long enough"
	token := func(lasts time.Duration) json.RawMessage {
		GinkgoHelper()
		text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "7", "exp": time.Now().Add(lasts).Unix()}).SignedString([]byte(key))
		Expect(err).NotTo(HaveOccurred())
		return json.RawMessage(`{"token":` + quoted(text) + `}`)
	}

	It("names its user to tickcast, and cuts the page when it ends", func() {
		s := openStage("TICKCAST_AUTH_JWT_KEY="+key, "TICKCAST_AUTH_LEEWAY=0s")
		page := s.watch(driver.Setup{Auth: token(3 * time.Second)})
		Eventually(firstArgs).WithArguments(page, "connection_confirmed").Should(ContainElement(ContainSubstring(`"user_id":"7"`)))
		Eventually(page.Told).WithArguments("disconnect").Should(ContainElement(HaveField("Reason", sentOut)))
	})

	It("is refused with the reason when it is over", func() {
		s := openStage("TICKCAST_AUTH_JWT_KEY="+key, "TICKCAST_AUTH_LEEWAY=0s")
		_, err := client.Dial(context.Background(), client.Options{
			Address: s.tickcast.Address(), Transport: client.WebSocket, Auth: string(token(-time.Second)),
		})
		Expect(err).To(MatchError(HaveSuffix(`4{"message":"token expired"}`)))
	})
})
