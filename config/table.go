package config

import (
	"math"
	"strings"
	"time"
)

// unit says how a setting's text reads, and what a bare number in it means.
type unit string

const (
	text     unit = "text"
	number   unit = "number"
	duration unit = "duration" // 10s; a bare number is seconds, as in the application's settings
	size     unit = "size"     // 5MiB; a bare number is bytes
	choice   unit = "choice"   // true or false, yes or no, y or n, 1 or 0, on or off
)

// setting is one row: all that is known about a setting.
type setting struct {
	key      string // section.name, as in a config file
	app      string // the name that operators already have in their .env; empty = none
	also     string // a second such name
	flag     string // empty = none
	unit     unit
	fallback string
	min, max int64               // limits of a number, of nanoseconds, of bytes
	check    func(string) error  // of a text that is not empty
	hide     func(string) string // of a secret: what may be shown of it
	millis   bool                // a bare number from 1000 on was meant as milliseconds
	bare     string              // the unit of a bare duration; empty = s
	clamp    bool                // what is beyond the limits is taken as the limit, with a warning
	help     string
	field    func(*Config) any // *string, *Secret, *int, *bool or *time.Duration
}

const (
	moment    = int64(10 * time.Millisecond) // shorter than this is a slip of the unit
	day       = int64(24 * time.Hour)
	kibibyte  = 1 << 10
	gibibyte  = 1 << 30
	anyNumber = math.MaxInt32
)

// settings returns the table, section by section.
func settings() []setting {
	var all []setting
	for _, section := range [][]setting{
		httpSettings(), redisSettings(), streamingSettings(), socketSettings(), authSettings(),
		subscriptionSettings(), backlogSettings(), recoverySettings(), limitSettings(), alertSettings(), marketSettings(), drainSettings(), logSettings(),
	} {
		all = append(all, section...)
	}
	return all
}

func httpSettings() []setting {
	return []setting{
		{key: "http.host", app: "APP_HOST", flag: "host", unit: text, fallback: "0.0.0.0", check: bareHost,
			help:  "address to listen on",
			field: func(c *Config) any { return &c.HTTP.Host }},
		{key: "http.port", app: "APP_PORT", flag: "port", unit: number, fallback: "5000", max: 65535,
			help:  "port to listen on; 0 = any free one",
			field: func(c *Config) any { return &c.HTTP.Port }},
		{key: "http.upstream", app: "FLASK_UPSTREAM", flag: "upstream", unit: text, check: upstreamURL, hide: redactURL,
			help:  "the Flask application, as `http://127.0.0.1:5001`: it gets every request that is not for us; unset: the built-in page is shown",
			field: func(c *Config) any { return &c.HTTP.Upstream }},
		{key: "http.own_paths", unit: text, fallback: strings.Join(ownPaths(), ","), check: ownPathList,
			help:  "which of these are ours; what is taken off the list is the application's, or nothing; `/socket.io` must stay",
			field: func(c *Config) any { return &c.HTTP.OwnPaths }},
		{key: "http.trusted_proxies", app: "TRUSTED_PROXIES", unit: text, check: networkList,
			help:  "proxies in front, as `10.0.0.0/8,::1`: whose `X-Forwarded-For`, `-Proto` and `-Host` are believed; those of others are taken away",
			field: func(c *Config) any { return &c.HTTP.TrustedProxies }},
	}
}

