package e2e_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/chromium"
	"github.com/tickstock/tickcast/e2e/internal/client"
	"github.com/tickstock/tickcast/e2e/internal/process"
	"github.com/tickstock/tickcast/e2e/internal/wire"
)

// team is an application with users and sockets of its own, behind tickcast, on the same Redis.
type team struct {
	*stage
	flask *process.Flask
}

func openTeam() *team {
	GinkgoHelper()
	flask, err := process.NewFlask("flask/team.py", GinkgoWriter, "SECRET_KEY="+secretKey)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(flask.Kill)
	t := &team{flask: flask, stage: newStage("FLASK_SECRET_KEY="+secretKey, "FLASK_UPSTREAM="+flask.URL(""), never)}
	t.startRedis()
	flask.Setenv("REDIS_URL=" + t.redis.URL())
	Expect(flask.Start()).To(Succeed())
	t.start()
	Eventually(t.get).WithArguments("/readyz").Should(haveStatus(http.StatusOK))
	Eventually(t.get).WithArguments("/login").Should(haveStatus(http.StatusOK))
	return t
}

// emits lets Flask emit a note to a room, or to everyone.
func (t *team) emits(room, word string) {
	GinkgoHelper()
	Expect(wire.Do(context.Background(), http.MethodPost, t.flask.URL("/emit/"+room+"/"+word), "", nil)).To(haveStatus(http.StatusNoContent))
}

// browse shows the page at that server in a browser of its own, for somebody who logs in by the form first.
func (t *team) browse(server, user string) *tab {
	GinkgoHelper()
	way := "/live"
	if user != "anonymous" {
		way = "/login"
	}
	shown, err := chromium.Open(context.Background(), server+way, io.Discard)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(shown.Close)
	page := &tab{shown}
	if user != "anonymous" {
		Eventually(page.run).WithArguments("document.forms.length").Should(BeEquivalentTo(1))
		page.run(fmt.Sprintf("document.querySelector('[name=user]').value = %q; document.querySelector('[name=password]').value = 'open sesame'; document.querySelector('button').click()", user))
	}
	Eventually(page.run).WithArguments("confirmed").Should(HaveExactElements(user))
	return page
}

var _ = Describe("In Chromium, with a real Flask behind tickcast,", func() {
	It("who logs in by the form is known, and gets alone what Flask emits to him", func() {
		t := openTeam()
		seven, eight, anonymous := t.browse(t.tickcast.URL(""), "7"), t.browse(t.tickcast.URL(""), "8"), t.browse(t.tickcast.URL(""), "anonymous")
		t.emits("user_7", "secret")
		t.emits("everyone", "end")
		Eventually(seven.run).WithArguments("seen").Should(HaveExactElements("secret", "end"))
		for _, other := range []*tab{eight, anonymous} {
			Eventually(other.run).WithArguments("seen").Should(HaveExactElements("end"))
		}
		seven.wellBehaved()
	})

	It("who logs out is cut at once, and is nobody when he comes back", func() {
		t := openTeam()
		seven, eight := t.browse(t.tickcast.URL(""), "7"), t.browse(t.tickcast.URL(""), "8")
		seven.run("fetch('/logout')") // as in another tab
		Eventually(seven.run).WithArguments("left").Should(HaveExactElements(sentOut))
		t.emits("user_7", "secret")
		t.emits("everyone", "end")
		Eventually(eight.run).WithArguments("seen").Should(HaveExactElements("end"))
		Expect(eight.run("left")).To(BeEmpty())
		seven.run("live.connect()")
		Eventually(seven.run).WithArguments("confirmed").Should(HaveExactElements("7", "anonymous"))
		t.emits("user_7", "secret")
		t.emits("everyone", "again")
		Eventually(seven.run).WithArguments("seen").Should(HaveExactElements("again"))
	})

	It("nobody becomes another by anything that a page can say", func() {
		t := openTeam()
		_, victim := t.enter(client.Options{Cookie: sessionOf("7")})
		thief := t.browse(t.tickcast.URL(""), "8")
		Expect(thief.run("document.cookie")).To(BeEmpty(), "the session is out of reach")
		thief.run(`document.cookie = 'user_id=7; path=/'; document.cookie = 'session=7; path=/x';
			const claim = {user_id: '7', user: '7', room: 'user_7', rooms: ['user_7']};
			window.other = io({forceNew: true, auth: claim, query: claim});
			watch(other);
			for (const socket of [live, other]) {
				socket.on('note', word => toasts.push(word));
				for (const event of ['join', 'join_room', 'enter_room', 'authenticate', 'login', 'subscribe', 'subscribe_patterns', 'kick']) socket.emit(event, claim);
				socket.emit('join', 'user_7');
			}
			window.refused = {};
			for (const space of ['/admin-ws', '/user_7']) io(space, {forceNew: true, auth: claim}).on('connect_error', e => { refused[space] = e.message });`)
		Eventually(thief.run).WithArguments("confirmed").Should(HaveExactElements("8", "8"))
		Eventually(thief.run).WithArguments("refused").Should(And(HaveLen(2),
			HaveKeyWithValue("/admin-ws", ContainSubstring("admin rights needed")), HaveKeyWithValue("/user_7", "Invalid namespace")))
		Eventually(thief.run).WithArguments("new Promise(done => other.emit('test_connection', {}, () => done('handled')))").Should(Equal("handled"))
		t.emits("user_7", "secret")
		t.emits("everyone", "end")
		Eventually(told).WithArguments(victim, "note").Should(Equal([]string{`["secret"]`, `["end"]`}))
		Eventually(thief.run).WithArguments("seen").Should(HaveExactElements("end"))
		Eventually(thief.run).WithArguments("toasts.filter(toast => toast === 'end').length").Should(BeEquivalentTo(2))
		Expect(thief.run("toasts")).NotTo(ContainElement("secret"))
	})

	It("both servers may have sockets on one Redis, and each event arrives once", func() {
		t := openTeam()
		pages := []*tab{t.browse(t.tickcast.URL(""), "7"), t.browse(strings.TrimSuffix(t.flask.URL("/"), "/"), "7")}
		t.alert("Doji", "AAPL")
		t.emits("user_7", "mine")
		t.emits("user_8", "secret")
		t.emits("everyone", "all")
		t.alert("Doji", "MSFT")
		for _, page := range pages {
			Eventually(page.run).WithArguments("seen").Should(ContainElements("AAPL", "MSFT", "all"))
		}
		t.emits("everyone", "end")
		for _, page := range pages {
			Eventually(page.run).WithArguments("seen").Should(ContainElement("end"))
			Expect(page.run("seen")).To(ConsistOf("AAPL", "mine", "all", "MSFT", "end"))
		}
	})
})
