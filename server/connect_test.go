package server_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
	"github.com/tickstock/tickcast/server/sio"
)

// byCookie stands for a verified identity.
func byCookie(socket *sio.Socket) server.User {
	user, _ := strings.CutPrefix(socket.Header("Cookie"), "user=")
	return server.User{ID: user, Admin: user == "1"}
}

func alert(pattern string) rooms.Event {
	return rooms.Event{
		Name:     "pattern_alert",
		Channel:  "tickstock.events.patterns",
		Received: time.Now(),
		Audience: rooms.Audience{Namespace: "/", Topic: rooms.Patterns},
		Traits:   rooms.Traits{Pattern: pattern, Symbol: "AAPL"},
		Payload:  []byte(`{"pattern":"` + pattern + `"}`),
	}
}

var _ = Describe("A socket", func() {
	It("is confirmed first, with its own id and the server's time", func() {
		b := connectBrowser(startSite(nil, nil).url)
		Expect(b.next("connection_confirmed").payload()).To(WithTransform(func(payload string) error {
			return like([]byte(`{"user_id":"anonymous","session_id":"`+b.id+`","server_time":"$number","status":"connected"}`), []byte(payload))
		}, Succeed()))
	})

	It("is told the user that its handshake proved", func() {
		b := connectBrowser(startSite(nil, byCookie).url, "Cookie", "user=7")
		Expect(b.next("connection_confirmed").payload()).To(ContainSubstring(`"user_id":"7"`))
	})

	It("is in its user's room, with all the user's other sockets and nobody else", func() {
		s := startSite(nil, byCookie)
		first, second := enterBrowser(s.url, "Cookie", "user=7"), enterBrowser(s.url, "Cookie", "user=7")
		other, nobody := enterBrowser(s.url, "Cookie", "user=77"), enterBrowser(s.url)
		reached := s.sockets.Router().Route(rooms.Event{
			Name:     "for_you",
			Audience: rooms.Audience{Namespace: "/", Rooms: []rooms.Room{rooms.UserRoom("7")}},
			Payload:  []byte(`1`),
		})
		Expect(reached).To(Equal(2))
		first.next("for_you")
		second.next("for_you")
		other.expectNothing()
		nobody.expectNothing()
	})

	It("is in a room of its own, named by its id", func() {
		s := startSite(nil, nil)
		b, other := enterBrowser(s.url), enterBrowser(s.url)
		s.sockets.Router().Route(rooms.Event{
			Name:     "for_you",
			Audience: rooms.Audience{Namespace: "/", Rooms: []rooms.Room{rooms.Room(b.id)}},
			Payload:  []byte(`1`),
		})
		b.next("for_you")
		other.expectNothing()
	})

	It("gets every pattern until it says otherwise", func() {
		s := startSite(nil, nil)
		b := enterBrowser(s.url)
		Expect(s.sockets.Router().Route(alert("Doji"))).To(Equal(1))
		Expect(b.next("pattern_alert").payload()).To(Equal(`{"pattern":"Doji"}`))
	})

	It("leaves nothing behind", func() {
		s := startSite(nil, byCookie)
		b := enterBrowser(s.url, "Cookie", "user=7")
		b.emit("subscribe_patterns", map[string]any{"patterns": []string{"Doji"}})
		b.next("subscription_confirmed")
		b.close()
		Eventually(func() int { return s.health().Connections.Sockets["/"] }).Should(BeZero())
		Expect(s.health().Subscriptions.Total).To(BeZero())
		Expect(s.health().Users).To(BeZero())
		Expect(s.sockets.Router().Route(alert("Doji"))).To(BeZero())
	})
})
