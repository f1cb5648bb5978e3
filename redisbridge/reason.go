package redisbridge

// Reason is why a message, or an event in it, went no further.
// The same closed list serves log, state and metric.
type Reason uint8

// The reasons. Accepted is the absence of one. From MissingPattern to Probe the message itself is sound.
const (
	Accepted         Reason = iota
	NotJSON                 // no JSON text
	NotObject               // JSON, but no object
	TooLarge                // more bytes than redis.message_max
	TooDeep                 // nested deeper than maxDepth
	BadUTF8                 // bytes that no browser may be sent in a text frame
	NotFinite               // NaN or Infinity, which Python writes and no browser can read
	DuplicateKey            // two members of one name: readers would disagree about which counts
	BadData                 // "data" is there, but no object
	MissingPattern          // a pattern without a name
	MissingSymbol           // a pattern without a symbol
	MissingJob              // a backtest message without its job
	MissingPrice            // a price that is no number
	MissingBar              // a bar without a number for its open, high, low or close
	MissingVolume           // a volume that is no number
	MissingSummary          // a summary that counts nothing
	MissingSession          // a streaming session that says nothing of itself
	MissingIndicator        // an indicator without a name
	MissingAlert            // an alert that says nothing
	BadRegime               // a market state without a regime that exists
	Idle                    // of processing, outside of a run
	PickleOff               // a pickle, and redis.pickle is off
	BadPickle               // no pickle of plain values
	UnsafePickle            // a pickle that would look something up, make it, or call it
	TooMany                 // more values than maxPickled
	BadMethod               // of Python's queue: none that exists
	BadEvent                // no name, or one that means something else to browsers
	BadNamespace            // none of ours
	BadRoom                 // no name of a room
	BadSocket               // no id of a socket
	Ignored                 // by redis.python_ignore
	Elsewhere               // nobody here is concerned
	Unpublished             // Redis did not take an answer
	Probe                   // the application's own test message
	UnknownChannel          // not in the table
	Panicked                // a translator or the router panicked
	QueueFull               // displaced by newer messages while the router was behind
	OwnerUnknown            // of a job, displaced by newer events before Redis told whose it is
	Stopped                 // still queued when the time to stop was up
	reasons                 // how many there are
)

var reasonNames = [reasons]string{
	Accepted:       "accepted",
	NotJSON:        "not_json",
	NotObject:      "not_object",
	TooLarge:       "too_large",
	TooDeep:        "too_deep",
	BadUTF8:        "bad_utf8",
	NotFinite:      "not_finite",
	DuplicateKey:   "duplicate_key",
	BadData:        "bad_data",
	MissingPattern: "missing_pattern",
	MissingSymbol:  "missing_symbol",
	MissingJob:     "missing_job",
	MissingPrice:   "missing_price",
	MissingBar:     "missing_bar",
	MissingVolume:  "missing_volume",
	MissingSummary: "missing_summary",
	MissingAlert:   "missing_alert",
	BadRegime:      "bad_regime",
	Idle:           "idle",
	PickleOff:      "pickle_off",
	BadPickle:      "bad_pickle",
	UnsafePickle:   "unsafe_pickle",
	TooMany:        "too_many",
	BadMethod:      "bad_method",
	BadEvent:       "bad_event",
	BadNamespace:   "bad_namespace",
	BadRoom:        "bad_room",
	BadSocket:      "bad_sid",
	Ignored:        "ignored",
	Elsewhere:      "elsewhere",
	Unpublished:    "unpublished",
	Probe:          "probe",
	UnknownChannel: "unknown_channel",
	Panicked:       "panic",
	QueueFull:      "queue_full",
	OwnerUnknown:   "owner_unknown",
	Stopped:        "stopped",

	MissingSession:   "missing_session",
	MissingIndicator: "missing_indicator",
}

// String is the reason's name in logs and metrics.
func (r Reason) String() string { return reasonNames[r] }

// understood reasons end a message that was read well, but lacks something or asks for nothing.
func (r Reason) understood() bool { return r >= MissingPattern && r <= Probe }

// harmless reasons are everyday affairs, nothing to warn of.
func (r Reason) harmless() bool { return r == Probe || r == Idle || r == Ignored || r == Elsewhere }
