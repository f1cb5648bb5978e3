package server

import (
	"math"
	"slices"
	"strings"
	"sync"
	"time"
)

// feedReport is the payload of connection_status_update.
type feedReport struct {
	TotalConnections   int                 `json:"total_connections"`
	ConnectedCount     int                 `json:"connected_count"`
	TotalTicksReceived uint64              `json:"total_ticks_received"`
	TotalErrors        uint64              `json:"total_errors"`
	Connections        map[string]feedCard `json:"connections"`
}

// feedCard is what the page shows of one connection.
type feedCard struct {
	Name            string   `json:"name"`
	Status          string   `json:"status"`
	UniverseKey     string   `json:"universe_key"` // ticks do not tell it
	Symbols         []string `json:"symbols"`
	AssignedTickers int      `json:"assigned_tickers"` // how many symbols
	MessageCount    uint64   `json:"message_count"`
	ErrorCount      uint64   `json:"error_count"`
	LastMessageTime *float64 `json:"last_message_time"`
}

// feedMetrics is what metrics_update tells of one connection.
type feedMetrics struct {
	MessageCount      uint64  `json:"message_count"`
	MessagesPerSecond float64 `json:"messages_per_second"`
	ErrorCount        uint64  `json:"error_count"`
	Status            string  `json:"status"`
}

// feeds are the connections that the page has a card for: it breaks on any other, and on a missing one.
func (s *Sockets) feeds() []Feed {
	cards := []Feed{{Name: "connection_1"}, {Name: "connection_2"}, {Name: "connection_3"}}
	if s.sources.Feeds == nil {
		return cards
	}
	for _, feed := range s.sources.Feeds.Feeds() {
		if i := slices.IndexFunc(cards, func(card Feed) bool { return card.Name == feed.Name }); i >= 0 {
			cards[i] = feed
		}
	}
	return cards
}

func reportFeeds(feeds []Feed) feedReport {
	r := feedReport{TotalConnections: len(feeds), Connections: make(map[string]feedCard, len(feeds))}
	for _, feed := range feeds {
		symbols := slices.Sorted(slices.Values(feed.Symbols))
		r.Connections[feed.Name] = feedCard{
			Name:            "Connection " + strings.TrimPrefix(feed.Name, "connection_"),
			Status:          feed.status(),
			Symbols:         append([]string{}, symbols...), // [] to a reader, not null
			AssignedTickers: len(symbols),
			MessageCount:    feed.Ticks,
			ErrorCount:      feed.Errors,
			LastMessageTime: epochOrNull(feed.LastTick),
		}
		if feed.Alive {
			r.ConnectedCount++
		}
		r.TotalTicksReceived += feed.Ticks
		r.TotalErrors += feed.Errors
	}
	return r
}

func (f Feed) status() string {
	if f.Alive {
		return "connected"
	}
	return "disconnected"
}

const (
	shortestSpan = time.Second     // over less a rate would only jump
	longestSpan  = 2 * pulsePeriod // over more it would be a rate of long ago: nobody has watched
)

// meter measures how fast feeds tick: from one reading to the next.
type meter struct {
	mu    sync.Mutex
	at    time.Time // of the last reading
	ticks map[string]uint64
	rates map[string]float64
}

// read tells the rates since the last reading, whoever asked for that.
func (m *meter) read(now time.Time, feeds []Feed) map[string]feedMetrics {
	m.mu.Lock()
	defer m.mu.Unlock()
	if span := now.Sub(m.at); span >= shortestSpan {
		m.measure(span, feeds)
		m.at = now
	}
	metrics := make(map[string]feedMetrics, len(feeds))
	for _, feed := range feeds {
		metrics[feed.Name] = feedMetrics{feed.Ticks, m.rates[feed.Name], feed.Errors, feed.status()}
	}
	return metrics
}

func (m *meter) measure(span time.Duration, feeds []Feed) {
	ticks, rates := make(map[string]uint64, len(feeds)), make(map[string]float64, len(feeds))
	for _, feed := range feeds {
		ticks[feed.Name] = feed.Ticks
		if span <= longestSpan && feed.Ticks >= m.ticks[feed.Name] {
			rates[feed.Name] = math.Round(float64(feed.Ticks-m.ticks[feed.Name])/span.Seconds()*10) / 10
		}
	}
	m.ticks, m.rates = ticks, rates
}