func redisSettings() []setting {
	return []setting{
		{key: "redis.url", app: "REDIS_URL", flag: "redis-url", unit: text, hide: redactURL,
			help:  "Redis as `redis://`, `rediss://`, `unix://`, `redis+sentinel://HOST:PORT,HOST:PORT/MASTER` or `redis+cluster://HOST:PORT,HOST:PORT`; wins over the host",
			field: func(c *Config) any { return &c.Redis.URL }},
		{key: "redis.host", app: "REDIS_HOST", flag: "redis-host", unit: text, check: bareHost,
			help:  "Redis by host and port; with neither URL nor host an embedded Redis is started",
			field: func(c *Config) any { return &c.Redis.Host }},
		{key: "redis.port", app: "REDIS_PORT", flag: "redis-port", unit: number, fallback: "6379", min: 1, max: 65535,
			help:  "port of `redis.host`",
			field: func(c *Config) any { return &c.Redis.Port }},
		{key: "redis.db", app: "REDIS_DB", flag: "redis-db", unit: number, fallback: "0", max: anyNumber,
			help:  "database of `redis.host`",
			field: func(c *Config) any { return &c.Redis.DB }},
		{key: "redis.password", app: "REDIS_PASSWORD", unit: text, hide: hideAll,
			help:  "password, where the URL has none",
			field: func(c *Config) any { return &c.Redis.Password }},
		{key: "redis.embedded_addr", unit: text, fallback: "127.0.0.1:6390", check: hostPort,
			help:  "where the embedded Redis listens",
			field: func(c *Config) any { return &c.Redis.EmbeddedAddr }},
		{key: "redis.probe_every", unit: duration, fallback: "10s", min: moment, max: day,
			help:  "how soon it is noticed that Redis no longer reaches us: we publish to ourselves twice in this time",
			field: func(c *Config) any { return &c.Redis.ProbeEvery }},
		{key: "redis.retry_max", unit: duration, fallback: "1s", min: moment, max: day,
			help:  "longest pause between two attempts to reconnect",
			field: func(c *Config) any { return &c.Redis.RetryMax }},
		{key: "redis.queue_bytes", unit: size, fallback: "64MiB", min: kibibyte, max: 64 * gibibyte,
			help:  "messages from Redis that may wait to be routed",
			field: func(c *Config) any { return &c.Redis.QueueBytes }},
		{key: "redis.message_max", unit: size, fallback: "1MiB", min: kibibyte, max: gibibyte,
			help:  "largest message taken from Redis; larger ones are counted and skipped",
			field: func(c *Config) any { return &c.Redis.MessageMax }},
		{key: "redis.python_channel", unit: text, fallback: "flask-socketio",
			help:  "channel of Flask-SocketIO's message queue, in which tickcast is one of the servers; `off` = none",
			field: func(c *Config) any { return &c.Redis.PythonChannel }},
		{key: "redis.python_ignore", unit: text,
			help:  "events not taken from that queue, as `pattern_alert,tier_pattern_*`; unset: those that tickcast makes itself of what it hears in Redis; `none` = take all",
			field: func(c *Config) any { return &c.Redis.PythonIgnore }},
		{key: "redis.pickle", unit: choice, fallback: "true",
			help:  "take pickles from that queue, which python-socketio writes before 5.14; they are read as plain data, and nothing in them is run; `false` where every server is newer",
			field: func(c *Config) any { return &c.Redis.Pickle }},
	}
}

func streamingSettings() []setting {
	return []setting{
		{key: "streaming.buffer_enabled", app: "STREAMING_BUFFER_ENABLED", unit: choice, fallback: "true",
			help:  "gather streaming patterns and indicators into batches, the last one of each symbol and type; `false`: one event each",
			field: func(c *Config) any { return &c.Streaming.BufferEnabled }},
		{key: "streaming.buffer_interval", app: "STREAMING_BUFFER_INTERVAL", unit: duration, fallback: "250ms", bare: "ms", clamp: true,
			min: int64(50 * time.Millisecond), max: int64(time.Second),
			help:  "from the first of a batch until it goes out, 50ms to 1s; a bare number is milliseconds",
			field: func(c *Config) any { return &c.Streaming.BufferInterval }},
		{key: "streaming.max_buffer", app: "STREAMING_MAX_BUFFER_SIZE", unit: number, fallback: "100", min: 1, max: 10_000,
			help:  "so many symbols and types at once do not wait any longer",
			field: func(c *Config) any { return &c.Streaming.MaxBuffer }},
	}
}

