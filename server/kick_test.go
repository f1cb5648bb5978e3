package server_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
)

var _ = Describe("A kick", func() {
	It("sends all pages of a user away, in every namespace, and nobody else's", func() {
		s := startSite(nil, byCookie)
		pages := []*browser{
			enterBrowser(s.url, "Cookie", "user=1"), enterBrowser(s.url, "Cookie", "user=1"),
			connectTo("/tickstockpl,", s.url, "Cookie", "user=1"), enterAdmin(s),
		}
		other, nobody := enterBrowser(s.url, "Cookie", "user=11"), enterBrowser(s.url)
		Expect(s.sockets.Kick("1")).To(Equal(4))
		for _, page := range pages {
			page.sentAway()
		}
		other.expectNothing()
		nobody.expectNothing()
		Eventually(func() int { return s.health().Users }).Should(Equal(1))
		Expect(s.health().Counters.Cuts).To(HaveKeyWithValue("kicked", 4))
		Expect(s.ask("GET", "/metrics").body).To(ContainSubstring(`tickcast_cuts_total{cause="kicked"} 4`))
	})

	It("sends a page away that carries several sockets", func() {
		s := startSite(nil, byCookie)
		page := enterBrowser(s.url, "Cookie", "user=7")
		page.write("40/tickstockpl,")
		Eventually(func() int { return s.health().Connections.Sockets["/tickstockpl"] }).Should(Equal(1))
		Expect(s.sockets.Kick("7")).To(Equal(2))
		page.sentAway()
		Eventually(func() int { return s.health().Connections.Total }).Should(BeZero())
	})

	DescribeTable("is nothing to",
		func(user string) {
			s := startSite(nil, byCookie)
			page, nobody := enterBrowser(s.url, "Cookie", "user=7"), enterBrowser(s.url)
			Expect(s.sockets.Kick(user)).To(BeZero())
			page.expectNothing()
			nobody.expectNothing()
		},
		Entry("who is not here", "8"),
		Entry("nobody in particular", ""),
		Entry("those called anonymous", "anonymous"),
		Entry("a room", string(rooms.UserRoom("7"))),
	)

	It("does not keep a user away who logs in again", func() {
		s := startSite(nil, byCookie)
		s.sockets.Kick("7")
		enterBrowser(s.url, "Cookie", "user=7").expectNothing()
	})

	It("finds a page that is just coming in", func() {
		f := startFlask()
		open := make(chan struct{})
		f.saysLate(open, `{"user_id":"7"}`)
		s := startSiteProving(&server.Proofs{Callback: f.callback(time.Hour)}, 0)
		coming := make(chan *browser, 1)
		go func() {
			defer GinkgoRecover()
			coming <- connectBrowser(s.url, "Cookie", cookieOf1)
		}()
		Eventually(f.asked.Load).Should(BeEquivalentTo(1))
		Expect(s.sockets.Kick("7")).To(BeZero())
		close(open)
		var page *browser
		Eventually(coming).Should(Receive(&page))
		page.sentAway()
	})

	It("has the application asked anew about the user", func() {
		f := startFlask()
		f.says(200, `{"user_id":"7"}`)
		s := startSiteProving(&server.Proofs{Callback: f.callback(time.Hour)}, 0)
		page := enterBrowser(s.url, "Cookie", cookieOf1)
		f.says(200, `{"user_id":null}`)
		s.sockets.Kick("7")
		page.sentAway()
		b := connectBrowser(s.url, "Cookie", cookieOf1)
		Expect(b.next("connection_confirmed").payload()).To(ContainSubstring(`"user_id":"anonymous"`))
	})

	It("is remembered for a moment, and for a bounded number of users", func() {
		k := &server.Kicks{}
		begin := time.Now()
		for n := range 3000 {
			k.Add(fmt.Sprint(n), begin.Add(time.Duration(n)*time.Microsecond))
		}
		Expect(k.Len()).To(Equal(1000))
		Expect(k.Since("2999", begin)).To(BeTrue())
		Expect(k.Since("2000", begin)).To(BeTrue())
		Expect(k.Since("1999", begin)).To(BeFalse())
		Expect(k.Since("2000", begin.Add(time.Hour))).To(BeFalse(), "it was before that")
		k.Add("7", begin.Add(2*time.Minute))
		Expect(k.Len()).To(Equal(1))
	})
})
