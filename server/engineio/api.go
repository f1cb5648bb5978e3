package engineio

import (
	"net/http"
	"time"
)

// Config holds the limits of a Server. There are no hidden defaults.
type Config struct {
	PingInterval   time.Duration // between two pings of the server (protocol 3: expected of the client)
	PingTimeout    time.Duration // how long an answer may take
	UpgradeTimeout time.Duration // how long a probing websocket may take to finish its upgrade
	WriteTimeout   time.Duration // how long one write may wait for a client that does not read
	ReadTimeout    time.Duration // how long a polling body, or the rest of a started frame, may take
	MaxPayload     int           // bytes of one message, and of one polling body
	Outbox         int           // bytes that may wait for one session; see Send
	Compression    bool          // of websocket messages, where the client offers it
	CompressionMin int           // bytes of a message from which it is worth it
	Writers        int           // shared writers; 0 = one per CPU

	MaxSessions         int // at one time; 0 = any number
	MaxPerAddress       int // of those from one address, or from one /64 of IPv6; 0 = any number
	HandshakesPerSecond int // more of them wait a little, or are refused; 0 = any number

	// Allow, if set, judges each request before anything else; who is not allowed gets 403.
	Allow func(*http.Request) bool

	// Owner, if set, names who sends a request; "" is nobody in particular. Every request of a session must
	// have the owner of its handshake. While it cannot be known only the handshake's own headers will do.
	Owner func(*http.Request) (owner string, known bool)

	// Mark, if set, is asked before a ping is queued (protocol 3: a pong): how far is what waits before it?
	// It must be quick. Session.Proven tells what the client has shown to have got.
	Mark func() string

	// Written, if set, hears how long the oldest message of a write has waited since its frame was made.
	Written func(time.Duration)
}

// Listener hears one session. Its calls never overlap and keep the order of the wire.
type Listener interface {
	// Message is one message packet. data is valid during the call only.
	// An error closes the session as ParseError.
	Message(data []byte, binary bool) error
	// Closed is called once, last.
	Closed(CloseReason)
}

// Accept is called for each handshake, before OPEN is sent and before anything is read.
// Nothing of the request may be kept after it returns, but what was copied out of it.
type Accept func(*Session, *http.Request) Listener

// CloseReason says why a session ended: on the wire's own words where Socket.IO has any,
// for the log and for the metric alike. The list is closed.
type CloseReason string

const (
	TransportClose CloseReason = "transport close" // the client closed, or its connection went away
	TransportError CloseReason = "transport error" // a broken frame, an overlapping poll, a body too large
	PingTimeout    CloseReason = "ping timeout"
	ParseError     CloseReason = "parse error" // a packet that no client of the protocol sends
	ServerClose    CloseReason = "forced server close"
	Slow           CloseReason = "slow" // its outbox was over the bound, or a write timed out
	Drain          CloseReason = "server shutting down"
)

// Reasons lists every CloseReason, so that each has its metric from the start.
var Reasons = []CloseReason{TransportClose, TransportError, PingTimeout, ParseError, ServerClose, Slow, Drain}
