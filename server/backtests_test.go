package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
)

// desk is a source of jobs that says what it was asked.
type desk struct {
	asked chan string
	err   error
}

func newDesk() *desk { return &desk{asked: make(chan string, 8)} }

func (d *desk) Submit(_ context.Context, user string, request json.RawMessage) (string, error) {
	d.asked <- "submit for " + user + ": " + string(request)
	return "backtest_1758902400_1a2b3c4d", d.err
}

func (d *desk) Cancel(_ context.Context, user, id string) error {
	d.asked <- "cancel for " + user + ": " + id
	return d.err
}

func (d *desk) List(_ context.Context, user string) ([]json.RawMessage, error) {
	d.asked <- "list for " + user
	if user == "8" {
		return nil, d.err
	}
	return []json.RawMessage{json.RawMessage(`{"job_id":"b","progress":1.0}`), json.RawMessage(`{"job_id":"a","progress":0.50}`)}, d.err
}

var _ = Describe("Backtests", func() {
	var jobs *desk
	BeforeEach(func() { jobs = newDesk() })

	asUser := func(user string) *browser {
		GinkgoHelper()
		s := startSiteWith(nil, server.Sources{Identify: byCookie, Jobs: jobs})
		return enterBrowser(s.url, "Cookie", "user="+user)
	}
	// ask emits with an acknowledgement wanted and returns it.
	ask := func(b *browser, packet string) string {
		GinkgoHelper()
		b.write("427" + packet)
		return b.next("ack").payload()
	}
	const request = `{"symbols":["AAPL"],"user_id":"1","initial_capital":1e5}`

	It("are submitted for the socket's user, as they were sent", func() {
		b := asUser("7")
		b.write(`427["submit_backtest",` + request + `]`)
		Expect(b.next("ack").payload()).To(Equal(`{"status":"ok","job_id":"backtest_1758902400_1a2b3c4d"}`))
		Expect(jobs.asked).To(Receive(Equal("submit for 7: " + request)))
	})

	It("tell a page that asked for no acknowledgement their id", func() {
		b := asUser("7")
		b.write(`42["submit_backtest",` + request + `]`)
		Expect(b.next("backtest_submitted").payload()).To(Equal(`{"job_id":"backtest_1758902400_1a2b3c4d"}`))
		b.expectNothing()
	})

	It("without any argument are judged like any other request", func() {
		asUser("7").write(`42["submit_backtest"]`)
		Eventually(jobs.asked).Should(Receive(Equal("submit for 7: ")))
	})

	It("are cancelled for the socket's user", func() {
		Expect(ask(asUser("7"), `["cancel_backtest",{"job_id":"backtest_1","user_id":"1"}]`)).To(Equal(`{"status":"ok","job_id":"backtest_1"}`))
		Expect(jobs.asked).To(Receive(Equal("cancel for 7: backtest_1")))
	})

	DescribeTable("are not cancelled by an id that is none:",
		func(args string) {
			Expect(ask(asUser("7"), `["cancel_backtest"`+args+`]`)).To(Equal(`{"status":"error","field":"job_id","message":"must be a text"}`))
			Expect(jobs.asked).NotTo(Receive())
		},
		Entry("no argument", ``),
		Entry("no object", `,"backtest_1"`),
		Entry("no id", `,{}`),
		Entry("an empty one", `,{"job_id":""}`),
		Entry("a number", `,{"job_id":1}`),
		Entry("a list", `,{"job_id":["backtest_1"]}`),
		Entry("a list of lists", `,{"job_id":`+strings.Repeat("[", 50)+strings.Repeat("]", 50)+`}`),
	)

	It("are listed with every number as it was kept", func() {
		Expect(ask(asUser("7"), `["get_backtests",null,1]`)).
			To(Equal(`{"status":"ok","jobs":[{"job_id":"b","progress":1.0},{"job_id":"a","progress":0.50}]}`))
		Expect(jobs.asked).To(Receive(Equal("list for 7")))
	})

	It("are an empty list for who has none", func() {
		Expect(ask(asUser("8"), `["get_backtests"]`)).To(Equal(`{"status":"ok","jobs":[]}`))
	})

	for _, packet := range []string{`["submit_backtest",{}]`, `["cancel_backtest",{"job_id":"backtest_1"}]`, `["get_backtests"]`} {
		event, _, _ := strings.Cut(strings.Trim(packet, `["]`), `"`)

		It("need a login where there is one: "+event, func() {
			Expect(ask(asUser(""), packet)).To(Equal(`{"status":"error","field":"user","message":"log in first"}`))
			Expect(jobs.asked).NotTo(Receive())
		})

		It("are anybody's where nobody can log in: "+event, func() {
			b := enterBrowser(startSiteWith(nil, server.Sources{Jobs: jobs}).url)
			b.write("42" + packet)
			Eventually(jobs.asked).Should(Receive(ContainSubstring(" for ")))
		})

		It("name the field that is at fault, and show no toast: "+event, func() {
			jobs.err = &rooms.FieldError{Field: "symbols[3]", Problem: "must be a text"}
			b := asUser("8")
			Expect(ask(b, packet)).To(Equal(`{"status":"error","field":"symbols[3]","message":"must be a text"}`))
			b.write("42" + packet)
			b.expectNothing()
		})

		It("say no more than that it did not work when Redis is away: "+event, func() {
			jobs.err = errors.New("dial tcp 10.1.2.3:6379: connection refused")
			Expect(ask(asUser("8"), packet)).To(Equal(`{"status":"error","field":"","message":"backtests are not available, try again"}`))
		})
	}
})
