package main

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/redisbridge"
	"github.com/tickstock/tickcast/server"
)

var _ = Describe("What the server learns of Redis", func() {
	It("is each of the producer's feeds, alive if it ticked within a minute", func() {
		lately, long := time.Now().Add(-50*time.Second), time.Now().Add(-61*time.Second)
		feeds := marketFeeds(func() []redisbridge.Feed {
			return []redisbridge.Feed{
				{Name: "connection_1", Ticks: 3, Errors: 1, LastTick: lately, Symbols: []string{"AAPL"}},
				{Name: "connection_2", Ticks: 1, LastTick: long},
				{Name: "connection_3"},
			}
		})
		Expect(feeds.Feeds()).To(Equal([]server.Feed{
			{Name: "connection_1", Alive: true, Ticks: 3, Errors: 1, LastTick: lately, Symbols: []string{"AAPL"}},
			{Name: "connection_2", Ticks: 1, LastTick: long},
			{Name: "connection_3"},
		}))
	})

	It("is how the producer is", func() {
		beat := time.Now()
		state := redisState(redisbridge.State{Producer: redisbridge.ProducerState{Status: redisbridge.Online, LastBeat: beat}}, false)
		Expect(state.Producer).To(Equal("online"))
		Expect(state.LastBeat).To(Equal(beat))
	})
})
