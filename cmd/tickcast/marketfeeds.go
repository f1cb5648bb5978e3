package main

import (
	"time"

	"github.com/tickstock/tickcast/redisbridge"
	"github.com/tickstock/tickcast/server"
)

// feedSilence is how long a connection to the market may be without a tick and still count as alive.
const feedSilence = time.Minute

// marketFeeds translates what the bridge knows of them for the server. It asks
// late: the bridge is made after the sockets that want to know.
type marketFeeds func() []redisbridge.Feed

// Feeds implements server.Feeds.
func (f marketFeeds) Feeds() []server.Feed {
	known := f()
	feeds := make([]server.Feed, len(known))
	for i, feed := range known {
		feeds[i] = server.Feed{
			Name:     feed.Name,
			Alive:    time.Since(feed.LastTick) < feedSilence,
			Ticks:    feed.Ticks,
			Errors:   feed.Errors,
			LastTick: feed.LastTick,
			Symbols:  feed.Symbols,
		}
	}
	return feeds
}
