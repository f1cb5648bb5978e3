package redisbridge

import "time"

// Phase is how the Bridge stands with Redis.
type Phase string

const (
	Connecting Phase = "connecting" // no subscription yet, or none any more
	Subscribed Phase = "subscribed" // every channel confirmed by Redis, and heard
	Deaf       Phase = "deaf"       // subscribed, but the probe does not come back
)

// State is a snapshot for health, readiness and whoever else asks.
type State struct {
	Phase     Phase
	Since     time.Time     // since when it has been hearing, or not
	Reason    string        // why it is not Subscribed, as a sentence without secrets
	Losses    uint64        // how often a subscription that worked was lost
	Returns   uint64        // how often it came back
	RoundTrip time.Duration // of the last probe through Redis, connecting included; 0 = none yet
	Producer  ProducerState
	Queue     QueueState
	Buffer    BufferState
	Parked    int // events of jobs whose owner Redis has not told yet
	Commands  CommandState
	Backlog   BacklogState
	Channels  []ChannelState // in the order of the table
	Unknown   ChannelState   // what came from anywhere else
}

// Hearing reports whether events can arrive: without it we are not ready.
func (s State) Hearing() bool { return s.Phase == Subscribed }

// ProducerState is how TickStockPL is, by its own word in Redis.
type ProducerState struct {
	Status   string    // Online, Offline or Unknown
	LastBeat time.Time // what its heartbeat said last; zero = none seen
}

// The statuses of the producer.
const (
	Online  = "online"
	Offline = "offline"
	Unknown = "unknown" // Redis was not asked yet, or gave no answer
)

// QueueState is what waits for the router.
type QueueState struct {
	Messages int
	Bytes    int
	Limit    int // bytes
}

// BufferState is what waits to go out in batches.
type BufferState struct {
	Enabled  bool
	Interval time.Duration
	Windows  []WindowState // in the order of the table of batches
}

// BacklogState is what is kept for those who were away.
type BacklogState struct {
	Enabled bool
	Kept    uint64 // messages that were heard and have their place
	Failed  uint64 // messages that were delivered before they had one: Redis was slow or refused
	Waiting uint64 // of those: have none yet
	Filled  uint64 // messages that were not heard, but read: another instance had heard them
	Gaps    uint64 // times in which messages may have been missed by all instances
	Newest  string // position of what was handled last; "" = nothing is known of the backlog yet
}

// CommandState counts what the application told us to do.
type CommandState struct {
	Kicks   uint64
	Changes uint64 // of alert preferences
	Skipped uint64 // not understood
}

// WindowState counts what was gathered into one kind of batch.
type WindowState struct {
	Event        string // the batch's
	Waiting      int
	Buffered     uint64 // ever
	Deduplicated uint64 // of those: gave way to something newer
	Flushed      uint64 // of those: went out
	Cycles       uint64 // how often a window was flushed
}

// ChannelState is what one channel has brought.
type ChannelState struct {
	Name        string
	Received    uint64 // messages
	Dropped     uint64 // of those: nothing was usable. What only lacks something, or asks for nothing, is not among them
	Events      uint64 // made of them and routed
	Rejected    map[Reason]uint64
	LastMessage time.Time // zero = none yet
	LastEvent   time.Time
}
