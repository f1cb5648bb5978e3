package server

import (
	"context"
	"encoding/json"
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/flaskauth"
	"github.com/tickstock/tickcast/server/sio"
)

// User is the person behind a socket, as far as its handshake proved one. The zero User is nobody in particular.
type User struct {
	ID    string // "7"
	Admin bool
	Doubt flaskauth.Reason // why it is nobody, if its cookie is to blame

	// Refusal is why it may not connect at all; the browser is told.
	Refusal error

	// How it was proved, for those who look again.
	asked flaskauth.Key // what the application was asked; zero = nothing
	until time.Time     // the end of a token; zero = none
}

// Identify names the user behind a socket from what its handshake proved.
// It is the only door for identity: no payload of an event ever names a user.
type Identify func(*sio.Socket) User

// Sources are what sockets ask of others. One that is nil is not there: pages are told so, in their words.
type Sources struct {
	Identify Identify // nil = Proofs.Identify, or everybody is anonymous
	Proofs   *Proofs  // nil = nothing is looked at again
	Charts   Charts
	Movers   Movers
	Feeds    Feeds
	Jobs     Jobs
	Choices  Choices // nil = pattern alerts go to everyone
	Backlog  Backlog // nil = nothing is kept: who was away has missed it
	Users    Users   // nil = what users subscribe to is known here alone

	Recoveries Recoveries    // nil = no socket is recovered; it takes a Backlog, too
	Recovery   time.Duration // how long a socket can be recovered for; 0 = never

	Recheck   time.Duration // how often the application is asked again whether users still are; 0 = never
	LoginOnly bool          // only users may connect, nobody anonymous
	Limits    rooms.Limits  // of what one user gets
}

// settled is nil if there is no backlog.
func (sources Sources) settled() func() string {
	if sources.Backlog == nil {
		return nil
	}
	return sources.Backlog.Settled
}

// Backlog has what was published lately. A position is opaque here; "" is none. Positions are compared by Backlog alone.
type Backlog interface {
	// Settled is the position up to which all events are in the outboxes of those whom they are for.
	Settled() string
	// Replay hands over the events after a position that are kept, oldest first, each with its Position and its
	// time of reception, and says how far it got. It is not complete if any that came after from may be missing.
	Replay(ctx context.Context, from string, each func(rooms.Event)) (to string, complete bool, err error)
	// Meet stops the live events between two of them, hands over those after from, and calls join with the position of
	// the last one: what each was not given comes live, and nothing comes twice. Neither may wait for
	// anything. It is not whole if events after from are no longer at hand; with from "" there are none to hand over.
	// join is called in any case.
	Meet(from string, each func(rooms.Event), join func(at string)) (whole bool)
}

// Recoveries keep what a socket needs to live on after its connection, on any instance. A pid is a secret. Each
// method may take as long as Redis does, and no longer than ctx.
type Recoveries interface {
	// Keep replaces the state, for so long.
	Keep(ctx context.Context, pid string, state []byte, life time.Duration) error
	// Find returns the state; nil if there is none.
	Find(ctx context.Context, pid string) ([]byte, error)
	// Touch begins the lives anew, and lists those that are not there.
	Touch(ctx context.Context, pids []string, life time.Duration) (missing []string, err error)
	// Forget has the socket never come back.
	Forget(ctx context.Context, pid string) error
}

// Users keeps what users subscribe to, and how far they have seen, for all instances. Whoever wires the parts
// together has it tell Sockets what others change: see UserChanged, UserUnknown and UsersMissed.
type Users interface {
	// Load is what is kept of a user, and the cursor; "" is none. Nil subscriptions say that nothing is kept. It may
	// take as long as Redis does, and no longer than ctx.
	Load(ctx context.Context, user string) (kept []rooms.Subscription, cursor string, err error)
	// Put and Remove change what is kept. They do not wait: settled is closed when it is written, or cannot be now and is later.
	Put(user string, s rooms.Subscription) (settled <-chan struct{})
	Remove(user string, topic rooms.Topic, id string) (settled <-chan struct{})
	// SaveCursors keeps how far users have seen, never less than before, and has what is kept of them kept for longer;
	// an empty cursor does that alone. It does not wait.
	SaveCursors(cursors map[string]string)
	// ReturnCursor has a cursor go back, unless it has moved on since. It does not wait.
	ReturnCursor(user, is, was string)
}

// Charts has the latest bars of symbols.
type Charts interface {
	// Bars is a JSON array, oldest first; nil if there are none. timeframe is "1min", "1d", or a synonym of it.
	Bars(symbol, timeframe string) json.RawMessage
}

// Movers has the latest market movers.
type Movers interface {
	// MarketMovers is what the producer published last; nil if nothing yet.
	MarketMovers() json.RawMessage
}

// Feeds knows the producer's connections to the market.
type Feeds interface {
	// Feeds lists them by name: connection_1 …
	Feeds() []Feed
}

// Feed is one connection of the producer to the market, as its ticks show it.
type Feed struct {
	Name     string // "connection_1"
	Alive    bool   // a tick came lately
	Ticks    uint64
	Errors   uint64    // messages that were no tick
	LastTick time.Time // zero = none yet
	Symbols  []string  // seen, in no particular order; bounded
}

// Choices knows what users have chosen about pattern alerts.
type Choices interface {
	// AlertRule is the user's; found is false if there is none. It may take as long as Redis does, and no longer than ctx.
	AlertRule(ctx context.Context, user string) (rule rooms.AlertRule, found bool, err error)
}

// Jobs hands backtests to the producer. Each method may take as long as Redis does, and no longer than ctx.
type Jobs interface {
	// Submit publishes a job and returns its id. A *rooms.FieldError says what is wrong with the request, a JSON object.
	Submit(ctx context.Context, user string, request json.RawMessage) (id string, err error)
	// Cancel asks the producer to stop a job of this user.
	Cancel(ctx context.Context, user, id string) error
	// List returns the records of a user's jobs, latest first.
	List(ctx context.Context, user string) ([]json.RawMessage, error)
}
