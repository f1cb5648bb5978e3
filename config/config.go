package config

import (
	"fmt"
	"net"
	"strconv"
	"time"
)

// Config is every setting. Durations are time.Duration, sizes bytes.
type Config struct {
	HTTP          HTTP
	Redis         Redis
	Streaming     Streaming
	Sockets       Sockets
	Auth          Auth
	Subscriptions Subscriptions
	Recovery      Recovery
	Limits        Limits
	Alerts        Alerts
	Backlog       Backlog
	Market        Market
	Drain         Drain
	Log           Log
}

// HTTP is the public listener, and who stands before and behind it.
type HTTP struct {
	Host           string // APP_HOST
	Port           int    // APP_PORT; 0 = any free port
	Upstream       string // FLASK_UPSTREAM: the application that gets what is not ours; empty = none
	OwnPaths       string // which of our paths are ours, with commas
	TrustedProxies string // TRUSTED_PROXIES: addresses and networks, with commas
}

// Redis says where the producer publishes. With neither URL nor Host an embedded Redis is started.
type Redis struct {
	URL          Secret        // REDIS_URL: redis://, rediss://, unix://, redis+sentinel://host:port,host:port/master, redis+cluster://host:port,host:port
	Host         string        // REDIS_HOST
	Port         int           // REDIS_PORT
	DB           int           // REDIS_DB
	Password     Secret        // REDIS_PASSWORD
	EmbeddedAddr string        // TICKCAST_REDIS_EMBEDDED_ADDR
	ProbeEvery   time.Duration // how often the bridge asks Redis whether it still hears
	RetryMax     time.Duration // cap of the jittered reconnect backoff
	QueueBytes   int           // bytes of messages that may wait for the router
	MessageMax   int           // bytes of one message; larger ones are rejected

	PythonChannel string // of Flask-SocketIO's message queue; empty or QueueOff = none
	PythonIgnore  string // events that are not taken from there, with commas; empty = those that we make ourselves
	Pickle        bool   // pickles are taken there too
}

// QueueOff is what redis.python_channel says, where it cannot be empty, of no message queue.
const QueueOff = "off"

// Queued reports whether we take part in a message queue.
func (r Redis) Queued() bool { return r.PythonChannel != "" && r.PythonChannel != QueueOff }

// Embedded reports whether no Redis is configured, so that one must be started.
func (r Redis) Embedded() bool { return r.URL == "" && r.Host == "" }

// Address says where Redis is, for a log or a page: never with a password.
func (r Redis) Address() string {
	switch {
	case r.URL != "":
		return redactURL(r.URL.Reveal())
	case r.Host != "":
		return fmt.Sprintf("redis://%s/%d", net.JoinHostPort(r.Host, strconv.Itoa(r.Port)), r.DB)
	}
	return "redis://" + r.EmbeddedAddr + "/0"
}

// Streaming says how patterns and indicators that come many times a second are gathered into batches.
type Streaming struct {
	BufferEnabled  bool          // STREAMING_BUFFER_ENABLED; without it each goes out on its own
	BufferInterval time.Duration // STREAMING_BUFFER_INTERVAL: from the first of a batch until it goes out
	MaxBuffer      int           // STREAMING_MAX_BUFFER_SIZE: so many at once do not wait any longer
}

// Sockets bounds what browsers may do.
type Sockets struct {
	PingInterval        time.Duration // WEBSOCKET_PING_INTERVAL
	PingTimeout         time.Duration // WEBSOCKET_PING_TIMEOUT
	ConnectTimeout      time.Duration // from the handshake to the first namespace
	UpgradeTimeout      time.Duration
	WriteTimeout        time.Duration
	ReadTimeout         time.Duration
	MaxPayload          int    // bytes of one message, and of one polling body
	Outbox              int    // bytes that may wait for one connection
	MaxAttachments      int    // binary attachments of one packet
	Compression         bool   // of websocket messages, where the browser offers it
	CompressionMin      int    // bytes of a message from which it is worth it
	MaxConnections      int    // at one time; 0 = as many as open files allow
	MaxPerAddress       int    // of those from one address, or one /64 of IPv6; 0 = any number
	HandshakesPerSecond int    // more wait a little, or are refused; 0 = any number
	Origins             string // WEBSOCKET_CORS_ALLOWED_ORIGINS: whose pages may connect besides our own, with commas
	OriginsAny          bool   // a * in Origins is meant
}

// Subscriptions are what users asked for; those of a socket alone end with it.
type Subscriptions struct {
	Keep   time.Duration // for how long without a socket
	Queued int           // the most that a user who returns gets of what was missed; 0 = nothing
}

// Recovery lets a browser that reconnects go on where it was.
type Recovery struct {
	Window time.Duration // for how long after its connection ended; 0 = never
}

// Limits bounds what one user gets.
type Limits struct {
	EventsPerSecond int // 0 = no limit
}

// Alerts are pattern alerts that go to everyone.
type Alerts struct {
	PythonPreferences bool // users' choices in the Flask application count
}

// Market is the stock market whose hours count.
type Market struct {
	Timezone string // MARKET_TIMEZONE: an IANA name
}

// Drain is the polite stop after SIGTERM.
type Drain struct {
	Delay   time.Duration // SHUTDOWN_DELAY: not ready, but still serving, so that a balancer can look away
	Spread  time.Duration // over which connections are closed
	Timeout time.Duration // DRAIN_TIMEOUT: then the rest is cut
}

// Log says how much to log and how.
type Log struct {
	Level  string // LOG_LEVEL: trace, debug, info, warn, error
	Format string // LOG_FORMAT: text, json; empty = text on a terminal, else json
}
