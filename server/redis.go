package server

import "time"

// RedisState is what health, readiness and metrics tell of Redis.
// Whoever wires the parts together makes it from the bridge's own state.
type RedisState struct {
	State     string        // the bridge's own word: "subscribed", "connecting"…
	Hearing   bool          // every channel is subscribed, confirmed and probed: without it we are deaf, and not ready
	Since     time.Time     // when State began
	Reason    string        // why it is not hearing; free of secrets
	Embedded  bool          // our own, because none is configured
	Losses    uint64        // how often a subscription was lost
	LastProbe time.Duration // round trip of the last probe; 0 = none yet
	Producer  string        // "online", "offline"; "unknown" while nobody could ask
	LastBeat  time.Time     // of the producer's heartbeat; zero = none seen
	Buffer    BufferState
	Backlog   BacklogState
	Channels  map[string]ChannelState
}

// ChannelState is what came from one Redis channel.
type ChannelState struct {
	Received  uint64            // messages
	Dropped   uint64            // of those: nothing was usable
	Events    uint64            // made of them
	LastEvent time.Time         // zero = none yet
	Rejected  map[string]uint64 // by reason
}

// BacklogState is what is kept in Redis for those who were away. Counters are of messages, since the start.
type BacklogState struct {
	Enabled bool
	Kept    uint64
	Failed  uint64 // delivered before they were kept
	Waiting uint64 // of those: are not kept yet
	Filled  uint64 // read there, because only another instance had heard them
	Gaps    uint64 // times in which messages may have been missed by all instances
	Newest  string // position; "" = nothing is known of the backlog yet
}

// BufferState is what is gathered into streaming batches. Counters are since the start.
type BufferState struct {
	Enabled      bool
	Interval     time.Duration
	Patterns     int // that wait now
	Indicators   int
	Buffered     uint64
	Deduplicated uint64 // of those: gave way to a newer value
	Flushed      uint64 // of those: went out
	Cycles       uint64
}
