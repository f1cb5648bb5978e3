package server

import (
	"fmt"
	"slices"
	"time"
)

const (
	maxLosses  = 5               // of a subscription: more are many
	longSilent = 5 * time.Minute // without an event
)

// subscriberReport is how well we hear the producer.
type subscriberReport struct {
	Status            string          `json:"status"`
	Message           string          `json:"message"`
	Stats             subscriberStats `json:"stats"`
	TickStockPLOnline bool            `json:"tickstock_pl_online"`
	LastCheck         float64         `json:"last_check"`
}

// subscriberStats count messages since the start, but for EventsForwarded.
type subscriberStats struct {
	EventsReceived     uint64   `json:"events_received"`
	EventsProcessed    uint64   `json:"events_processed"` // understood
	EventsForwarded    uint64   `json:"events_forwarded"` // what became of them, for browsers
	EventsDropped      uint64   `json:"events_dropped"`   // nothing was usable; the channels tell why
	ConnectionErrors   uint64   `json:"connection_errors"`
	LastEventTime      *float64 `json:"last_event_time"`
	RuntimeSeconds     float64  `json:"runtime_seconds"`
	EventsPerSecond    float64  `json:"events_per_second"`
	IsRunning          bool     `json:"is_running"`
	SubscribedChannels []string `json:"subscribed_channels"`
}

func reportSubscriber(redis RedisState, started, now time.Time) subscriberReport {
	status, message := judgeSubscriber(redis, now)
	return subscriberReport{
		Status:            status,
		Message:           message,
		Stats:             countSubscriber(redis, now.Sub(started)),
		TickStockPLOnline: redis.Producer == producerOnline,
		LastCheck:         epoch(now),
	}
}

// judgeSubscriber names one trouble: the first of these. Without Redis nothing runs.
func judgeSubscriber(redis RedisState, now time.Time) (status, message string) {
	switch {
	case !redis.Hearing:
		return statusError, "Subscriber service not running"
	case redis.Losses > maxLosses:
		return statusDegraded, fmt.Sprintf("Multiple connection errors (%d)", redis.Losses)
	}
	if troubles := redis.troubles(now); len(troubles) > 0 {
		return statusWarning, troubles[0]
	}
	return statusHealthy, allWell
}

const (
	producerOnline  = "online"
	producerOffline = "offline"
	allWell         = "Service operating normally"
)

// troubles are the producer's.
func (r RedisState) troubles(now time.Time) (troubles []string) {
	if r.Producer == producerOffline {
		troubles = append(troubles, "TickStockPL producer appears offline - using fallback detection")
	}
	if last := r.lastEvent(); !last.IsZero() && now.Sub(last) > longSilent {
		troubles = append(troubles, "No events received in last 5 minutes")
	}
	return troubles
}

// lastEvent is zero if there was none yet.
func (r RedisState) lastEvent() (last time.Time) {
	for _, channel := range r.Channels {
		if channel.LastEvent.After(last) {
			last = channel.LastEvent
		}
	}
	return last
}

func countSubscriber(redis RedisState, uptime time.Duration) subscriberStats {
	stats := subscriberStats{
		ConnectionErrors:   redis.Losses,
		LastEventTime:      epochOrNull(redis.lastEvent()),
		RuntimeSeconds:     rounded(uptime.Seconds(), 1),
		IsRunning:          redis.Hearing,
		SubscribedChannels: []string{},
	}
	for name, channel := range redis.Channels {
		if redis.Hearing && name != otherName {
			stats.SubscribedChannels = append(stats.SubscribedChannels, name)
		}
		stats.EventsReceived += channel.Received
		stats.EventsForwarded += channel.Events
		stats.EventsDropped += channel.Dropped
	}
	stats.EventsProcessed = stats.EventsReceived - min(stats.EventsDropped, stats.EventsReceived)
	stats.EventsPerSecond = rounded(float64(stats.EventsReceived)/max(uptime.Seconds(), 1), 2)
	slices.Sort(stats.SubscribedChannels)
	return stats
}
