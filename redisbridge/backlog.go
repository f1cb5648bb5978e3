package redisbridge

import (
	"context"
	"crypto/rand"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
)

// Backlog is what was published lately on the channels whose rows say Replay: messages, in a stream in Redis. All
// instances append what they hear, and the first to come makes the entry.
//
// The stream is the order in which every instance handles these messages, each entry once. What it hears
// only tells it of an entry sooner; entries that it has not heard of (it was cut off, its queue ran over) it reads,
// before it handles those that come after them.
type Backlog struct {
	// Set once, then read only.
	cfg     config.Backlog
	client  redis.UniversalClient
	log     zerolog.Logger
	scripts scripts
	name    string        // of this instance, among those that answer each other
	bridge  *Bridge       // that handles the messages
	turns   chan struct{} // taken by who reads
	replies chan reply    // to other instances
	// Owned by the router loop.
	cursors cursors
	owed    []owing
	owing   int       // bytes of these
	breaks  int       // how many of these are breaks
	held    []raw     // all that came since there is doubt what was missed before it
	holding int       // bytes of these
	again   time.Time // before it nothing is appended: Redis did not answer the last time
	spots   []spot    // of the batch at hand
	// Guarded by live, which the router loop holds while it handles a message that is kept.
	live     sync.Mutex
	begun    bool
	unkept   bool // something was handled and will never be in the stream
	handled  entryID
	ring     ring
	doubtful bool          // whether nothing was missed is being found out
	verdict  chan struct{} // closed when it is; nil = nobody is finding out
	behind   bool          // something is owed
	meeting  *reading
	// Guarded by telling.
	telling sync.Mutex
	failing bool
	// Safe for anyone.
	newest, settled atomic.Pointer[entryID]
	heard           atomic.Int64 // up to when nothing was missed unknown to us, by Redis' clock; 0 = since never
	attending       atomic.Bool  // a line hears, and it is being found out or known what was missed before it
	silent          atomic.Bool  // the line was lost, and Redis has not answered since
	displaced       atomic.Bool  // a message that should have been kept had to go before it was
	counts          backlogCounts
}

type backlogCounts struct{ kept, failed, filled, gaps, waiting atomic.Uint64 }

const maxReplays = 8 // at one time

// NewBacklog prepares a Backlog. A Bridge that is to keep it is told so with Keep.
func NewBacklog(cfg config.Backlog, client redis.UniversalClient, log zerolog.Logger) *Backlog {
	return &Backlog{
		cfg:     cfg,
		client:  client,
		log:     log,
		scripts: newScripts(),
		name:    rand.Text(),
		replies: make(chan reply, maxReplies),
		turns:   make(chan struct{}, maxReplays),
		cursors: newCursors(cfg.Max),
		verdict: make(chan struct{}),
	}
}

// Keep makes the Bridge append to the backlog what it hears, and number its events. It comes before Run.
func (b *Bridge) Keep(backlog *Backlog) {
	b.backlog = backlog
	backlog.bridge = b
	backlog.meeting = newReading(context.Background(), backlog, false)
}

// Settled is the position up to which all events are in the outboxes of those whom they are for; "" = none yet.
func (k *Backlog) Settled() string {
	if settled := k.settled.Load(); settled != nil {
		return settled.String()
	}
	return ""
}

// position is up to where the stream has been handled. It waits for nobody.
func (k *Backlog) position() entryID {
	if newest := k.newest.Load(); newest != nil {
		return *newest
	}
	return entryID{}
}

// settle moves the marks; Settled stays where it is while something before it waits for its owner. The caller holds live.
func (k *Backlog) settle() {
	at := k.handled
	if !k.begun {
		return
	}
	k.newest.Store(&at)
	if k.bridge.parked.waiting.Load() == 0 {
		k.settled.Store(&at)
	}
}

// sure reports whether all that was published since the stream began is in it, or a break says otherwise.
// The caller holds live.
func (k *Backlog) sure() bool {
	return k.begun && !k.doubtful && !k.behind && !k.unkept && !k.displaced.Load()
}

// tell logs once that the backlog cannot be kept, and once that it can again.
func (k *Backlog) tell(err error) {
	k.telling.Lock()
	defer k.telling.Unlock()
	switch failing := err != nil; {
	case failing && !k.failing:
		k.log.Warn().Err(err).Msg("redis does not keep what is published: who loses a connection now may miss it")
	case k.failing && !failing:
		k.log.Info().Msg("redis keeps again what is published")
	}
	k.failing = err != nil
}

func (k *Backlog) state() BacklogState {
	if k == nil {
		return BacklogState{}
	}
	s := BacklogState{
		Enabled: true,
		Kept:    k.counts.kept.Load(),
		Failed:  k.counts.failed.Load(),
		Waiting: k.counts.waiting.Load(),
		Filled:  k.counts.filled.Load(),
		Gaps:    k.counts.gaps.Load(),
	}
	if k.newest.Load() != nil {
		s.Newest = k.position().String()
	}
	return s
}
