package redisbridge

import (
	"context"
	"crypto/rand"
	"runtime/debug"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
)

// Sink takes the events, one after the other, and says how many sockets each reached.
type Sink interface {
	Route(rooms.Event) int
}

// Bridge brings what is published in Redis to a Sink.
type Bridge struct {
	// Set once, then read only.
	cfg       config.Redis
	client    redis.UniversalClient
	sink      Sink
	log       zerolog.Logger
	seldom    zerolog.Logger // for what a broken producer can cause a thousand times a second
	channels  []Channel
	rows      map[string]int // of the table, by name
	control   string         // our own channel, for probes
	jobs      *Jobs          // nil = nobody announces whose jobs are
	python    *PythonQueue   // nil = we are in no message queue
	users     *Users         // nil = nobody announces whose subscriptions change
	backlog   *Backlog       // nil = nothing is kept
	commanded Commanded      // nil = nobody obeys commands
	ledgers   []ledger       // one a row, and one for all else
	standing  *standing
	producer  *producer
	queue     *queue
	buffer    *buffer
	parked    *parked
	commands  commands
	// Owned by the router loop.
	message message
	outcome outcome // of the message at hand
	stamp   stamp   // of its events
}

const (
	logBurst  = 10 // rejected messages logged in a logPeriod; counters have them all
	logPeriod = 10 * time.Second
	flushTime = 2 * time.Second // for what is queued when the Bridge stops
	settled   = time.Second     // a subscription that lasted this long is taken up again at once
)

// New prepares a Bridge. Nothing happens before Run.
func New(cfg config.Redis, streaming config.Streaming, client redis.UniversalClient, sink Sink, reg prometheus.Registerer, log zerolog.Logger) *Bridge {
	b := &Bridge{
		cfg:      cfg,
		client:   client,
		sink:     sink,
		log:      log,
		seldom:   log.Sample(&zerolog.BurstSampler{Burst: logBurst, Period: logPeriod}),
		channels: Channels(),
		rows:     make(map[string]int),
		control:  "tickcast:probe:" + rand.Text(),
		standing: newStanding(log),
		producer: newProducer(client, log),
		queue:    newQueue(cfg.QueueBytes),
		parked:   newParked(maxParked, maxParkedBytes),
		message:  message{memory: newMemory()},
	}
	b.ledgers = make([]ledger, len(b.channels)+1)
	for row, channel := range b.channels {
		b.rows[channel.Name] = row
	}
	b.buffer = newBuffer(streaming, b.queue.wake)
	reg.MustRegister(newMetrics(b))
	return b
}

// Follow has the jobs told what the producer says of them. It comes before Run.
func (b *Bridge) Follow(jobs *Jobs) {
	b.jobs, b.message.memory.jobs = jobs, jobs
	jobs.told = b.queue.wake
}

// Join makes the Bridge hear a message queue beside the table's channels. It comes before Run.
func (b *Bridge) Join(python *PythonQueue) {
	b.python = python
	b.rows[python.channel] = len(b.channels)
	b.channels = append(b.channels, Channel{Name: python.channel})
	b.ledgers = make([]ledger, len(b.channels)+1)
}

// Run listens until ctx ends, whatever happens to Redis meanwhile, and then
// routes what it has already heard, down to the last batch.
func (b *Bridge) Run(ctx context.Context) error {
	var router sync.WaitGroup
	router.Go(b.route)
	var watcher sync.WaitGroup
	watcher.Go(func() { b.producer.watch(ctx) })
	defer watcher.Wait()
	b.listen(ctx)
	b.queue.close(flushTime)
	router.Wait()
	for _, r := range b.queue.rest() {
		if !r.told() {
			b.drop(r.row, Stopped, len(r.text))
		}
	}
	return nil
}

// Charts are the bars that were published lately.
func (b *Bridge) Charts() *Charts { return b.message.memory.charts }

// Movers are the market movers that were published last.
func (b *Bridge) Movers() *Movers { return b.message.memory.movers }

