package sio

import (
	"fmt"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// poller is a session over long-polling.
type poller struct {
	url string
	sid string
}

// poll opens a session; rest is what came along with OPEN.
func (s *served) poll(protocol int) (p *poller, opening string) {
	GinkgoHelper()
	p = &poller{url: fmt.Sprintf("%s/socket.io/?EIO=%d&transport=polling", s.http.URL, protocol)}
	opening = p.get()
	_, rest, _ := strings.Cut(opening, `"sid":"`)
	p.sid, _, _ = strings.Cut(rest, `"`)
	p.url += "&sid=" + p.sid
	return p, opening
}

func (p *poller) get() string             { return p.do(http.MethodGet, "") }
func (p *poller) post(body string) string { return p.do(http.MethodPost, body) }

func (p *poller) do(method, body string) string {
	GinkgoHelper()
	request, err := http.NewRequest(method, p.url, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	response, err := http.DefaultClient.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer http.DefaultClient.CloseIdleConnections()
	defer func() { _ = response.Body.Close() }()
	return readAll(response.Body)
}

var _ = Describe("long-polling", func() {
	It("brings CONNECT and what follows in one answer", func() {
		s := serve(testConfig(), Namespace{Name: "/", Connected: func(s *Socket) { s.Emit("welcome") }})
		p, _ := s.poll(4)
		Expect(p.post("40")).To(Equal("ok"))
		Expect(p.get()).To(MatchRegexp("^40{\"sid\":\"[^\"]+\"}\x1e42\\[\"welcome\"\\]$"))
	})

	It("brings a DISCONNECT before the end", func() {
		s := serve(testConfig(), Namespace{Name: "/", Events: map[string]Handler{
			"kick": func(s *Socket, _ Message) Message { s.Disconnect(); return Message{} },
		}})
		p, _ := s.poll(4)
		Expect(p.post("40\x1e42[\"kick\"]")).To(Equal("ok"))
		Expect(p.get()).To(HaveSuffix("\x1e41"))
		Expect(p.get()).To(Equal("1"))
		Eventually(s.Sessions).Should(BeZero())
	})

	It("brings OPEN first to a client of protocol 3, even one that is sent away on arrival", func() {
		s := serve(testConfig(), Namespace{Name: "/", Connected: func(s *Socket) { s.Disconnect() }})
		p, opening := s.poll(3)
		Expect(opening).To(MatchRegexp(`^\d+:0{"sid":`))
		Expect(opening).To(HaveSuffix("2:402:41"))
		Expect(p.get()).To(Equal("1:1"))
		Expect(p.get()).To(ContainSubstring("Session ID unknown"))
		Eventually(s.Sessions).Should(BeZero())
	})
})
