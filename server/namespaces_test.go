package server_test

import (
	"fmt"
	"io"
	"strings"

	"github.com/gobwas/ws/wsutil"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
)

// refusedAt asks for a namespace and returns the CONNECT_ERROR.
func refusedAt(url string, protocol int, namespace string, header ...string) string {
	GinkgoHelper()
	return refusedWith("", url, protocol, namespace, header...)
}

// refusedWith is refusedAt with an auth object.
func refusedWith(auth, url string, protocol int, namespace string, header ...string) string {
	GinkgoHelper()
	conn, in := dial(url, protocol, header...)
	defer conn.Close()
	Expect(wsutil.WriteClientText(conn, []byte("40"+namespace+","+auth))).To(Succeed())
	for {
		packet, err := wsutil.ReadServerText(struct {
			io.Reader
			io.Writer
		}{in, conn})
		Expect(err).NotTo(HaveOccurred())
		Expect(string(packet)).NotTo(HavePrefix("40" + namespace + ","))
		if strings.HasPrefix(string(packet), "44") {
			return string(packet)
		}
	}
}

var _ = Describe("A namespace", func() {
	DescribeTable("refuses in the words of the client's protocol",
		func(protocol int, namespace, cookie, answer string) {
			Expect(refusedAt(startSite(nil, byCookie).url, protocol, namespace, "Cookie", cookie)).To(Equal(answer))
		},
		Entry("what does not exist, with an object", 4, "/nowhere", "", `44/nowhere,{"message":"Invalid namespace"}`),
		Entry("what does not exist, with a text for older clients", 3, "/nowhere", "", `44/nowhere,"Invalid namespace"`),
		Entry("a user who is no admin", 4, "/admin-ws", "user=7", `44/admin-ws,{"message":"admin rights needed"}`),
		Entry("nobody in particular", 4, "/admin-ws", "", `44/admin-ws,{"message":"admin rights needed"}`),
		Entry("an older client", 3, "/admin-ws", "user=7", `44/admin-ws,"admin rights needed"`),
	)

	It("of the alerts page takes everyone, and brings only what is addressed to it", func() {
		s := startSite(nil, byCookie)
		b, known := connectTo("/tickstockpl,", s.url), connectTo("/tickstockpl,", s.url, "Cookie", "user=7")
		s.sockets.Router().Route(alert("Doji"))
		s.sockets.Router().Route(rooms.Event{Name: "pattern_alert", Audience: rooms.Audience{Namespace: "/tickstockpl"}, Payload: []byte(`{"pattern":"Hammer"}`)})
		for _, page := range []*browser{b, known} {
			Expect(page.next("pattern_alert").payload()).To(Equal(`{"pattern":"Hammer"}`))
		}
		Expect(s.health().Users).To(Equal(1))
	})

	It("of the alerts page handles no event: nobody subscribes there", func() {
		s := startSite(nil, nil)
		b := connectTo("/tickstockpl,", s.url)
		events := []string{"subscribe_patterns", "subscribe_market_movers", "request_metrics"}
		for i, name := range events {
			b.write(fmt.Sprintf(`42/tickstockpl,%d["%s",{}]`, i, name))
		}
		Eventually(func() int { return s.health().Counters.UnknownEvents }).Should(Equal(len(events)))
		Expect(s.health().Subscriptions.Total).To(BeZero())
		b.close()
		Expect(b.events).To(BeEmpty())
	})
})
