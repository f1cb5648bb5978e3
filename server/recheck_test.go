package server_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/server"
)

// soon is an interval that a spec can wait for.
const soon = 100 * time.Millisecond

var _ = Describe("A user who is connected", func() {
	var (
		f *flask
		s *site
	)
	BeforeEach(func() {
		f = startFlask()
		f.says(200, `{"user_id":"1","roles":["admin"]}`)
		s = startSiteProving(&server.Proofs{Callback: f.callback(time.Hour)}, soon)
	})
	enter := func() (page, admin *browser) {
		GinkgoHelper()
		page = enterBrowser(s.url, "Cookie", cookieOf1)
		admin = connectTo(adminPrefix, s.url, "Cookie", cookieOf1)
		admin.next("connection_status_update")
		return page, admin
	}
	// rounds of questions are over when so many were put.
	rounds := func(n int32) {
		GinkgoHelper()
		before := f.asked.Load()
		Eventually(f.asked.Load).WithTimeout(10 * time.Second).Should(BeNumerically(">=", before+n))
	}

	It("stays while the application says the same, which it is asked once for each cookie", func() {
		page, _ := enter()
		enterBrowser(s.url, "Cookie", cookieOf1)
		rounds(3)
		page.expectNothing()
		Expect(s.health().Counters.Cuts).To(HaveEach(0))
		Expect(s.health().Connections.Total).To(Equal(3))
	})

	DescribeTable("is sent away",
		func(answer, cause string) {
			page, admin := enter()
			nobody := enterBrowser(s.url)
			f.says(200, answer)
			page.sentAway()
			Eventually(admin.ended).Should(BeClosed())
			nobody.expectNothing()
			Expect(s.health().Counters.Cuts).To(HaveKeyWithValue(cause, 2))
		},
		Entry("after a logout", `{"user_id":null}`, "logged out"),
		Entry("as somebody else", `{"user_id":"2","roles":["admin"]}`, "logged out"),
		Entry("whose account is disabled", `{"user_id":"1","disabled":true}`, "disabled"),
		Entry("whose account is gone", `{"user_id":null,"disabled":true}`, "disabled"),
	)

	It("is sent away when the session is refused", func() {
		page, _ := enter()
		f.says(401, ``)
		page.sentAway()
	})

	It("who is no admin any more leaves the admins' namespace, and stays in the others", func() {
		page := enterBrowser(s.url, "Cookie", cookieOf1)
		page.write("40" + adminPrefix) // on the same connection
		page.next("connection_status_update")
		f.says(200, `{"user_id":"1","roles":["trader"]}`)
		Eventually(page.events).WithTimeout(10 * time.Second).Should(Receive(HaveField("Name", "DISCONNECT")))
		page.expectNothing()
		Expect(s.health().Counters.Cuts).To(HaveKeyWithValue("no admin", 1))
		Expect(refusedAt(s.url, 4, adminSpace, "Cookie", cookieOf1)).To(ContainSubstring("admin rights needed"))
	})

	It("stays while the application does not answer, but as an admin only for one question", func() {
		page, admin := enter()
		f.says(500, ``)
		Eventually(admin.events).WithTimeout(10 * time.Second).Should(Receive(HaveField("Name", "DISCONNECT")))
		Expect(f.asked.Load()).To(BeNumerically(">=", 3))
		rounds(3)
		page.expectNothing()
		Expect(s.health().Counters.Cuts).To(And(HaveKeyWithValue("admin unproved", 1), HaveKeyWithValue("logged out", 0)))
	})

	It("is not asked about who came as nobody", func() {
		f.says(200, `{"user_id":null}`)
		enterBrowser(s.url, "Cookie", cookieOf1)
		enterBrowser(s.url)
		asked := f.asked.Load()
		Consistently(f.asked.Load, 3*soon).Should(Equal(asked))
	})
})

var _ = Describe("The questions about users who are connected", func() {
	It("are not put where they are switched off", func() {
		f := startFlask()
		f.says(200, `{"user_id":"1"}`)
		s := startSiteProving(&server.Proofs{Callback: f.callback(time.Hour)}, 0)
		enterBrowser(s.url, "Cookie", cookieOf1)
		Consistently(f.asked.Load, "50ms").Should(BeEquivalentTo(1))
	})

	It("spare the first failure: one alone ends no admin's rights", func() {
		f := startFlask()
		f.says(200, `{"user_id":"1","roles":["admin"]}`)
		s := startSiteProving(&server.Proofs{Callback: f.callback(time.Hour)}, 0)
		admin := connectTo(adminPrefix, s.url, "Cookie", cookieOf1)
		admin.next("connection_status_update")
		for range 3 {
			f.says(500, ``)
			s.sockets.AskAgain()
			f.says(200, `{"user_id":"1","roles":["admin"]}`)
			s.sockets.AskAgain()
		}
		admin.expectNothing()
		f.says(500, ``)
		s.sockets.AskAgain()
		s.sockets.AskAgain()
		admin.next("DISCONNECT")
	})

	It("are put to each cookie in one of the parts of an interval, so that they are spread", func() {
		f := startFlask()
		f.says(200, `{"user_id":"1"}`)
		s := startSiteProving(&server.Proofs{Callback: f.callback(time.Hour)}, 0)
		for _, browser := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"} {
			enterBrowser(s.url, "Cookie", cookieOf1, "User-Agent", browser)
		}
		due := s.sockets.DueBySlot()
		Expect(due).To(HaveLen(12), "once each")
		slots := map[int]bool{}
		for _, slot := range due {
			slots[slot] = true
		}
		Expect(len(slots)).To(BeNumerically(">", 4))
	})
})