func subscriptionSettings() []setting {
	return []setting{
		{key: "subscriptions.keep", unit: duration, fallback: "24h", min: moment, max: 30 * day,
			help:  "how long a user's subscriptions are kept while no page of the user is connected",
			field: func(c *Config) any { return &c.Subscriptions.Keep }},
		{key: "subscriptions.queued", unit: number, fallback: "100", max: 1000,
			help:  "events that a user who returns gets, as `queued_message`, of those that the subscriptions accepted meanwhile: the newest; 0 = none",
			field: func(c *Config) any { return &c.Subscriptions.Queued }},
	}
}

func recoverySettings() []setting {
	return []setting{
		{key: "recovery.window", unit: duration, fallback: "2m", max: day,
			help:  "how long after its connection ended a browser (socket.io-client 4.6 or newer) may go on where it was, on any instance, with all that it has missed; 0 = it always begins anew",
			field: func(c *Config) any { return &c.Recovery.Window }},
	}
}

func limitSettings() []setting {
	return []setting{
		{key: "limits.events_per_second", unit: number, fallback: "100", max: 100_000,
			help:  "events of subscriptions that one user gets in any second; beyond it those of low and medium priority are counted and dropped; 0 = no limit",
			field: func(c *Config) any { return &c.Limits.EventsPerSecond }},
	}
}

func alertSettings() []setting {
	return []setting{
		{key: "alerts.python_preferences", unit: choice, fallback: "false",
			help:  "what users have chosen about pattern alerts in the Flask application (`tickstock:alerts:prefs:<id>`, `tickstock:alerts:subscriptions:<id>`) decides which of them the page of pattern alerts gets",
			field: func(c *Config) any { return &c.Alerts.PythonPreferences }},
	}
}

func marketSettings() []setting {
	return []setting{
		{key: "market.timezone", app: "MARKET_TIMEZONE", unit: text, fallback: "US/Eastern", check: timeZone,
			help:  "time zone of the stock market, whose hours are Monday to Friday 9:30 to 16:00 there",
			field: func(c *Config) any { return &c.Market.Timezone }},
	}
}

func drainSettings() []setting {
	return []setting{
		{key: "drain.delay", app: "SHUTDOWN_DELAY", unit: duration, fallback: "0s", max: day,
			help:  "after SIGTERM: not ready but still serving, so that a balancer can look away",
			field: func(c *Config) any { return &c.Drain.Delay }},
		{key: "drain.spread", unit: duration, fallback: "5s", max: day,
			help:  "time over which the connections are closed, so that they do not all return at once",
			field: func(c *Config) any { return &c.Drain.Spread }},
		{key: "drain.timeout", app: "DRAIN_TIMEOUT", unit: duration, fallback: "30s", min: moment, max: day,
			help:  "longest stop, delay included; then the rest is cut",
			field: func(c *Config) any { return &c.Drain.Timeout }},
	}
}

func logSettings() []setting {
	return []setting{
		{key: "log.level", app: "LOG_LEVEL", flag: "log-level", unit: text, fallback: "info", check: oneOf("trace", "debug", "info", "warn", "error"),
			help:  "`trace`, `debug`, `info`, `warn` or `error`",
			field: func(c *Config) any { return &c.Log.Level }},
		{key: "log.format", app: "LOG_FORMAT", flag: "log-format", unit: text, check: oneOf("text", "json"),
			help:  "`text` or `json`; unset: text on a terminal, else json",
			field: func(c *Config) any { return &c.Log.Format }},
	}
}

// env lists a setting's names in the environment; the first one that is not empty counts.
func (s setting) env() []string {
	return append(s.apps(), prefix+strings.ToUpper(strings.ReplaceAll(s.key, ".", "_")))
}

// apps lists those of them that are not of our making.
func (s setting) apps() (names []string) {
	for _, name := range []string{s.app, s.also} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

func (s setting) section() string {
	section, _, _ := strings.Cut(s.key, ".")
	return section
}
