package flaskauth_test

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/server/flaskauth"
)

var _ = Describe("The memory of the auth callback", func() {
	It("saves a question while an answer counts", func() {
		a := startApp(says(200, `{"user_id":"7"}`))
		c := a.callback(time.Hour)
		for range 3 {
			Expect(c.Ask(someone)).To(Equal(flaskauth.Answer{User: "7"}))
		}
		Expect(a.asked.Load()).To(BeEquivalentTo(1))
		Expect(c.State().Results).To(HaveKeyWithValue("remembered", BeEquivalentTo(2)))
	})

	It("keeps nothing where it is told not to, and no failure ever", func() {
		a := startApp(says(200, `{"user_id":"7"}`))
		c := a.callback(0)
		_, _ = c.Ask(someone)
		_, _ = c.Ask(someone)
		Expect(a.asked.Load()).To(BeEquivalentTo(2))

		broken := startApp(says(500, ""))
		c = broken.callback(time.Hour)
		_, _ = c.Ask(someone)
		_, _ = c.Ask(someone)
		Expect(broken.asked.Load()).To(BeEquivalentTo(2))
	})

	DescribeTable("tells apart whoever differs in",
		func(change func(*flaskauth.Credentials)) {
			a := startApp(says(200, `{"user_id":"7"}`))
			c := a.callback(time.Hour)
			other := someone
			change(&other)
			_, _ = c.Ask(someone)
			_, _ = c.Ask(other)
			Expect(a.asked.Load()).To(BeEquivalentTo(2))
		},
		Entry("the cookie", func(c *flaskauth.Credentials) { c.Cookie += "2" }),
		Entry("the authorization", func(c *flaskauth.Credentials) { c.Authorization = "" }),
		Entry("the browser", func(c *flaskauth.Credentials) { c.UserAgent = "Mosaic" }),
		Entry("the address", func(c *flaskauth.Credentials) { c.Address = "192.0.2.8" }),
		Entry("where a header ends", func(c *flaskauth.Credentials) {
			c.Cookie, c.Authorization = c.Cookie+c.Authorization[:1], c.Authorization[1:]
		}),
	)

	It("is passed over by who asks again, and learns from it", func() {
		a := startApp(says(200, `{"user_id":"7"}`))
		c := a.callback(time.Hour)
		_, _ = c.Ask(someone)
		gone := says(200, `{"user_id":null}`)
		a.answer.Store(&gone)
		Expect(c.AskAgain(someone)).To(Equal(flaskauth.Answer{}))
		Expect(c.Ask(someone)).To(Equal(flaskauth.Answer{}))
		Expect(a.asked.Load()).To(BeEquivalentTo(2))
	})

	It("lets a crowd with one cookie wait for one answer", func() {
		open := make(chan struct{})
		a := startApp(late(open, says(200, `{"user_id":"7"}`)))
		c := a.callback(0)
		var crowd sync.WaitGroup
		answers := make(chan flaskauth.Answer, 50)
		crowd.Go(func() { answer, _ := c.Ask(someone); answers <- answer })
		Eventually(a.asked.Load).Should(BeEquivalentTo(1))
		for range 49 {
			crowd.Go(func() { answer, _ := c.AskAgain(someone); answers <- answer })
		}
		Consistently(a.asked.Load, "50ms").Should(BeEquivalentTo(1))
		close(open)
		crowd.Wait()
		for range 50 {
			Expect(<-answers).To(HaveField("User", "7"))
		}
	})

	It("forgets a user, but nobody else", func() {
		a := startApp(func(w http.ResponseWriter, r *http.Request) {
			says(200, `{"user_id":"`+r.Header.Get("Cookie")+`"}`)(w, r)
		})
		c := a.callback(time.Hour)
		for range 2 {
			_, _ = c.Ask(flaskauth.Credentials{Cookie: "7"})
			_, _ = c.Ask(flaskauth.Credentials{Cookie: "8"})
			c.Forget("7")
		}
		Expect(a.asked.Load()).To(BeEquivalentTo(3))
	})

	It("does not keep what was said before a user was to be forgotten", func() {
		open := make(chan struct{})
		a := startApp(late(open, says(200, `{"user_id":"7"}`)))
		c := a.callback(time.Hour)
		done := make(chan struct{})
		go func() { defer close(done); _, _ = c.Ask(someone) }()
		Eventually(a.asked.Load).Should(BeEquivalentTo(1))
		c.Forget("7")
		close(open)
		Eventually(done).Should(BeClosed())
		_, _ = c.Ask(someone)
		Expect(a.asked.Load()).To(BeEquivalentTo(2))
	})

	It("is bounded, and keeps the latest", func() {
		a := startApp(says(200, `{"user_id":"7"}`))
		c := flaskauth.Bounded(a.callback(time.Hour), 10)
		for n := range 30 {
			_, _ = c.Ask(flaskauth.Credentials{Cookie: fmt.Sprint(n)})
		}
		Expect(c.Remembered()).To(Equal(10))
		_, _ = c.Ask(flaskauth.Credentials{Cookie: "29"})
		Expect(a.asked.Load()).To(BeEquivalentTo(30))
	})
})
