package server_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("How far a user has seen", func() {
	var (
		kept   *shelf
		proofs *proofBook
		s      *site
	)
	BeforeEach(func() {
		noLeaks()
		kept, proofs = newShelf(), &proofBook{}
		s = kept.site(nil, proofs, usual())
	})
	connect := func(user string) *browser {
		GinkgoHelper()
		return enterBrowser(s.url, "Cookie", "user="+user)
	}

	It("is what the newest of the user's browsers has proved, and is kept now and then", func() {
		first, second := connect("7"), connect("7")
		proofs.say(first, "9-0")
		proofs.say(second, "10-0")
		proofs.say(connect("8"), "5-0")
		s.sockets.SaveCursors(time.Now())
		Expect(kept.cursor("7")()).To(Equal("10-0"))
		Expect(kept.cursor("8")()).To(Equal("5-0"))
		kept.renewals()
		proofs.say(first, "9-5")
		s.sockets.SaveCursors(time.Now())
		Expect(kept.renewals()).To(BeEmpty(), "nobody has moved")
	})

	It("is kept when the last of them is gone", func() {
		first, second := connect("7"), connect("7")
		proofs.say(first, "9-0")
		proofs.say(second, "5-0")
		first.close()
		second.close()
		Eventually(kept.cursor("7")).Should(Equal("9-0"))
	})

	It("is nothing that the page of pattern alerts shows, which gets nothing of subscriptions", func() {
		b := connectTo("/tickstockpl,", s.url, "Cookie", "user=7")
		proofs.say(b, "9-0")
		s.sockets.SaveCursors(time.Now())
		b.close()
		Eventually(kept.renewals).Should(ContainElement("7"))
		Expect(kept.cursor("7")()).To(BeEmpty())
	})

	It("is nothing of somebody who is nobody in particular", func() {
		proofs.say(connect(""), "9-0")
		s.sockets.SaveCursors(time.Now())
		Expect(kept.renewals()).To(BeEmpty())
	})
})
