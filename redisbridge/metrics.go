package redisbridge

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics reads the Bridge's own counters when it is scraped, so that nothing
// is counted twice. All labels have closed lists of values.
type metrics struct {
	bridge *Bridge

	connected, losses, returns, probe *prometheus.Desc
	producer                          *prometheus.Desc
	queued, queuedBytes               *prometheus.Desc
	messages, last, results           *prometheus.Desc
	waiting, gathered, cycles         *prometheus.Desc
	parked, commands                  *prometheus.Desc
	kept, gaps, unkept                *prometheus.Desc
}

func newMetrics(bridge *Bridge) *metrics {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("tickcast_redis_"+name, help, labels, nil)
	}
	return &metrics{
		bridge:      bridge,
		connected:   desc("connected", "1 while every channel is subscribed, confirmed and heard."),
		losses:      desc("losses_total", "Subscriptions that worked and were lost."),
		returns:     desc("returns_total", "Subscriptions that came back."),
		probe:       desc("probe_seconds", "Round trip of the last probe through Redis, connecting included."),
		producer:    desc("producer_online", "1 while the producer's heartbeat is fresh; 0 also while nobody can tell."),
		queued:      desc("queue_messages", "Messages that wait for the router."),
		queuedBytes: desc("queue_bytes", "Bytes of the messages that wait for the router."),
		messages:    desc("messages_total", "Messages received.", "channel"),
		last:        desc("last_message_timestamp_seconds", "When a channel last brought a message; 0 = never.", "channel"),
		results:     desc("events_total", "What messages became: accepted events, or the reason why not.", "channel", "result"),
		parked:      desc("parked_events", "Events of backtests that wait until Redis has told whose they are."),
		kept:        desc("backlog_messages_total", "Messages for the backlog: kept; failed, delivered before they were kept; filled, read because only another instance had heard them.", "result"),
		gaps:        desc("backlog_gaps_total", "Times in which messages may have been missed by all instances."),
		unkept:      desc("backlog_waiting", "Messages that were delivered and are not kept yet."),
		waiting:     desc("buffer_waiting", "Events that wait to go out in a batch.", "event"),
		gathered:    desc("buffer_events_total", "What became of events that go out in batches: buffered, then deduplicated or flushed.", "event", "result"),
		cycles:      desc("buffer_flushes_total", "How often what was gathered went out.", "event"),
		commands:    desc("commands_total", "Commands of the application: obeyed, or skipped because they are none.", "command"),
	}
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{
		m.connected, m.losses, m.returns, m.probe, m.producer, m.queued, m.queuedBytes, m.messages, m.last, m.results,
		m.waiting, m.gathered, m.cycles, m.parked, m.commands,
		m.kept, m.gaps, m.unkept,
	} {
		out <- desc
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(out chan<- prometheus.Metric) {
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	count := func(desc *prometheus.Desc, value uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(value), labels...)
	}
	state := m.bridge.State()
	gauge(m.connected, oneIf(state.Hearing()))
	count(m.losses, state.Losses)
	count(m.returns, state.Returns)
	gauge(m.probe, state.RoundTrip.Seconds())
	gauge(m.producer, oneIf(state.Producer.Status == Online))
	gauge(m.queued, float64(state.Queue.Messages))
	gauge(m.queuedBytes, float64(state.Queue.Bytes))
	gauge(m.parked, float64(state.Parked))
	count(m.commands, state.Commands.Kicks, "kick")
	count(m.commands, state.Commands.Changes, "preferences")
	count(m.commands, state.Commands.Skipped, "skipped")
	if state.Backlog.Enabled {
		count(m.kept, state.Backlog.Kept, "kept")
		count(m.kept, state.Backlog.Failed, "failed")
		count(m.kept, state.Backlog.Filled, "filled")
		count(m.gaps, state.Backlog.Gaps)
		gauge(m.unkept, float64(state.Backlog.Waiting))
	}
	for _, w := range state.Buffer.Windows {
		gauge(m.waiting, float64(w.Waiting), w.Event)
		count(m.gathered, w.Buffered, w.Event, "buffered")
		count(m.gathered, w.Deduplicated, w.Event, "deduplicated")
		count(m.gathered, w.Flushed, w.Event, "flushed")
		count(m.cycles, w.Cycles, w.Event)
	}
	for _, channel := range append(state.Channels, state.Unknown) {
		count(m.messages, channel.Received, channel.Name)
		gauge(m.last, unixSeconds(channel.LastMessage), channel.Name)
		count(m.results, channel.Events, channel.Name, Accepted.String())
		for reason, n := range channel.Rejected {
			count(m.results, n, channel.Name, reason.String())
		}
	}
}

func oneIf(so bool) float64 {
	if so {
		return 1
	}
	return 0
}

func unixSeconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1e3
}
