package server_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
)

var _ = Describe("The limit of what one user gets", func() {
	It("is the one that sockets are made with", func() {
		s := startSiteWith(nil, server.Sources{Limits: rooms.Limits{PerSecond: 2}})
		router := s.sockets.Router()
		Expect(router.Subscribe(rooms.Subscription{Room: rooms.UserRoom("7"), Topic: rooms.TierPatterns})).To(Succeed())
		for range 5 {
			router.Route(rooms.Event{Name: "tier_pattern", Audience: rooms.Audience{Namespace: "/", Topic: rooms.TierPatterns}, Payload: []byte("{}")})
		}
		Expect(router.Stats().RateLimited).To(BeEquivalentTo(3))
	})
})
