package server_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
)

var _ = Describe("A socket in an excepted room", func() {
	DescribeTable("does not get an event",
		func(to func(spared *browser) rooms.Audience) {
			s := startSite(nil, byCookie)
			spared, other := enterBrowser(s.url, "Cookie", "user=7"), enterBrowser(s.url, "Cookie", "user=7")
			audience := to(spared)
			audience.Namespace, audience.Except = "/", rooms.Room(spared.id)
			Expect(s.sockets.Router().Route(rooms.Event{Name: "for_others", Audience: audience, Payload: []byte(`1`)})).To(Equal(1))
			other.next("for_others")
			spared.expectNothing()
		},
		Entry("for everyone", func(*browser) rooms.Audience { return rooms.Audience{} }),
		Entry("for all who are interested", func(*browser) rooms.Audience { return rooms.Audience{Topic: rooms.Patterns} }),
		Entry("for its user and for itself", func(spared *browser) rooms.Audience {
			return rooms.Audience{Rooms: []rooms.Room{rooms.UserRoom("7"), rooms.Room(spared.id)}}
		}),
	)
})
