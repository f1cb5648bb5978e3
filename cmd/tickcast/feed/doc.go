// Package feed is a sample TickStockPL: it replays a recording of realistic
// messages into Redis, over and over, as if they were happening now. Every
// timestamp is shifted to the moment of publishing and every run through the
// recording has its own job ids. It beats as the producer does.
//
// It is a command beside the server, which knows nothing of it: the server
// itself never makes up a market event.
package feed