// State is a snapshot; it costs a few loads.
func (b *Bridge) State() State {
	s := State{
		Producer: b.producer.read(), Queue: b.queue.state(), Buffer: b.buffer.state(), Parked: int(b.parked.waiting.Load()),
		Commands: b.commands.state(), Backlog: b.backlog.state(),
		Channels: make([]ChannelState, len(b.channels)),
	}
	b.standing.fill(&s)
	for row, channel := range b.channels {
		s.Channels[row] = b.ledgers[row].state(channel.Name)
	}
	s.Unknown = b.ledgers[b.unknown()].state("other")
	return s
}

func (b *Bridge) unknown() int { return len(b.channels) }

// route is the router loop: one message after the other, in the order of their arrival.
func (b *Bridge) route() {
	for batch, ok := b.queue.popAll(nil); ok; batch, ok = b.queue.popAll(batch) {
		switch {
		case batch[0].row == wokenUp:
			b.flushDue(time.Now())
			b.release()
		case batch[0].told():
			b.backlog.listenTo(batch[0])
		case b.backlog != nil:
			b.backlog.take(batch)
		default:
			for _, r := range batch {
				b.handle(r)
			}
		}
		clear(batch)
	}
	if b.backlog != nil {
		b.backlog.release()
	}
	for w := range b.buffer.open() {
		b.flush(w)
	}
	b.release()
	b.abandon()
}

func (b *Bridge) handle(r raw) {
	b.outcome = outcome{}
	defer func() { b.ledgers[r.row].conclude(b.outcome) }()
	defer b.contain(r)
	if b.channels[r.row].Translate == nil {
		b.hearPython(r)
		return
	}
	for event, reason := range b.message.translate(b.channels[r.row], r.text, r.received) {
		if reason != Accepted {
			b.reject(r.row, reason, len(r.text))
			b.outcome.lost = b.outcome.lost || !reason.understood()
			continue
		}
		event.Position = b.stamp.next()
		b.deliver(r, event)
	}
}

// hearPython has the message carried out at once, between the events before it and after it.
func (b *Bridge) hearPython(r raw) {
	if reason := b.python.hear(r.text); reason != Accepted {
		b.reject(r.row, reason, len(r.text))
		return
	}
	b.ledgers[r.row].accept(r.received)
}

func (b *Bridge) deliver(r raw, event rooms.Event) {
	if !b.address(r, &event) {
		return
	}
	if b.gather(r.row, event) || b.send(r, event) {
		b.ledgers[r.row].accept(event.Received)
		b.outcome.used = true
	}
}

// send reports false if the sink panicked.
func (b *Bridge) send(r raw, event rooms.Event) (sent bool) {
	defer b.contain(r)
	b.sink.Route(event)
	return true
}

// contain keeps a panic to the message that caused it.
func (b *Bridge) contain(r raw) {
	cause := recover()
	if cause == nil {
		return
	}
	b.outcome.lost = true
	b.ledgers[r.row].rejected[Panicked].Add(1)
	b.seldom.Error().Str("channel", b.channels[r.row].Name).Str("reason", Panicked.String()).
		Interface("panic", cause).Bytes("stack", debug.Stack()).Msg("a message from redis was skipped")
}

// drop rejects a message before it was read.
func (b *Bridge) drop(row int, reason Reason, size int) {
	b.ledgers[row].dropped.Add(1)
	b.reject(row, reason, size)
}

// reject is the only way in which a message ends without an event.
func (b *Bridge) reject(row int, reason Reason, size int) {
	b.ledgers[row].rejected[reason].Add(1)
	name := "other"
	if row < len(b.channels) {
		name = b.channels[row].Name
	}
	entry := b.seldom.Warn()
	if reason.harmless() {
		entry = b.log.Debug()
	}
	entry.Str("channel", name).Str("reason", reason.String()).Int("bytes", size).Msg("a message from redis was skipped")
}
