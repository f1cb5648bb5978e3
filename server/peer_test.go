package server_test

import (
	"encoding/json"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
	"github.com/tickstock/tickcast/server/sio"
)

// note is an event with one text.
func note(text string, to ...rooms.Room) sio.Emission {
	return sio.Emission{Namespace: "/", To: to, Event: "note", Message: sio.Message{Args: []json.RawMessage{json.RawMessage(asJSON(text))}}}
}

var _ = Describe("Another server of the application", func() {
	var s *site
	var peer server.Peer
	BeforeEach(func() {
		s = startSite(nil, byCookie)
		peer = s.sockets.Peer()
	})
	notes := func(b *browser, texts ...string) {
		GinkgoHelper()
		for _, text := range texts {
			Expect(b.next("note").payload()).To(Equal(asJSON(text)))
		}
		b.expectNothing()
	}

	It("reaches all sockets of a user, one socket, or everyone", func() {
		tab, other, stranger := enterBrowser(s.url, "Cookie", "user=7"), enterBrowser(s.url, "Cookie", "user=7"), enterBrowser(s.url)
		Expect(peer.Emit(note("user", "user_7"))).To(Equal(2))
		Expect(peer.Emit(note("socket", rooms.Room(tab.id)))).To(Equal(1))
		Expect(peer.Emit(note("both", "user_7", rooms.Room(tab.id), rooms.Room(stranger.id)))).To(Equal(3))
		Expect(peer.Emit(note("all"))).To(Equal(3))
		Expect(peer.Emit(note("nobody", "user_8"))).To(BeZero())
		notes(tab, "user", "socket", "both", "all")
		notes(other, "user", "both", "all")
		notes(stranger, "both", "all")
	})

	It("puts sockets into rooms and takes them out, until they are gone", func() {
		in, out := enterBrowser(s.url), enterBrowser(s.url)
		Expect(peer.Enter("/", in.id, "chat")).To(BeTrue())
		Expect(peer.Emit(note("one", "chat"))).To(Equal(1))
		Expect(peer.Leave("/", in.id, "chat")).To(BeTrue())
		Expect(peer.Emit(note("two", "chat"))).To(BeZero())
		for _, b := range []*browser{in, out} {
			Expect(peer.Enter("/", b.id, "chat")).To(BeTrue())
		}
		Expect(peer.CloseRoom("/", "chat")).To(BeTrue())
		Expect(peer.CloseRoom("/", "chat")).To(BeFalse())
		Expect(peer.Emit(note("three", "chat"))).To(BeZero())
		notes(in, "one")
		notes(out)
		Expect(peer.Enter("/", in.id, "chat")).To(BeTrue())
		in.close()
		Eventually(func() int { return peer.Emit(note("four", "chat")) }).Should(BeZero())
	})

	It("fills no memory with rooms", func() {
		b := enterBrowser(s.url)
		entered := 0
		for n := range 2000 {
			if peer.Enter("/", b.id, rooms.Room(fmt.Sprint("room", n))) {
				entered++
			}
		}
		Expect(entered).To(BeNumerically("~", 1000, 10))
	})

	It("sends a browser away, and only that one", func() {
		b, stays := enterBrowser(s.url), enterBrowser(s.url)
		Expect(peer.Disconnect("/", b.id)).To(BeTrue())
		Eventually(func() int { return peer.Emit(note("rest")) }).Should(Equal(1))
		notes(stays, "rest")
		Expect(peer.Disconnect("/", b.id)).To(BeFalse())
	})

	DescribeTable("has no say about sockets of others", func(namespace, id string) {
		enterBrowser(s.url)
		Expect(peer.Disconnect(namespace, id)).To(BeFalse())
		Expect(peer.Enter(namespace, id, "chat")).To(BeFalse())
		Expect(peer.Leave(namespace, id, "chat")).To(BeFalse())
	},
		Entry("whose ids we do not know", "/", "elsewhere"),
		Entry("in namespaces that we do not have", "/nowhere", "elsewhere"),
		Entry("without an id", "/", ""),
	)

	It("takes no user's room for a socket", func() {
		enterBrowser(s.url, "Cookie", "user=7")
		Expect(peer.Disconnect("/", "user_7")).To(BeFalse())
		Expect(peer.Enter("/", "user_7", "chat")).To(BeFalse())
	})

	It("knows the namespaces of the table", func() {
		Expect(s.sockets.Namespaces()).To(Equal(server.NamespaceNames()))
	})
})
