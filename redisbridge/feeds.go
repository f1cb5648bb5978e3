package redisbridge

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Feed is one of the producer's connections to the market, as its ticks show it.
type Feed struct {
	Name     string // "connection_1"
	Ticks    uint64
	Errors   uint64    // messages that were no tick
	LastTick time.Time // zero = none yet
	Symbols  []string  // seen so far, sorted; no more than feedSymbols
}

const (
	firstFeed    = "connection_1" // of ticks that name none
	feedSymbols  = 1000           // remembered of each feed
	symbolLength = 64             // bytes; a longer one is not remembered
)

// Feeds are the connections that pages have a card for, each whether it has brought anything yet or not.
func (b *Bridge) Feeds() []Feed { return b.message.memory.feeds.list() }

// feeds follows the connections. The ticks of any other are delivered, but leave no trace here.
type feeds struct {
	// Guarded by mu.
	mu    sync.Mutex
	feeds []feed
}

type feed struct {
	Feed
	symbols map[string]bool
}

func newFeeds() *feeds {
	f := &feeds{}
	for _, name := range []string{firstFeed, "connection_2", "connection_3"} {
		f.feeds = append(f.feeds, feed{Feed{Name: name}, make(map[string]bool)})
	}
	return f
}

func (f *feeds) tick(connection, symbol string, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	feed := f.named(connection)
	if feed == nil {
		return
	}
	feed.Ticks++
	feed.LastTick = at
	if !feed.symbols[symbol] && len(feed.symbols) < feedSymbols && len(symbol) <= symbolLength {
		feed.symbols[strings.Clone(symbol)] = true
	}
}

// stumble counts a message that was no tick.
func (f *feeds) stumble(connection string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if feed := f.named(connection); feed != nil {
		feed.Errors++
	}
}

// named is nil for a connection without a card. The caller holds mu.
func (f *feeds) named(connection string) *feed {
	for i := range f.feeds {
		if f.feeds[i].Name == connection {
			return &f.feeds[i]
		}
	}
	return nil
}

func (f *feeds) list() []Feed {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := make([]Feed, len(f.feeds))
	for i, feed := range f.feeds {
		list[i] = feed.Feed
		list[i].Symbols = slices.Sorted(maps.Keys(feed.symbols))
	}
	return list
}
